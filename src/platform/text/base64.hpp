// Base64 (RFC 4648). Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace grover::text {

// The standard alphabet with padding (§4).
std::string to_base64(std::string_view bytes);
void append_base64(std::string& out, std::string_view bytes);

// The alphabet for URLs, without padding (§5).
std::string to_base64url(std::string_view bytes);
// Nothing for any character outside the alphabet, padding included.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace grover::text
