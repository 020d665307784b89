#include "domains/media/audio_frames.hpp"

#include <algorithm>
#include <array>

namespace grover::media {

namespace {

constexpr std::uint64_t kSearch = 64 * 1024;
constexpr std::size_t kFrameHeader = 4;

struct FrameHeader {
    std::uint32_t length = 0;  // bytes, header included
    std::uint32_t rate = 0;    // samples per second
    std::uint32_t samples = 0;
    std::uint32_t family = 0;  // equal for frames that may follow each other
};

constexpr std::array<std::array<std::uint16_t, 15>, 5> kBitrates{{
    {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},  // MPEG 1, layer I
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},     // MPEG 1, layer II
    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},      // MPEG 1, layer III
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},     // MPEG 2, layer I
    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},          // MPEG 2, layers II and III
}};

std::optional<FrameHeader> mpeg_header_at(ByteSource& file, std::uint64_t offset) {
    if (!file.has(offset, kFrameHeader)) return std::nullopt;
    const auto bits = file.u32be(offset);
    const auto version = bits >> 19 & 3, layer_bits = bits >> 17 & 3, bitrate = bits >> 12 & 15,
               rate = bits >> 10 & 3;
    if (bits >> 21 != 0x7FF || version == 1 || layer_bits == 0 || bitrate == 0 || bitrate == 15 ||
        rate == 3) {
        return std::nullopt;
    }
    const auto layer = 4 - layer_bits;
    const bool is_mpeg_1 = version == 3;
    constexpr std::array<std::uint32_t, 3> kRates{44'100, 48'000, 32'000};
    FrameHeader header;
    header.rate = kRates[rate] >> (is_mpeg_1 ? 0 : version == 2 ? 1 : 2);
    const std::size_t row = is_mpeg_1 ? layer - 1 : layer == 1 ? 3 : 4;
    const std::uint32_t bits_per_second = kBitrates[row][bitrate] * 1000U;
    const auto padding = bits >> 9 & 1;
    if (layer == 1) {
        header.samples = 384;
        header.length = (12 * bits_per_second / header.rate + padding) * 4;
    } else {
        header.samples = layer == 3 && !is_mpeg_1 ? 576 : 1152;
        header.length = header.samples / 8 * bits_per_second / header.rate + padding;
    }
    header.family = version << 4 | layer << 2 | rate;
    return header;
}

std::optional<FrameHeader> adts_header_at(ByteSource& file, std::uint64_t offset) {
    if (!file.has(offset, 7)) return std::nullopt;
    const auto bits = file.u32be(offset);
    if (bits >> 16 != 0xFFF1 && bits >> 16 != 0xFFF9) return std::nullopt;
    constexpr std::array<std::uint32_t, 13> kRates{96'000, 88'200, 64'000, 48'000, 44'100, 32'000, 24'000,
                                                   22'050, 16'000, 12'000, 11'025, 8'000,  7'350};
    const auto rate = bits >> 10 & 15;
    if (rate >= kRates.size()) return std::nullopt;
    FrameHeader header;
    header.rate = kRates[rate];
    header.length = file.u24be(offset + 3) >> 5 & 0x1FFF;
    header.samples = 1024U * ((file.u8(offset + 6) & 3U) + 1);
    header.family = bits >> 16 << 4 | rate;
    if (header.length < 7) return std::nullopt;
    return header;
}

// ID3v2 stores sizes in seven bits a byte.
std::uint64_t id3_size(std::uint32_t bytes) {
    return (bytes >> 24 & 0x7F) << 21 | (bytes >> 16 & 0x7F) << 14 | (bytes >> 8 & 0x7F) << 7 |
           (bytes & 0x7F);
}

constexpr std::uint64_t kApeFooter = 32, kId3v1 = 128, kId3v1Extended = 227, kLyricsEnd = 15;

// Length of the tag that ends at `end`, 0 when there is none.
std::uint64_t trailing_tag(ByteSource& file, std::uint64_t end) {
    if (end >= kId3v1 && file.matches(end - kId3v1, "TAG")) return kId3v1;
    if (end >= kId3v1Extended && file.matches(end - kId3v1Extended, "TAG+")) return kId3v1Extended;
    if (end >= kApeFooter && file.matches(end - kApeFooter, "APETAGEX")) {
        const auto flags = file.u32le(end - kApeFooter + 20);
        return file.u32le(end - kApeFooter + 12) + ((flags & 0x80000000U) != 0 ? kApeFooter : 0);
    }
    if (end >= kLyricsEnd && file.matches(end - 9, "LYRICS200")) {
        std::uint64_t size = 0;
        for (const auto digit : file.at(end - kLyricsEnd, 6)) {
            if (digit < '0' || digit > '9') return 0;
            size = size * 10 + (digit - '0');
        }
        return size + kLyricsEnd;
    }
    if (end >= 10 && file.matches(end - 10, "3DI")) return id3_size(file.u32be(end - 4)) + 20;
    return 0;
}

using ReadHeader = std::optional<FrameHeader> (*)(ByteSource&, std::uint64_t);

std::optional<std::uint64_t> find_two_frames(ByteSource& file, std::uint64_t from, std::uint64_t search,
                                             std::uint64_t end, ReadHeader header_at) {
    for (auto offset = from; offset < end && offset - from <= search; ++offset) {
        const auto first = header_at(file, offset);
        if (!first || offset + first->length >= end) continue;
        const auto second = header_at(file, offset + first->length);
        if (second && second->family == first->family) return offset;
    }
    return std::nullopt;
}

std::optional<AudioFrames> read_frames(ByteSource& file, std::uint64_t search, ReadHeader header_at) {
    const auto tags_end = end_of_leading_tags(file);
    AudioFrames frames{.end = begin_of_trailing_tags(file)};
    if (tags_end >= frames.end) return std::nullopt;
    const auto begin = find_two_frames(file, tags_end, search, frames.end, header_at);
    if (!begin) return std::nullopt;
    frames.begin = *begin;

    std::uint64_t framed = 0;
    for (auto offset = frames.begin; offset < frames.end;) {
        const auto header = header_at(file, offset);
        if (!header) {
            // Cut recordings and joined files have a few foreign bytes between frames.
            const auto next = find_two_frames(file, offset + 1, kSearch, frames.end, header_at);
            if (!next) break;
            offset = *next;
            continue;
        }
        const auto length = std::min<std::uint64_t>(header->length, frames.end - offset);
        framed += length;
        frames.duration += static_cast<double>(header->samples) / header->rate;
        offset += length;
    }
    const auto rest = frames.end - frames.begin - framed;
    if (rest > kSearch + framed / 10) return std::nullopt;
    return frames;
}

}  // namespace

std::uint64_t end_of_leading_tags(ByteSource& file) {
    std::uint64_t offset = 0;
    while (true) {
        if (file.has(offset, 10) && file.matches(offset, "ID3")) {
            const bool has_footer = (file.u8(offset + 5) & 0x10) != 0;
            offset += 10 + id3_size(file.u32be(offset + 6)) + (has_footer ? 10 : 0);
        } else if (file.has(offset, kApeFooter) && file.matches(offset, "APETAGEX")) {
            offset += kApeFooter + file.u32le(offset + 12);
        } else {
            return offset;
        }
    }
}

std::uint64_t begin_of_trailing_tags(ByteSource& file) {
    auto end = file.size();
    while (const auto length = trailing_tag(file, end)) {
        if (length > end) break;
        end -= length;
    }
    return end;
}

std::optional<AudioFrames> read_mpeg_audio(ByteSource& file) {
    return read_frames(file, kSearch, mpeg_header_at);
}
std::optional<AudioFrames> read_adts(ByteSource& file) { return read_frames(file, 0, adts_header_at); }

}  // namespace grover::media
