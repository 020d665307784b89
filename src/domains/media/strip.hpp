// Removing what a recording says about where, when, by whom and with what it was made (contract/media.md §5 "Until …").
#pragma once

#include "domains/media/formats.hpp"

namespace grover::media {

// Rewrites the video or audio file behind `fd`, which is open for reading and writing, in place: what can be played stays
// where it is, byte for byte; metadata is overwritten with zeros inside boxes that players skip, or cut off at the ends.
// Tracks that are neither picture nor sound go with their samples. Streams: never more than a window in memory.
// Requires that sniff() accepted the file as `format`. Throws damaged(), and std::system_error when the disk fails;
// the file is then to be thrown away.
void remove_metadata(int fd, Format format);

}  // namespace grover::media
