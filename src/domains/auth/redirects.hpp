// Where a sign-in may send the browser: an open redirect would hand sessions to strangers (auth.md §5). Private to domains/auth.
#pragma once

#include <string>
#include <string_view>

#include "domains/auth/auth.hpp"

namespace grover::auth {

// Throws 400 "Redirect not allowed" for every target that is not listed.
void require_allowed_redirect(const Options& options, std::string_view redirect);

bool is_allowed_redirect(const Options& options, std::string_view redirect);

// The target with `#name=value`, in place of any fragment it had.
std::string with_fragment(std::string_view redirect, std::string_view name, std::string_view value);

}  // namespace grover::auth
