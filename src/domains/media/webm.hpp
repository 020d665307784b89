// What a WebM file holds, read from its elements without decoding anything.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "domains/media/ebml.hpp"

namespace grover::media {

struct WebmTrack {
    std::uint64_t number = 0;
    std::uint64_t type = 0;  // 1 video, 2 audio; everything else is metadata
    Element entry;
    int width = 0, height = 0;

    bool is_video() const { return type == 1; }
    bool is_audio() const { return type == 2; }
};

struct Webm {
    Element segment;
    std::vector<WebmTrack> tracks;
    double duration = 0;  // seconds

    const WebmTrack* video() const;
    const WebmTrack* audio() const;
};

// Nothing when the document is not WebM (Matroska, something else). Throws damaged().
std::optional<Webm> read_webm(ByteSource& file);

// Calls visit(const Element&) for each child of the segment. A cluster is passed with its true end, also when
// it was left open. Throws damaged().
template <class Visit>
void each_segment_child(ByteSource& file, const Element& segment, Visit&& visit) {
    const auto begins_new_child = [](std::uint32_t id) {
        return id == ebml::cluster || id == ebml::cues || id == ebml::tags || id == ebml::seek_head ||
               id == ebml::info || id == ebml::tracks || id == ebml::chapters || id == ebml::attachments;
    };
    for (std::uint64_t offset = segment.body; offset < segment.end;) {
        Element element = element_at(file, offset, segment.end);
        if (element.is_open) {
            if (element.id != ebml::cluster) throw damaged();
            std::uint64_t inner = element.body;
            while (inner < segment.end) {
                const Element child = element_at(file, inner, segment.end);
                if (begins_new_child(child.id)) break;
                if (child.is_open) throw damaged();
                inner = child.end;
            }
            element.end = inner;
        }
        visit(element);
        offset = element.end;
    }
}

}  // namespace grover::media
