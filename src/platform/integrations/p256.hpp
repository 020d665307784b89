// Keys of the curve P-256 through OpenSSL: agreement and ES256 signatures. Private to this folder.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace grover::integrations {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

inline constexpr std::size_t kP256Point = 65;  // uncompressed: 04 x y

KeyPtr new_p256_key();
// Null for what is no point of the curve.
KeyPtr p256_public_key(std::string_view point);
// Null unless the 32 bytes are the secret of that point.
KeyPtr p256_private_key(std::string_view secret, std::string_view point);
std::string p256_point(EVP_PKEY* key);
// The x coordinate both sides come to; empty on failure.
std::string p256_agree(EVP_PKEY* own, EVP_PKEY* peer);
// ES256 (RFC 7518): r and s, 64 bytes.
std::string p256_sign(EVP_PKEY* key, std::string_view text);

}  // namespace grover::integrations
