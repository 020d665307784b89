#include "domains/media/file_editor.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace grover::media {

namespace {

constexpr std::size_t kPiece = 64 * 1024;

[[noreturn]] void fail() { throw std::system_error(errno, std::generic_category(), "rewriting an upload"); }

}  // namespace

void FileEditor::write(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const auto written = pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail();
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
}

void FileEditor::write(std::uint64_t offset, std::string_view bytes) {
    write(offset, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

void FileEditor::write_u32be(std::uint64_t offset, std::uint32_t value) {
    const std::array bytes{static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
                           static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
    write(offset, bytes);
}

void FileEditor::write_u32le(std::uint64_t offset, std::uint32_t value) {
    const std::array bytes{static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
                           static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
    write(offset, bytes);
}

void FileEditor::zero(std::uint64_t begin, std::uint64_t end) {
    static constexpr std::array<std::uint8_t, kPiece> kZeros{};
    while (begin < end) {
        const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(end - begin, kPiece));
        write(begin, std::span(kZeros).first(piece));
        begin += piece;
    }
}

void FileEditor::keep_only(std::uint64_t begin, std::uint64_t end) {
    std::array<std::uint8_t, kPiece> piece;
    std::uint64_t to = 0;
    for (auto from = begin; begin > 0 && from < end;) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(end - from, kPiece));
        const auto got = pread(fd_, piece.data(), wanted, static_cast<off_t>(from));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) fail();
        write(to, std::span(piece).first(static_cast<std::size_t>(got)));
        from += static_cast<std::uint64_t>(got);
        to += static_cast<std::uint64_t>(got);
    }
    truncate(end - begin);
}

void FileEditor::truncate(std::uint64_t size) {
    if (ftruncate(fd_, static_cast<off_t>(size)) != 0) fail();
}

}  // namespace grover::media
