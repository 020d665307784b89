// Walking the pages of an Ogg file (RFC 3533) and what its logical streams carry.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "domains/media/byte_source.hpp"
#include "domains/media/formats.hpp"

namespace grover::media {

struct OggPage {
    static constexpr std::uint64_t kHeader = 27;  // before the segment table

    std::uint64_t start = 0;
    std::uint64_t body = 0;
    std::uint64_t end = 0;
    std::int64_t granule = 0;  // -1: no packet ends here
    std::uint32_t serial = 0;
    bool begins_stream = false;
    int segment_count = 0;
    std::array<std::uint8_t, 255> segments{};
};

inline OggPage ogg_page_at(ByteSource& file, std::uint64_t offset) {
    if (!file.matches(offset, "OggS")) throw damaged();
    OggPage page{.start = offset};
    page.begins_stream = (file.u8(offset + 5) & 2) != 0;
    page.granule = static_cast<std::int64_t>(file.u64le(offset + 6));
    page.serial = file.u32le(offset + 14);
    page.segment_count = file.u8(offset + 26);
    page.body = offset + OggPage::kHeader + static_cast<std::uint64_t>(page.segment_count);
    page.end = page.body;
    const auto table = file.at(offset + OggPage::kHeader, static_cast<std::size_t>(page.segment_count));
    for (std::size_t i = 0; i < table.size(); ++i) {
        page.segments[i] = table[i];
        page.end += table[i];
    }
    if (page.end > file.size()) throw damaged();
    return page;
}

template <class Visit>
void each_ogg_page(ByteSource& file, Visit&& visit) {
    for (std::uint64_t offset = 0; offset < file.size();) {
        const OggPage page = ogg_page_at(file, offset);
        visit(page);
        offset = page.end;
    }
}

enum class OggCodec : std::uint8_t { vorbis, opus, flac };

// By the first packet of a stream; nothing for what we do not take (Theora, Speex, Skeleton).
inline std::optional<OggCodec> ogg_codec_at(ByteSource& file, const OggPage& first) {
    if (file.matches(first.body, "\x01vorbis")) return OggCodec::vorbis;
    if (file.matches(first.body, "OpusHead")) return OggCodec::opus;
    if (file.matches(first.body,
                     "\x7F"
                     "FLAC"))
        return OggCodec::flac;
    return std::nullopt;
}

// Seconds, over all chained parts; nothing when a stream carries something else than the three codecs.
std::optional<double> read_ogg_duration(ByteSource& file);

}  // namespace grover::media
