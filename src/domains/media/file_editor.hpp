// Changing a file in place, for what removes metadata.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace grover::media {

// Does not own the descriptor. Throws std::system_error.
class FileEditor {
public:
    explicit FileEditor(int fd) : fd_(fd) {}

    void write(std::uint64_t offset, std::span<const std::uint8_t> bytes);
    void write(std::uint64_t offset, std::string_view bytes);
    void write_u32be(std::uint64_t offset, std::uint32_t value);
    void write_u32le(std::uint64_t offset, std::uint32_t value);
    void zero(std::uint64_t begin, std::uint64_t end);
    // Only [begin, end) stays, moved to the start.
    void keep_only(std::uint64_t begin, std::uint64_t end);
    void truncate(std::uint64_t size);

private:
    int fd_;
};

}  // namespace grover::media
