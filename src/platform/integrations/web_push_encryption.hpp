// What travels to a browser: RFC 8291 over RFC 8188. Private to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/integrations/p256.hpp"
#include "platform/integrations/web_push.hpp"

namespace grover::integrations {

inline constexpr std::size_t kWebPushSecret = 16;

// base64url as browsers write it, or padded as some libraries do.
std::optional<std::string> decoded_key(std::string_view text);

// With a key pair and salt of one's own choice: for the examples of the standard.
std::optional<std::string> encrypt_web_push_with(EVP_PKEY* own, std::string_view salt,
                                                 const WebPushSubscription& subscription,
                                                 std::string_view payload);

}  // namespace grover::integrations
