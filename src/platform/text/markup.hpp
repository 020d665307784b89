// What sanitize_string takes out of a text. Private to platform/text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace grover::text {

// Bytes of the control character at `at` that cleaning drops (all but tab and newline), else 0.
std::size_t control_at(std::string_view text, std::size_t at);

// False only when the two functions below would change nothing: the common case, found in one look.
bool may_contain_script(std::string_view text);

// Drops control characters, script elements and "javascript:", as if repeated until nothing changes, and
// script tags that a removal put together.
std::string remove_scripts(std::string_view text);

// Drops "on…=" attributes of tags. A tag is "<", a letter, and what follows to the ">" that an HTML reader
// would take for its end; without one it is text, and "online = yes" is never touched.
std::string remove_event_attributes(std::string_view text);

}  // namespace grover::text
