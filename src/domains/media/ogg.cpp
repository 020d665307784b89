#include "domains/media/ogg.hpp"

#include <algorithm>
#include <map>

namespace grover::media {

namespace {

struct Stream {
    std::uint32_t rate = 0;
    std::int64_t skipped = 0;  // samples at the start that are not played
    std::int64_t last = 0;
};

Stream read_first_packet(ByteSource& file, OggCodec codec, const OggPage& page) {
    Stream stream;
    switch (codec) {
        case OggCodec::vorbis:
            stream.rate = file.u32le(page.body + 12);
            break;
        case OggCodec::opus:
            stream.rate = 48'000;  // whatever was recorded, Opus counts in 48 kHz
            stream.skipped = file.u16le(page.body + 10);
            break;
        // 13 bytes of Ogg mapping, 4 of block header, 10 into STREAMINFO: 20 bits of rate.
        case OggCodec::flac:
            stream.rate = file.u24be(page.body + 27) >> 4;
            break;
    }
    if (stream.rate == 0) throw damaged();
    return stream;
}

// Streams of one link play together, links one after the other.
double link_duration(const std::map<std::uint32_t, Stream>& streams) {
    double longest = 0;
    for (const auto& [serial, stream] : streams) {
        longest =
            std::max(longest, static_cast<double>(std::max<std::int64_t>(0, stream.last - stream.skipped)) /
                                  stream.rate);
    }
    return longest;
}

}  // namespace

std::optional<double> read_ogg_duration(ByteSource& file) {
    std::map<std::uint32_t, Stream> link;
    double before = 0;
    bool has_data = false, is_foreign = false;
    each_ogg_page(file, [&](const OggPage& page) {
        if (page.begins_stream) {
            const auto codec = ogg_codec_at(file, page);
            if (!codec) {
                is_foreign = true;
                return;
            }
            if (has_data) {
                before += link_duration(link);
                link.clear();
                has_data = false;
            }
            if (link.size() == 16) throw damaged();
            link[page.serial] = read_first_packet(file, *codec, page);
            return;
        }
        has_data = true;
        const auto stream = link.find(page.serial);
        if (stream != link.end()) stream->second.last = std::max(stream->second.last, page.granule);
    });
    if (is_foreign) return std::nullopt;
    if (link.empty() || !has_data) throw damaged();
    return before + link_duration(link);
}

}  // namespace grover::media
