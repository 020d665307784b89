#include "platform/integrations/p256.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>

#include <stdexcept>

#include "platform/integrations/openssl_owned.hpp"

namespace grover::integrations {
namespace {

constexpr const char* kCurve = "prime256v1";

using Context = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Number = Owned<BIGNUM, BN_free>;
using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Owned<OSSL_PARAM, OSSL_PARAM_free>;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

KeyPtr no_key() { return {nullptr, &EVP_PKEY_free}; }

KeyPtr key_from(OSSL_PARAM* params, int selection) {
    const Context context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, selection, params) != 1)
        return no_key();
    return {key, &EVP_PKEY_free};
}

}  // namespace

KeyPtr new_p256_key() {
    EVP_PKEY* const key = EVP_EC_gen(kCurve);
    if (key == nullptr) throw std::runtime_error("OpenSSL makes no P-256 key");
    return {key, &EVP_PKEY_free};
}

KeyPtr p256_public_key(std::string_view point) {
    if (point.size() != kP256Point || point[0] != 4) return no_key();
    const Builder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kCurve, 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
    auto key = params ? key_from(params.get(), EVP_PKEY_PUBLIC_KEY) : no_key();
    if (!key) return key;
    // A point off the curve would give the secret away.
    const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    return context && EVP_PKEY_public_check(context.get()) == 1 ? std::move(key) : no_key();
}

KeyPtr p256_private_key(std::string_view secret, std::string_view point) {
    if (secret.size() != 32 || point.size() != kP256Point) return no_key();
    const Number number(BN_bin2bn(bytes(secret), static_cast<int>(secret.size()), nullptr));
    const Builder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kCurve, 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get());
    const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
    auto key = params ? key_from(params.get(), EVP_PKEY_KEYPAIR) : no_key();
    if (!key) return key;
    const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    return context && EVP_PKEY_check(context.get()) == 1 ? std::move(key) : no_key();
}

std::string p256_point(EVP_PKEY* key) {
    std::string point(kP256Point, '\0');
    std::size_t size = 0;
    if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY,
                                        reinterpret_cast<unsigned char*>(point.data()), point.size(),
                                        &size) != 1)
        return {};
    point.resize(size);
    return point;
}

std::string p256_agree(EVP_PKEY* own, EVP_PKEY* peer) {
    const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr));
    std::string secret(32, '\0');
    std::size_t size = secret.size();
    if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
        EVP_PKEY_derive_set_peer(context.get(), peer) != 1 ||
        EVP_PKEY_derive(context.get(), reinterpret_cast<unsigned char*>(secret.data()), &size) != 1 ||
        size != secret.size())
        return {};
    return secret;
}

std::string p256_sign(EVP_PKEY* key, std::string_view text) {
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    std::size_t size = 0;
    if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes(text), text.size()) != 1)
        throw std::runtime_error("OpenSSL does not sign");
    std::string der(size, '\0');
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size, bytes(text),
                       text.size()) != 1)
        throw std::runtime_error("OpenSSL does not sign");
    const unsigned char* at = bytes(der);
    const Owned<ECDSA_SIG, ECDSA_SIG_free> signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    std::string out(64, '\0');
    if (!signature ||
        BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), reinterpret_cast<unsigned char*>(out.data()), 32) !=
            32 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), reinterpret_cast<unsigned char*>(out.data()) + 32,
                     32) != 32)
        throw std::runtime_error("OpenSSL does not sign");
    return out;
}

}  // namespace grover::integrations
