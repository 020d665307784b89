#include "platform/integrations/password.hpp"

#include <sodium.h>

#include <algorithm>
#include <new>

#include "platform/integrations/common_passwords.hpp"

namespace grover::integrations {
namespace {

constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 19 * 1024 * 1024;

}  // namespace

std::string hash_password(std::string_view password) {
    char phc[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str_alg(phc, password.data(), password.size(), kPasses, kMemory,
                              crypto_pwhash_ALG_ARGON2ID13) != 0) {
        throw std::bad_alloc();
    }
    return phc;
}

bool matches_password(std::string_view hash, std::string_view password) {
    // libsodium wants a terminated string.
    return crypto_pwhash_str_verify(std::string(hash).c_str(), password.data(), password.size()) == 0;
}

bool needs_rehash(std::string_view hash) {
    return crypto_pwhash_str_needs_rehash(std::string(hash).c_str(), kPasses, kMemory) != 0;
}

bool is_common_password(std::string_view password) {
    std::string lower(password);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return std::binary_search(kCommonPasswords.begin(), kCommonPasswords.end(), std::string_view(lower));
}

}  // namespace grover::integrations
