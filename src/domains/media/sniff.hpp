// What a file is, from its bytes alone (contract/media.md §3). Names and declared types are never asked.
#pragma once

#include <optional>

#include "domains/media/formats.hpp"

namespace grover::media {

struct Sniffed {
    Format format = Format::jpeg;
    // What the container says; 0 when it does not (HEIC: the decoder knows). Videos as shown, pictures before
    // rotation.
    int width = 0, height = 0;
    std::optional<double> duration{};  // seconds
    int frames = 1;                    // more in an animation

    Kind kind() const { return info_of(format).kind; }
};

// Reads headers of the file behind `fd`, never the whole of it into memory; time is linear in its size.
// Nothing when the bytes are no format that we take, or can be of none of these kinds by their beginning. Throws damaged()
// when they claim to be one and break its rules or the limits: cut off, no track, no area, too large, too long.
std::optional<Sniffed> sniff(int fd, KindSet kinds = kAnyKind);

}  // namespace grover::media
