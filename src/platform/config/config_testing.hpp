// What the tests of this folder share.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "platform/config/config.hpp"

namespace grover::config_testing {

inline const std::string kSecret(32, 's');

// A production configuration that starts.
inline Environment sound(Environment more = {}) {
    more.insert({"JWT_SECRET", kSecret});
    return more;
}

inline LoadedConfig load(const Environment& more = {}) { return load_config(sound(more)); }

// The errors of a configuration, or none when it loads.
inline std::vector<std::string> errors_of(const Environment& environment,
                                          const std::filesystem::path& directory = {}) {
    try {
        (void)load_config(environment, directory);
    } catch (const ConfigurationError& error) {
        return error.errors;
    }
    return {};
}
inline std::vector<std::string> errors_with(const Environment& more) { return errors_of(sound(more)); }

inline bool has(const std::vector<std::string>& lines, const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}
inline bool has_start(const std::vector<std::string>& lines, const std::string& start) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.starts_with(start); });
}

}  // namespace grover::config_testing
