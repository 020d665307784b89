#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "domains/media/ogg.hpp"
#include "domains/media/strip_containers.hpp"

namespace grover::media {

namespace {

constexpr std::uint32_t kCrcPolynomial = 0x04C11DB7;

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i << 24;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 0x80000000U) != 0 ? crc << 1 ^ kCrcPolynomial : crc << 1;
        table[i] = crc;
    }
    return table;
}

constexpr auto kCrcTable = make_crc_table();

// A stretch of a packet; packets run on over pages.
struct Region {
    std::uint64_t begin = 0, end = 0;
    std::uint64_t page = 0;
};

// The header packets of one logical stream. The first names the codec, the second holds the comments; FLAC has more
// metadata in the ones that follow, pictures among them.
struct Headers {
    OggCodec codec{};
    int packet = 0;
    std::vector<Region> regions;  // of the packet that is being read
    bool is_done = false;
};

class OggStrip {
public:
    OggStrip(ByteSource& file, FileEditor& edit) : file_(file), edit_(edit) {}

    void run() {
        each_ogg_page(file_, [&](const OggPage& page) { read_page(page); });
        file_.refresh();
        for (const auto page : changed_pages_) write_checksum(page);
    }

private:
    void read_page(const OggPage& page) {
        if (page.begins_stream) {
            const auto codec = ogg_codec_at(file_, page);
            if (!codec || headers_.size() == 64) throw damaged();
            headers_[page.serial] = {.codec = *codec};
        }
        const auto found = headers_.find(page.serial);
        if (found == headers_.end() || found->second.is_done) return;
        auto& headers = found->second;

        auto at = page.body;
        for (int i = 0; i < page.segment_count && !headers.is_done; ++i) {
            const auto length = page.segments[static_cast<std::size_t>(i)];
            add(headers, {at, at + length, page.start});
            at += length;
            // A full segment says that the packet goes on.
            if (length < 255) end_packet(headers);
        }
    }

    static void add(Headers& headers, const Region& piece) {
        if (headers.packet == 0) return;
        auto& regions = headers.regions;
        if (!regions.empty() && regions.back().end == piece.begin && regions.back().page == piece.page) {
            regions.back().end = piece.end;
        } else {
            regions.push_back(piece);
        }
    }

    void end_packet(Headers& headers) {
        const auto regions = std::exchange(headers.regions, {});
        if (headers.packet++ == 0) return;
        if (headers.codec == OggCodec::flac) {
            erase_flac_block(headers, regions);
        } else {
            erase_comments(regions, headers.codec == OggCodec::vorbis ? 7 : 8);
            headers.is_done = true;
        }
    }

    // Behind `prefix` bytes: length and name of the encoder, then comments. The name takes it all, as spaces, and no
    // comment is left; Vorbis ends the packet with a bit that must stay.
    void erase_comments(const std::vector<Region>& regions, std::uint64_t prefix) {
        const auto size = size_of(regions);
        const std::uint64_t framing = prefix == 7 ? 1 : 0;
        if (size < prefix + 8 + framing) throw damaged();
        const auto spaces = size - prefix - 8 - framing;
        put_u32le(regions, prefix, static_cast<std::uint32_t>(spaces));
        fill(regions, prefix + 4, prefix + 4 + spaces, ' ');
        put_u32le(regions, prefix + 4 + spaces, 0);
    }

    // One metadata block: type and "last" bit, 24 bits of length, content. Comments are emptied, everything else but the
    // seek table becomes padding.
    void erase_flac_block(Headers& headers, const std::vector<Region>& regions) {
        constexpr std::uint8_t kPadding = 1, kSeekTable = 3, kComments = 4;
        const auto size = size_of(regions);
        const auto first = regions.empty() ? std::uint8_t{0xFF} : file_.u8(regions.front().begin);
        if (first == 0xFF) {  // sound
            headers.is_done = true;
            return;
        }
        const auto type = first & 0x7F;
        if (type == kComments) {
            erase_comments(regions, 4);
        } else if (type != kSeekTable) {
            fill(regions, 0, 1, static_cast<std::uint8_t>((first & 0x80) | kPadding));
            fill(regions, 4, size, 0);
        }
        headers.is_done = (first & 0x80) != 0;
    }

    static std::uint64_t size_of(const std::vector<Region>& regions) {
        std::uint64_t size = 0;
        for (const auto& region : regions) size += region.end - region.begin;
        return size;
    }

    // Bytes [from, to) of the packet, wherever its pieces lie.
    void fill(const std::vector<Region>& regions, std::uint64_t from, std::uint64_t to, std::uint8_t value) {
        std::array<std::uint8_t, 4096> piece;
        piece.fill(value);
        std::uint64_t passed = 0;
        for (const auto& region : regions) {
            const auto length = region.end - region.begin;
            auto begin = region.begin + (std::clamp(from, passed, passed + length) - passed);
            const auto end = region.begin + (std::clamp(to, passed, passed + length) - passed);
            if (begin < end) changed_pages_.insert(region.page);
            while (begin < end) {
                const auto count =
                    static_cast<std::size_t>(std::min<std::uint64_t>(end - begin, piece.size()));
                edit_.write(begin, std::span(piece).first(count));
                begin += count;
            }
            passed += length;
        }
    }

    void put_u32le(const std::vector<Region>& regions, std::uint64_t at, std::uint32_t value) {
        for (unsigned i = 0; i < 4; ++i)
            fill(regions, at + i, at + i + 1, static_cast<std::uint8_t>(value >> (8 * i)));
    }

    void write_checksum(std::uint64_t start) {
        const OggPage page = ogg_page_at(file_, start);
        edit_.write_u32le(start + 22, 0);
        file_.refresh();
        std::uint32_t crc = 0;
        for (auto at = start; at < page.end; ++at)
            crc = crc << 8 ^ kCrcTable[(crc >> 24 ^ file_.u8(at)) & 0xFF];
        edit_.write_u32le(start + 22, crc);
    }

    ByteSource& file_;
    FileEditor& edit_;
    std::map<std::uint32_t, Headers> headers_;  // by serial number
    std::set<std::uint64_t> changed_pages_;
};

}  // namespace

void strip_ogg(ByteSource& file, FileEditor& edit) { OggStrip(file, edit).run(); }

}  // namespace grover::media
