#include "platform/text/base64.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>

namespace grover::text {

// OpenSSL's encoder: libsodium's runs in constant time, which is slower, and each request pays for one.
void append_base64(std::string& out, std::string_view bytes) {
    const auto before = out.size();
    out.resize(before + (bytes.size() + 2) / 3 * 4 + 1);
    ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + before),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    out.pop_back();  // the terminator
}

std::string to_base64(std::string_view bytes) {
    std::string text;
    append_base64(text, bytes);
    return text;
}

std::string to_base64url(std::string_view bytes) {
    auto text = to_base64(bytes);
    text.erase(std::min(text.find('='), text.size()));
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    // libsodium 1.0.18 reads the bytes 0xA0 and 0xD2 as '_' and '-': a second spelling of the same.
    if (std::ranges::any_of(text, [](unsigned char c) { return c >= 0x80; })) return std::nullopt;
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &size, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != text.data() + text.size()) {
        return std::nullopt;
    }
    bytes.resize(size);
    return bytes;
}

}  // namespace grover::text
