#include <array>
#include <set>

#include "domains/media/strip_containers.hpp"
#include "domains/media/webm.hpp"

namespace grover::media {

namespace {

constexpr std::uint32_t kMuxingApp = 0x4D80, kWritingApp = 0x5741;

class WebmStrip {
public:
    WebmStrip(ByteSource& file, FileEditor& edit) : file_(file), edit_(edit) {}

    void run() {
        const auto webm = read_webm(file_);
        if (!webm) throw damaged();
        for (const auto& track : webm->tracks) {
            if (!track.is_video() && !track.is_audio()) dropped_.insert(track.number);
        }
        each_segment_child(file_, webm->segment, [&](const Element& child) { strip_child(child, *webm); });
        if (webm->segment.end < file_.size()) edit_.truncate(webm->segment.end);
    }

private:
    // An element of the same length that every reader skips.
    void empty(const Element& element) {
        const auto length = element.end - element.start;
        constexpr std::uint64_t kLongHeader = 9;
        if (length < kLongHeader) {
            const std::array<std::uint8_t, 2> header{0xEC, static_cast<std::uint8_t>(0x80 | (length - 2))};
            edit_.write(element.start, header);
            return edit_.zero(element.start + header.size(), element.end);
        }
        const auto payload = length - kLongHeader;
        std::array<std::uint8_t, kLongHeader> header{0xEC, 0x01};
        for (std::size_t i = 0; i < 7; ++i)
            header[2 + i] = static_cast<std::uint8_t>(payload >> (8 * (6 - i)));
        edit_.write(element.start, header);
        edit_.zero(element.start + kLongHeader, element.end);
    }

    void strip_child(const Element& child, const Webm& webm) {
        switch (child.id) {
            case ebml::info:
                return strip_info(child);
            case ebml::tracks:
                return strip_tracks(child, webm);
            case ebml::cluster:
                if (!dropped_.empty()) strip_cluster(child);
                return;
            case ebml::cues:
            case ebml::seek_head:
                return;
            default:
                return empty(child);
        }
    }

    void strip_info(const Element& info) {
        each_element_in(file_, info, [&](const Element& element) {
            if (element.id == ebml::timestamp_scale || element.id == ebml::duration) return;
            // Readers insist on these two texts; zeros make them empty.
            if (element.id == kMuxingApp || element.id == kWritingApp)
                return edit_.zero(element.body, element.end);
            empty(element);
        });
    }

    void strip_tracks(const Element& tracks, const Webm& webm) {
        each_element_in(file_, tracks, [&](const Element& entry) {
            if (entry.id != ebml::track_entry) return empty(entry);
            for (const auto& track : webm.tracks) {
                if (track.entry.start == entry.start && dropped_.contains(track.number)) return empty(entry);
            }
            each_element_in(file_, entry, [&](const Element& element) {
                // Checksums no longer fit.
                if (element.id == ebml::track_name || element.id == ebml::crc_32) empty(element);
            });
        });
    }

    void strip_cluster(const Element& cluster) {
        each_element_in(file_, cluster, [&](const Element& element) {
            if (element.id == ebml::crc_32 || is_block_of_dropped(element)) return empty(element);
            if (element.id != ebml::block_group) return;
            bool is_dropped = false;
            each_element_in(file_, element,
                            [&](const Element& inner) { is_dropped |= is_block_of_dropped(inner); });
            if (is_dropped) empty(element);
        });
    }

    bool is_block_of_dropped(const Element& element) {
        const bool is_block = element.id == ebml::simple_block || element.id == ebml::block;
        return is_block && dropped_.contains(vint_at(file_, element.body).value);
    }

    ByteSource& file_;
    FileEditor& edit_;
    std::set<std::uint64_t> dropped_;  // track numbers
};

}  // namespace

void strip_webm(ByteSource& file, FileEditor& edit) {
    WebmStrip(file, edit).run();
    file.refresh();
}

}  // namespace grover::media
