#include "platform/integrations/web_push_encryption.hpp"

#include <openssl/evp.h>

#include <stdexcept>

#include "platform/base/id.hpp"
#include "platform/integrations/digest.hpp"
#include "platform/text/base64.hpp"

namespace grover::integrations {
namespace {

constexpr std::size_t kRecord = 4'096;
constexpr std::size_t kSalt = 16;
constexpr std::size_t kTag = 16;

std::string random_bytes(std::size_t size) {
    std::string out(size, '\0');
    fill_random(out.data(), out.size());
    return out;
}

// RFC 5869 with SHA-256, for results of at most one block.
std::string hkdf(std::string_view salt, std::string_view key, std::string_view info, std::size_t size) {
    const auto extracted = hmac_sha256(salt, key);
    const auto expanded = hmac_sha256(bytes_of(extracted), std::string(info) + '\x01');
    return std::string(bytes_of(expanded).substr(0, size));
}

std::string aes128gcm(std::string_view key, std::string_view nonce, std::string_view text) {
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                  &EVP_CIPHER_CTX_free);
    const auto bytes = [](std::string_view from) {
        return reinterpret_cast<const unsigned char*>(from.data());
    };
    std::string out(text.size() + kTag, '\0');
    auto* const to = reinterpret_cast<unsigned char*>(out.data());
    int size = 0, rest = 0;
    if (!context ||
        EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, bytes(key), bytes(nonce)) != 1 ||
        EVP_EncryptUpdate(context.get(), to, &size, bytes(text), static_cast<int>(text.size())) != 1 ||
        EVP_EncryptFinal_ex(context.get(), to + size, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(kTag), to + text.size()) !=
            1)
        throw std::runtime_error("OpenSSL does not encrypt");
    return out;
}

}  // namespace

std::optional<std::string> decoded_key(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    return text::from_base64url(text);
}

std::optional<std::string> encrypt_web_push_with(EVP_PKEY* own, std::string_view salt,
                                                 const WebPushSubscription& subscription,
                                                 std::string_view payload) {
    const auto point = decoded_key(subscription.p256dh), secret = decoded_key(subscription.auth);
    if (payload.size() > kMaxWebPushPayload || !point || !secret || secret->size() != kWebPushSecret)
        return std::nullopt;
    const auto peer = p256_public_key(*point);
    if (!peer) return std::nullopt;
    const auto own_point = p256_point(own);
    const auto shared = p256_agree(own, peer.get());
    if (shared.empty()) return std::nullopt;

    // RFC 8291 §3.4, RFC 8188 §2.
    std::string info("WebPush: info\0", 14);
    info += *point;
    info += own_point;
    const auto key_material = hkdf(*secret, shared, info, 32);
    const auto key = hkdf(salt, key_material, std::string_view("Content-Encoding: aes128gcm\0", 28), 16);
    const auto nonce = hkdf(salt, key_material, std::string_view("Content-Encoding: nonce\0", 24), 12);

    std::string body(salt);
    for (int shift = 24; shift >= 0; shift -= 8) body += static_cast<char>(kRecord >> shift & 0xFF);
    body += static_cast<char>(own_point.size());
    body += own_point;
    body += aes128gcm(key, nonce, std::string(payload) + '\x02');  // the last record, without padding
    return body;
}

std::optional<std::string> encrypt_web_push(const WebPushSubscription& subscription,
                                            std::string_view payload) {
    const auto own = new_p256_key();
    return encrypt_web_push_with(own.get(), random_bytes(kSalt), subscription, payload);
}

}  // namespace grover::integrations
