// A key pair as an OpenID provider has it: publishes its half, signs tokens with the other.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "platform/text/base64.hpp"

namespace grover::testing {

class SigningKey {
public:
    SigningKey(std::string id, bool rsa, unsigned bits = 2048)
        : id_(std::move(id)), is_rsa_(rsa), key_(rsa ? EVP_RSA_gen(bits) : EVP_EC_gen("P-256")) {
        require(key_ != nullptr);
    }
    ~SigningKey() { EVP_PKEY_free(key_); }
    SigningKey(const SigningKey&) = delete;
    SigningKey& operator=(const SigningKey&) = delete;

    std::string jwk() const {
        if (is_rsa_) {
            return R"({"kty":"RSA","use":"sig","kid":")" + id_ + R"(","n":")" +
                   number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":"AQAB"})";
        }
        return R"({"kty":"EC","crv":"P-256","kid":")" + id_ + R"(","x":")" +
               number(OSSL_PKEY_PARAM_EC_PUB_X) + R"(","y":")" + number(OSSL_PKEY_PARAM_EC_PUB_Y) + R"("})";
    }

    // A compact JWS of these claims; `algorithm` empty: the one that fits the key.
    std::string sign(const std::string& claims, std::string algorithm = {}) const {
        if (algorithm.empty()) algorithm = is_rsa_ ? "RS256" : "ES256";
        const auto part = text::to_base64url(R"({"alg":")" + algorithm + R"(","kid":")" + id_ + R"("})") +
                          "." + text::to_base64url(claims);
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        std::string signature(1024, '\0');
        std::size_t size = signature.size();
        require(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_) == 1);
        require(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                               reinterpret_cast<const unsigned char*>(part.data()), part.size()) == 1);
        EVP_MD_CTX_free(context);
        signature.resize(size);
        return part + "." + text::to_base64url(is_rsa_ ? signature : side_by_side(signature));
    }

private:
    static void require(bool done) {
        if (!done) throw std::runtime_error("OpenSSL refused");
    }

    std::string number(const char* name) const {
        BIGNUM* value = nullptr;
        require(EVP_PKEY_get_bn_param(key_, name, &value) == 1);
        std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
        BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
        BN_free(value);
        if (bytes.size() < 32) bytes.insert(0, 32 - bytes.size(), '\0');
        return text::to_base64url(bytes);
    }

    static std::string side_by_side(const std::string& der) {
        const auto* at = reinterpret_cast<const unsigned char*>(der.data());
        ECDSA_SIG* both = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
        std::string out(64, '\0');
        auto* to = reinterpret_cast<unsigned char*>(out.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(both), to, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(both), to + 32, 32);
        ECDSA_SIG_free(both);
        return out;
    }

    std::string id_;
    bool is_rsa_;
    EVP_PKEY* key_;
};

}  // namespace grover::testing
