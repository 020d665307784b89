#include "platform/integrations/digest.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <stdexcept>

#include "platform/base/id.hpp"
#include "platform/integrations/openssl_owned.hpp"
#include "platform/text/base64.hpp"

namespace grover::integrations {
namespace {

const unsigned char* raw(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

// OpenSSL's uses the processor's own instructions, libsodium's does not: each request pays for one.
Sha256 sha256(std::string_view text) {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    thread_local const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    Sha256 digest;
    unsigned size = 0;
    if (algorithm == nullptr || !context || EVP_DigestInit_ex2(context.get(), algorithm, nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), text.data(), text.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1 || size != digest.size()) {
        throw std::runtime_error("SHA-256 is not available");
    }
    return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view text) {
    Sha256 digest;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, raw(key), key.size());
    crypto_auth_hmacsha256_update(&state, raw(text), text.size());
    crypto_auth_hmacsha256_final(&state, digest.data());
    return digest;
}

std::string random_text_256() {
    Sha256 bytes;
    fill_random(bytes.data(), bytes.size());
    return text::to_base64url(bytes_of(bytes));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace grover::integrations
