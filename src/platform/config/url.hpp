// Addresses in settings. Private to platform/config. Operators name hosts of their own networks, so these
// rules are wider than text::validate_url, which is for what users enter.
#pragma once

#include <string>
#include <string_view>

namespace grover::config {

// http or https, a host (a name, or an address, IPv6 in brackets), an optional port, an optional path.
bool is_http_url(std::string_view url);

// scheme://host[:port] and nothing behind it.
bool is_origin(std::string_view origin);

// sentry_dsn.hpp reads it.
bool is_sentry_dsn(std::string_view dsn);

// The same address with the password of its user info or of a "password" query parameter shown as ***.
std::string without_password(std::string_view url);

}  // namespace grover::config
