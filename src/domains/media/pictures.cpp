#include "domains/media/pictures.hpp"

#include "domains/media/formats.hpp"

namespace grover::media {

namespace {

// A chain of length-prefixed blocks, ended by an empty one. Returns where it ends.
std::uint64_t skip_gif_blocks(ByteSource& file, std::uint64_t offset) {
    while (const auto length = file.u8(offset)) offset += 1U + length;
    return offset + 1;
}

std::uint64_t gif_colour_table(std::uint8_t flags) {
    return (flags & 0x80) != 0 ? 3ULL << ((flags & 7) + 1) : 0;
}

}  // namespace

Picture read_jpeg(ByteSource& file) {
    std::uint64_t offset = 2;
    while (true) {
        if (file.u8(offset) != 0xFF) throw damaged();
        const auto marker = file.u8(offset + 1);
        if (marker == 0xFF) {  // fill byte
            ++offset;
            continue;
        }
        const bool has_no_length = marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
        if (has_no_length) {
            offset += 2;
            continue;
        }
        const bool begins_frame =
            marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (begins_frame) return {.width = file.u16be(offset + 7), .height = file.u16be(offset + 5)};
        // Picture data or the end before any frame was declared.
        if (marker == 0xDA || marker == 0xD9) throw damaged();
        const auto length = file.u16be(offset + 2);
        if (length < 2) throw damaged();
        offset += 2U + length;
    }
}

Picture read_png(ByteSource& file) {
    if (!file.matches(12, "IHDR")) throw damaged();
    return {.width = file.u32be(16), .height = file.u32be(20)};
}

Picture read_gif(ByteSource& file) {
    Picture picture{.width = file.u16le(6), .height = file.u16le(8), .frames = 0};
    auto offset = 13 + gif_colour_table(file.u8(10));
    while (picture.frames <= kMaxFrames) {
        // Some writers leave out the trailer; the last frame must be whole all the same.
        if (offset == file.size()) break;
        const auto kind = file.u8(offset);
        if (kind == 0x3B) break;
        if (kind == 0x21) {
            offset = skip_gif_blocks(file, offset + 2);
        } else if (kind == 0x2C) {
            ++picture.frames;
            const auto table = gif_colour_table(file.u8(offset + 9));
            offset = skip_gif_blocks(file, offset + 10 + table + 1);
        } else {
            throw damaged();
        }
    }
    if (picture.frames == 0) throw damaged();
    return picture;
}

Picture read_webp(ByteSource& file) {
    const std::uint64_t end = 8ULL + file.u32le(4);
    if (end > file.size() || end < 20) throw damaged();
    Picture picture{.frames = 0};
    bool has_pixels = false;
    for (std::uint64_t offset = 12; end - offset >= 8 && picture.frames <= kMaxFrames;) {
        const std::uint64_t length = file.u32le(offset + 4);
        const auto body = offset + 8;
        if (length > end - body) throw damaged();
        if (file.matches(offset, "VP8X")) {
            picture.width = file.u24le(body + 4) + 1;
            picture.height = file.u24le(body + 7) + 1;
        } else if (file.matches(offset, "VP8 ") && !has_pixels) {
            has_pixels = true;
            if (picture.width == 0)
                picture = {.width = file.u16le(body + 6) & 0x3FFF, .height = file.u16le(body + 8) & 0x3FFF};
        } else if (file.matches(offset, "VP8L") && !has_pixels) {
            has_pixels = true;
            const auto bits = file.u32le(body + 1);
            if (picture.width == 0)
                picture = {.width = (bits & 0x3FFF) + 1, .height = (bits >> 14 & 0x3FFF) + 1};
        } else if (file.matches(offset, "ANMF")) {
            has_pixels = true;
            ++picture.frames;
        }
        offset = body + length + (length & 1);
        if (offset > end) break;
    }
    if (!has_pixels) throw damaged();
    if (picture.frames == 0) picture.frames = 1;
    return picture;
}

void check_limits(const Picture& picture) {
    const bool has_area = picture.width > 0 && picture.height > 0;
    if (!has_area || picture.width > kMaxSide || picture.height > kMaxSide ||
        picture.width * picture.height > kMaxPixels || picture.frames > kMaxFrames) {
        throw damaged();
    }
}

}  // namespace grover::media
