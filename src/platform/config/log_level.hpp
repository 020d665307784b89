// How important a log line is; also the setting LOG_LEVEL.
#pragma once

#include <cstdint>

namespace grover {

enum class LogLevel : std::uint8_t { debug, info, warning, error, critical };

}  // namespace grover
