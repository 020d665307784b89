// LOG_FILE: appended to, rotated by size, opened anew on demand. Private to platform/observability; one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace grover::log {

class LogFile {
public:
    // Opens nothing yet. `rotated` files beside the current one: grover.1.log is the youngest.
    LogFile(std::filesystem::path path, std::uintmax_t rotate_bytes, std::size_t rotated);
    ~LogFile();

    // Creates the directory too. Empty, or what went wrong.
    std::string open();
    // Whole lines. False when they could not be written; the next call tries to open the file again. A line that
    // reached the disk in part is ended before the next one starts.
    bool write(std::string_view lines);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace grover::log
