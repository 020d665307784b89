#include "domains/media/picture_strip.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "domains/media/renditions.hpp"

namespace grover::media {

namespace {

class Output {
public:
    explicit Output(int fd) : fd_(fd) {}

    void write(std::span<const std::uint8_t> bytes) {
        while (!bytes.empty()) {
            const auto written = ::write(fd_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) throw CannotWrite{errno};
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
    }
    void write(std::initializer_list<std::uint8_t> bytes) { write(std::span(bytes.begin(), bytes.size())); }

    void copy(ByteSource& source, std::uint64_t begin, std::uint64_t end) {
        while (begin < end) {
            const auto piece =
                static_cast<std::size_t>(std::min<std::uint64_t>(end - begin, ByteSource::kWindow));
            write(source.at(begin, piece));
            begin += piece;
        }
    }

    void rewrite(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
        if (pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
            static_cast<ssize_t>(bytes.size())) {
            throw CannotWrite{errno};
        }
    }

private:
    int fd_;
};

// Where the compressed data that begins at `offset` ends: at the next marker that is neither stuffing nor a
// restart.
std::uint64_t end_of_scan(ByteSource& source, std::uint64_t offset) {
    while (true) {
        if (source.u8(offset) != 0xFF) {
            ++offset;
            continue;
        }
        const auto next = source.u8(offset + 1);
        if (next != 0x00 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return offset;
        offset += next == 0xFF ? 1 : 2;
    }
}

// Adobe's APP14 says how the colours are coded, JFIF's APP0 only which shape a pixel has. All other
// application segments and comments are metadata. What follows the end marker (further pictures, a video) is
// not part of the picture.
void copy_jpeg(ByteSource& source, Output& out) {
    out.write({0xFF, 0xD8});
    std::uint64_t offset = 2;
    while (true) {
        if (source.u8(offset) != 0xFF) throw damaged();
        const auto marker = source.u8(offset + 1);
        if (marker == 0xFF) {
            ++offset;
            continue;
        }
        if (marker == 0xD9) {
            out.write({0xFF, 0xD9});
            return;
        }
        if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
            offset += 2;
            continue;
        }
        const auto end = offset + 2 + source.u16be(offset + 2);
        const bool is_metadata = (marker >= 0xE0 && marker <= 0xEF && marker != 0xEE) || marker == 0xFE;
        if (!is_metadata) out.copy(source, offset, end);
        offset = end;
        if (marker == 0xDA) {
            const auto scan_end = end_of_scan(source, offset);
            out.copy(source, offset, scan_end);
            offset = scan_end;
        }
    }
}

std::uint64_t end_of_gif_blocks(ByteSource& source, std::uint64_t offset) {
    while (const auto length = source.u8(offset)) offset += 1U + length;
    return offset + 1;
}

std::uint64_t gif_colour_table(std::uint8_t flags) {
    return (flags & 0x80) != 0 ? 3ULL << ((flags & 7) + 1) : 0;
}

void copy_gif(ByteSource& source, Output& out) {
    auto offset = 13 + gif_colour_table(source.u8(10));
    out.copy(source, 0, offset);
    while (offset < source.size() && source.u8(offset) != 0x3B) {
        const auto start = offset;
        bool is_kept = true;
        if (source.u8(offset) == 0x21) {
            const auto label = source.u8(offset + 1);
            // Timing and transparency of the next frame, or the number of repetitions; the rest is comments,
            // XMP and text.
            const bool repeats =
                source.matches(offset + 2, "\x0BNETSCAPE2.0") || source.matches(offset + 2,
                                                                                "\x0B"
                                                                                "ANIMEXTS1.0");
            is_kept = label == 0xF9 || (label == 0xFF && repeats);
            offset = end_of_gif_blocks(source, offset + 2);
        } else if (source.u8(offset) == 0x2C) {
            offset = end_of_gif_blocks(source, offset + 11 + gif_colour_table(source.u8(offset + 9)));
        } else {
            throw damaged();
        }
        if (is_kept) out.copy(source, start, offset);
    }
    out.write({0x3B});
}

void copy_webp(ByteSource& source, Output& out) {
    const std::uint64_t end = 8ULL + source.u32le(4);
    out.copy(source, 0, 12);
    std::uint64_t size = 12;
    for (std::uint64_t offset = 12; end - offset >= 8;) {
        const std::uint64_t length = source.u32le(offset + 4);
        const auto next = std::min(end, offset + 8 + length + (length & 1));
        const bool is_picture = source.matches(offset, "VP8") || source.matches(offset, "ALPH") ||
                                source.matches(offset, "ANIM") || source.matches(offset, "ANMF");
        if (is_picture) {
            const auto written_at = size;
            out.copy(source, offset, next);
            size += next - offset;
            if (source.matches(offset, "VP8X")) {
                // Bits that announce ICC profile, EXIF and XMP.
                const auto flags = static_cast<std::uint8_t>(source.u8(offset + 8) & ~0x2CU);
                out.rewrite(written_at + 8, {&flags, 1});
            }
        }
        offset = next;
    }
    const auto payload = static_cast<std::uint32_t>(size - 8);
    const std::array<std::uint8_t, 4> riff_size{
        static_cast<std::uint8_t>(payload), static_cast<std::uint8_t>(payload >> 8),
        static_cast<std::uint8_t>(payload >> 16), static_cast<std::uint8_t>(payload >> 24)};
    out.rewrite(4, riff_size);
}

}  // namespace

void copy_without_metadata(ByteSource& source, Format format, int target) {
    Output out(target);
    switch (format) {
        case Format::jpeg:
            copy_jpeg(source, out);
            break;
        case Format::gif:
            copy_gif(source, out);
            break;
        case Format::webp:
            copy_webp(source, out);
            break;
        default:
            throw damaged();
    }
}

}  // namespace grover::media
