// Audio without a container: MPEG audio (MP3) and AAC in ADTS, a chain of frames with tags around it.
#pragma once

#include <cstdint>
#include <optional>

#include "domains/media/byte_source.hpp"

namespace grover::media {

// The bytes between `begin` and `end` are frames, what lies outside is tags and leftovers.
struct AudioFrames {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    double duration = 0;  // seconds, counted frame by frame: the lengths that headers claim are not believed
};

// Where tags at the start (ID3v2, APE) end.
std::uint64_t end_of_leading_tags(ByteSource& file);
// Where tags at the end (ID3v1, APE, Lyrics3, ID3v2 footers) begin.
std::uint64_t begin_of_trailing_tags(ByteSource& file);

// Nothing when the file is not of that kind. Two frames in a row must begin within 64 KiB (ADTS: at once),
// and nearly all of the file must be frames: an archive that happens to contain two headers is none.
std::optional<AudioFrames> read_mpeg_audio(ByteSource& file);
std::optional<AudioFrames> read_adts(ByteSource& file);

}  // namespace grover::media
