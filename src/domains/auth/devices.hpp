// What a User-Agent tells of a device. Private to domains/auth. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace grover::auth {

// "ios", "android", "web" or "unknown".
std::string_view platform_of(std::string_view user_agent);

// The same for one device over updates of its software: version numbers do not count.
std::string fingerprint_of(std::string_view user_agent, const std::optional<std::string>& device);

// At most 512 bytes of valid UTF-8, for storing.
std::string storable_user_agent(std::string_view user_agent);

}  // namespace grover::auth
