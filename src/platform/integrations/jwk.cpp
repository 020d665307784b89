#include "platform/integrations/jwk.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "platform/integrations/openssl_owned.hpp"
#include "platform/text/base64.hpp"

namespace grover::integrations {
namespace {

using Number = Owned<BIGNUM, BN_free>;
using ParamsBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

constexpr int kMinRsaBits = 2048;
constexpr std::size_t kMaxRsaBytes = 1024;
constexpr std::size_t kP256Bytes = 32;

const unsigned char* raw(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Number number_of(std::string_view bytes) {
    return Number(BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr));
}

std::shared_ptr<EVP_PKEY> key_from(const char* kind, OSSL_PARAM_BLD* builder) {
    const Params params(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
    EVP_PKEY* key = nullptr;
    if (!params || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) <= 0) {
        return nullptr;
    }
    return {key, &EVP_PKEY_free};
}

std::shared_ptr<EVP_PKEY> rsa_key(std::string_view modulus, std::string_view exponent) {
    if (modulus.size() > kMaxRsaBytes || exponent.size() > 8) return nullptr;
    const Number n = number_of(modulus);
    const Number e = number_of(exponent);
    const ParamsBuilder builder(OSSL_PARAM_BLD_new());
    if (!n || !e || BN_num_bits(n.get()) < kMinRsaBits ||
        !OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) ||
        !OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get())) {
        return nullptr;
    }
    return key_from("RSA", builder.get());
}

std::shared_ptr<EVP_PKEY> ec_key(std::string_view x, std::string_view y) {
    if (x.size() != kP256Bytes || y.size() != kP256Bytes) return nullptr;
    const std::string point = "\x04" + std::string(x) + std::string(y);  // uncompressed (SEC 1 §2.3.3)
    const ParamsBuilder builder(OSSL_PARAM_BLD_new());
    if (!OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) ||
        !OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                          point.size())) {
        return nullptr;
    }
    return key_from("EC", builder.get());
}

// JWS carries r and s side by side (RFC 7518 §3.4), OpenSSL wants them in DER.
std::string to_der(std::string_view signature) {
    if (signature.size() != 2 * kP256Bytes) return {};
    const EcSignature both(ECDSA_SIG_new());
    Number r = number_of(signature.substr(0, kP256Bytes));
    Number s = number_of(signature.substr(kP256Bytes));
    if (!both || !r || !s || !ECDSA_SIG_set0(both.get(), r.get(), s.get())) return {};
    (void)r.release();  // set0 took them
    (void)s.release();
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(both.get(), &der);
    if (size <= 0) return {};
    std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

}  // namespace

std::optional<PublicKey> PublicKey::from_jwk(wire::JsonView jwk) {
    if (jwk.kind() != wire::JsonKind::object) return std::nullopt;
    if (const auto use = text_member(jwk, "use"); !use.empty() && use != "sig") return std::nullopt;
    const auto bytes = [&](std::string_view name) {
        return text::from_base64url(text_member(jwk, name)).value_or(std::string());
    };
    const auto kind = text_member(jwk, "kty");
    const auto only_algorithm = text_member(jwk, "alg");
    std::shared_ptr<EVP_PKEY> key;
    bool is_rsa = false;
    if (kind == "RSA" && (only_algorithm.empty() || only_algorithm == "RS256")) {
        key = rsa_key(bytes("n"), bytes("e"));
        is_rsa = true;
    } else if (kind == "EC" && text_member(jwk, "crv") == "P-256" &&
               (only_algorithm.empty() || only_algorithm == "ES256")) {
        key = ec_key(bytes("x"), bytes("y"));
    }
    if (!key) return std::nullopt;
    return PublicKey(std::move(key), std::string(text_member(jwk, "kid")), is_rsa);
}

bool PublicKey::signed_this(const Jws& token) const {
    if (token.algorithm() != (is_rsa_ ? "RS256" : "ES256")) return false;
    const std::string signature = is_rsa_ ? token.signature : to_der(token.signature);
    const DigestContext context(EVP_MD_CTX_new());
    return context && !signature.empty() &&
           EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
           EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(token.signed_part),
                            token.signed_part.size()) == 1;
}

std::vector<PublicKey> keys_of(const wire::JsonDocument& jwks) {
    constexpr std::size_t kMaxKeys = 64;
    std::vector<PublicKey> keys;
    const auto list = jwks.root().find("keys");
    if (!list.present() || list.kind() != wire::JsonKind::array) return keys;
    for (std::size_t i = 0; i < std::min(list.size(), kMaxKeys); ++i) {
        if (auto key = PublicKey::from_jwk(list.at(i))) keys.push_back(std::move(*key));
    }
    return keys;
}

}  // namespace grover::integrations
