// What an MP4, MOV or M4A file holds, read from its boxes without decoding anything.
#pragma once

#include <cstdint>
#include <vector>

#include "domains/media/boxes.hpp"

namespace grover::media {

struct Track {
    Box box;  // trak
    std::uint32_t id = 0;
    std::uint32_t handler = 0;  // vide, soun, meta, text, tmcd, ...
    std::uint32_t codec = 0;    // type of the first sample description
    std::uint32_t timescale = 0;
    double duration = 0;        // seconds; 0 when the file does not say
    int width = 0, height = 0;  // as shown, after rotation
    Box stbl{};                 // type 0 when there is none
    bool has_samples = false;

    // Everything but pictures and sound is metadata: positions, orientation, faces, subtitles with
    // coordinates.
    bool is_video() const { return handler == box_type("vide"); }
    bool is_audio() const { return handler == box_type("soun"); }
    bool is_kept = true;
};

struct Movie {
    std::uint32_t brand = 0;  // of ftyp; 0 in QuickTime files older than ftyp
    bool fragmented = false;
    std::vector<Track> tracks;
    double duration = 0;  // of its longest kept track, seconds; 0 when the file does not say

    const Track* video() const;
    const Track* audio() const;
};

// Throws damaged() when the boxes contradict each other or there is neither a video nor an audio track.
Movie read_movie(ByteSource& file);

}  // namespace grover::media
