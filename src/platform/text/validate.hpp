// The checks of contract/system.md §6 on single values. Each returns the value in the form to store, or
// throws validation_error (400) with the contract's sentence. All take linear time and require valid UTF-8.
// Any thread.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/clock.hpp"

namespace grover::text {

// `kind` is the parameter's name: "Invalid user_id format".
std::string validate_id(std::string_view value, std::string_view kind = "ID");

// Trimmed and sanitised, 1..100 code points.
std::string validate_name(std::string_view value, std::string_view field = "Name");

// Sanitised, at most 500 code points, may be empty.
std::string validate_bio(std::string_view value);

// Trimmed and lower-cased.
std::string validate_email(std::string_view value);

// Trimmed. http or https with a host that can exist on the public internet, "localhost", or an IPv4 address;
// says nothing about where it leads: whoever fetches it must still refuse private addresses.
std::string validate_url(std::string_view value);

// Digits with an optional leading "+", all else dropped; 10..15 digits.
std::string validate_phone(std::string_view value);

// Lower-cased, ^[a-z0-9_]{3,30}$, not reserved.
std::string validate_username(std::string_view value);
bool is_reserved_username(std::string_view lower_case_name);

// RFC 3339 with any offset; without one it is UTC.
Time validate_time(std::string_view value);

}  // namespace grover::text
