// Writing to stderr without ever being held up by who reads it. Private to platform/observability.
#pragma once

#include <string_view>

namespace grover::log {

// Writes whole lines, as far as the other end takes them; gives up after a tenth of a second without progress: false.
bool write_to_stderr(std::string_view lines);

}  // namespace grover::log
