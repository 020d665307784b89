#include "platform/integrations/jwt.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cmath>

#include "platform/integrations/digest.hpp"
#include "platform/integrations/jws.hpp"
#include "platform/text/base64.hpp"

namespace grover::integrations {
namespace {

std::string mac_of(JwtAlgorithm algorithm, std::string_view secret, std::string_view text) {
    const EVP_MD* digest = EVP_sha256();
    if (algorithm == JwtAlgorithm::hs384) digest = EVP_sha384();
    if (algorithm == JwtAlgorithm::hs512) digest = EVP_sha512();
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(digest, secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
    return {reinterpret_cast<const char*>(mac), size};
}

// Seconds since the epoch (RFC 7519 "NumericDate", which may have a fraction).
std::optional<double> seconds_of(const wire::JsonDocument& claims, std::string_view name) {
    const auto found = claims.root().find(name);
    if (!found.present()) return std::nullopt;
    if (found.kind() != wire::JsonKind::integer && found.kind() != wire::JsonKind::number)
        return std::nullopt;
    const double value = found.number();
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string sign_jwt(JwtAlgorithm algorithm, std::string_view secret, std::string_view claims) {
    std::string header = R"({"alg":")";
    header += wire::name_of(algorithm);
    header += R"(","typ":"JWT"})";
    std::string token = text::to_base64url(header);
    token += '.';
    token += text::to_base64url(claims);
    const auto mac = mac_of(algorithm, secret, token);
    token += '.';
    token += text::to_base64url(mac);
    return token;
}

std::optional<wire::JsonDocument> verify_jwt(JwtAlgorithm algorithm, std::string_view secret,
                                             std::string_view token) {
    auto parsed = parse_jws(token);
    if (!parsed || parsed->algorithm() != wire::name_of(algorithm)) return std::nullopt;
    if (!equal_in_constant_time(mac_of(algorithm, secret, parsed->signed_part), parsed->signature))
        return std::nullopt;
    return std::move(parsed->payload);
}

bool holds_at(const wire::JsonDocument& claims, Time now, std::chrono::seconds skew) {
    const double at = static_cast<double>(now.us) / 1e6;
    const double slack = static_cast<double>(skew.count());
    const auto expires = seconds_of(claims, "exp");
    const auto issued = seconds_of(claims, "iat");
    if (!expires || !issued || at >= *expires + slack || at < *issued - slack) return false;
    if (claims.root().find("nbf").present()) {
        const auto from = seconds_of(claims, "nbf");
        if (!from || at < *from - slack) return false;
    }
    return true;
}

}  // namespace grover::integrations
