#include "platform/api/cursor.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace grover::api {
namespace {

constexpr std::size_t kMac = 16;
constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

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
    std::string text(sodium_base64_encoded_len(plain.size(), kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(plain.data()),
                      plain.size(), kVariant);
    text.pop_back();  // the terminator
    return text;
}

std::optional<std::string> CursorCodec::open(std::string_view endpoint, std::string_view cursor) const {
    if (cursor.size() > kMaxCursor) return std::nullopt;
    // libsodium 1.0.18 reads the bytes 0xA0 and 0xD2 as '_' and '-': a second spelling of what was made here.
    if (std::any_of(cursor.begin(), cursor.end(), [](unsigned char c) { return c >= 0x80; }))
        return std::nullopt;
    std::array<unsigned char, kMaxCursor> plain;
    std::size_t size = 0;
    if (sodium_base642bin(plain.data(), plain.size(), cursor.data(), cursor.size(), nullptr, &size, nullptr,
                          kVariant) != 0 ||
        size < kMac)
        return std::nullopt;
    const std::string_view position(reinterpret_cast<const char*>(plain.data()) + kMac, size - kMac);
    const auto mac = mac_of(key_, endpoint, position);
    if (sodium_memcmp(mac.data(), plain.data(), kMac) != 0) return std::nullopt;
    return std::string(position);
}

}  // namespace grover::api
