// Files of NAME=value lines. Private to platform/config, and free of I/O.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grover::config {

struct Dotenv {
    std::vector<std::pair<std::string, std::string>> values;  // in order; a later one of the same name wins
    std::vector<std::string> errors;                          // "line 3: expected NAME=value"
};

// Blank lines and lines that start with "#" are skipped, "export " before a name too. A value may be bare (up
// to " #", trimmed), in single quotes (as it stands), or in double quotes (\n \t \\ \" \$ are escapes).
// Nothing is expanded.
Dotenv parse_dotenv(std::string_view text);

}  // namespace grover::config
