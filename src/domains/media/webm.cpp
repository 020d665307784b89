#include "domains/media/webm.hpp"

#include <algorithm>
#include <cmath>

namespace grover::media {

namespace {

constexpr std::size_t kMaxTracks = 64;
constexpr double kNanoseconds = 1e9;

double float_in(ByteSource& file, const Element& element) {
    if (element.body_size() == 4) return std::bit_cast<float>(file.u32be(element.body));
    if (element.body_size() == 8) return std::bit_cast<double>(file.u64be(element.body));
    return 0;
}

int side_in(ByteSource& file, const Element& element) {
    const auto value = unsigned_in(file, element);
    if (value == 0 || value > static_cast<std::uint64_t>(kMaxSide)) throw damaged();
    return static_cast<int>(value);
}

WebmTrack read_track(ByteSource& file, const Element& entry) {
    WebmTrack track{.entry = entry};
    each_element_in(file, entry, [&](const Element& element) {
        if (element.id == ebml::track_number) track.number = unsigned_in(file, element);
        if (element.id == ebml::track_type) track.type = unsigned_in(file, element);
        if (element.id != ebml::video) return;
        each_element_in(file, element, [&](const Element& size) {
            if (size.id == ebml::pixel_width) track.width = side_in(file, size);
            if (size.id == ebml::pixel_height) track.height = side_in(file, size);
        });
    });
    if (track.is_video() && (track.width == 0 || track.height == 0)) throw damaged();
    return track;
}

// Ticks from the cluster's start to its last block: what a recorder that noted no duration leaves to go by.
std::uint64_t last_tick(ByteSource& file, const Element& cluster) {
    std::uint64_t start = 0, last = 0;
    const auto see_block = [&](const Element& block) {
        const auto track = vint_at(file, block.body);
        // Signed 16 bits; a block before its cluster does not move the end.
        const auto tick =
            static_cast<std::int16_t>(file.u16be(block.body + static_cast<std::uint64_t>(track.length)));
        if (tick > 0) last = std::max(last, static_cast<std::uint64_t>(tick));
    };
    each_element_in(file, cluster, [&](const Element& element) {
        if (element.id == ebml::timestamp) start = unsigned_in(file, element);
        if (element.id == ebml::simple_block) see_block(element);
        if (element.id != ebml::block_group) return;
        each_element_in(file, element, [&](const Element& inner) {
            if (inner.id == ebml::block) see_block(inner);
        });
    });
    return start + last;
}

bool is_webm_header(ByteSource& file, const Element& header) {
    bool is_webm = false;
    each_element_in(file, header, [&](const Element& element) {
        if (element.id == ebml::doc_type) {
            is_webm = file.matches(element.body, "webm") &&
                      (element.body_size() == 4 || file.u8(element.body + 4) == 0);
        }
    });
    return is_webm;
}

}  // namespace

const WebmTrack* Webm::video() const {
    const auto found = std::find_if(tracks.begin(), tracks.end(), [](auto& t) { return t.is_video(); });
    return found == tracks.end() ? nullptr : &*found;
}

const WebmTrack* Webm::audio() const {
    const auto found = std::find_if(tracks.begin(), tracks.end(), [](auto& t) { return t.is_audio(); });
    return found == tracks.end() ? nullptr : &*found;
}

std::optional<Webm> read_webm(ByteSource& file) {
    const Element header = element_at(file, 0, file.size());
    if (header.id != ebml::header || header.is_open || !is_webm_header(file, header)) return std::nullopt;

    Webm webm;
    webm.segment = element_at(file, header.end, file.size());
    if (webm.segment.id != ebml::segment) throw damaged();

    std::uint64_t scale = 1'000'000, last = 0;  // nanoseconds per tick
    double noted = 0;
    each_segment_child(file, webm.segment, [&](const Element& child) {
        if (child.id == ebml::info) {
            each_element_in(file, child, [&](const Element& element) {
                if (element.id == ebml::timestamp_scale) scale = unsigned_in(file, element);
                if (element.id == ebml::duration) noted = float_in(file, element);
            });
        } else if (child.id == ebml::tracks) {
            each_element_in(file, child, [&](const Element& entry) {
                if (entry.id != ebml::track_entry) return;
                if (webm.tracks.size() == kMaxTracks) throw damaged();
                webm.tracks.push_back(read_track(file, entry));
            });
        } else if (child.id == ebml::cluster) {
            last = std::max(last, last_tick(file, child));
        }
    });
    if (webm.video() == nullptr && webm.audio() == nullptr) throw damaged();
    const double ticks = std::isfinite(noted) && noted > 0 ? noted : static_cast<double>(last);
    webm.duration = ticks * static_cast<double>(scale) / kNanoseconds;
    return webm;
}

}  // namespace grover::media
