// Bounded reading of a file nobody has vouched for: through one small window, with every offset checked.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace grover::media {

// Reads a regular file by position. Does not own the descriptor and does not move its offset. One thread at a
// time. Asking for bytes beyond the end throws damaged() (formats.hpp): in a container every length is a
// promise. A failing disk throws std::system_error.
class ByteSource {
public:
    static constexpr std::size_t kWindow = 16 * 1024;

    explicit ByteSource(int fd);

    std::uint64_t size() const { return size_; }
    bool has(std::uint64_t offset, std::uint64_t count) const {
        return offset <= size_ && count <= size_ - offset;
    }

    // `count` bytes, at most kWindow; valid until the next call.
    std::span<const std::uint8_t> at(std::uint64_t offset, std::size_t count);
    // True when these very bytes stand there; false also beyond the end.
    bool matches(std::uint64_t offset, std::string_view bytes);

    std::uint8_t u8(std::uint64_t offset) { return at(offset, 1)[0]; }
    std::uint16_t u16be(std::uint64_t offset);
    std::uint32_t u24be(std::uint64_t offset);
    std::uint32_t u32be(std::uint64_t offset);
    std::uint64_t u64be(std::uint64_t offset);
    std::uint16_t u16le(std::uint64_t offset);
    std::uint32_t u24le(std::uint64_t offset);
    std::uint32_t u32le(std::uint64_t offset);
    std::uint64_t u64le(std::uint64_t offset);

    // Forgets what it holds; needed after somebody wrote into the file.
    void refresh() { held_ = 0; }

private:
    int fd_;
    std::uint64_t size_;
    std::uint64_t start_ = 0;  // of the window
    std::size_t held_ = 0;     // bytes in the window
    std::array<std::uint8_t, kWindow> window_;
};

}  // namespace grover::media
