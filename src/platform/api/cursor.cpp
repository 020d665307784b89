#include "platform/api/cursor.hpp"

#include <sodium.h>

#include "platform/text/base64.hpp"

namespace grover::api {
namespace {

constexpr std::size_t kMac = 16;

std::array<unsigned char, kMac> mac_of(const std::array<unsigned char, 32>& key, std::string_view endpoint,
                                       std::string_view position) {
    std::array<unsigned char, kMac> mac;
    crypto_generichash_state state;
    crypto_generichash_init(&state, key.data(), key.size(), kMac);
    const auto add = [&](std::string_view part) {
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
    };
    add(endpoint);
    add({"\0", 1});
    add(position);
    crypto_generichash_final(&state, mac.data(), kMac);
    return mac;
}

}  // namespace

CursorCodec::CursorCodec(std::string_view secret) {
    // A key of its own, so that no other use of the secret can forge a cursor.
    constexpr std::string_view purpose = "grover cursor";
    crypto_generichash(key_.data(), key_.size(), reinterpret_cast<const unsigned char*>(secret.data()),
                       secret.size(), reinterpret_cast<const unsigned char*>(purpose.data()), purpose.size());
}

std::string CursorCodec::seal(std::string_view endpoint, std::string_view position) const {
    const auto mac = mac_of(key_, endpoint, position);
    std::string plain(reinterpret_cast<const char*>(mac.data()), mac.size());
    plain += position;
    return text::to_base64url(plain);
}

std::optional<std::string> CursorCodec::open(std::string_view endpoint, std::string_view cursor) const {
    if (cursor.size() > kMaxCursor) return std::nullopt;
    const auto plain = text::from_base64url(cursor);
    if (!plain || plain->size() < kMac) return std::nullopt;
    const auto position = std::string_view(*plain).substr(kMac);
    const auto mac = mac_of(key_, endpoint, position);
    if (sodium_memcmp(mac.data(), plain->data(), kMac) != 0) return std::nullopt;
    return std::string(position);
}

}  // namespace grover::api
