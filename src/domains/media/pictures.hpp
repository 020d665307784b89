// What the headers of a picture file claim, so that a monstrous picture is refused before anything decodes
// it.
#pragma once

#include <cstdint>

#include "domains/media/byte_source.hpp"

namespace grover::media {

struct Picture {
    std::int64_t width = 0, height = 0;  // as stored, before rotation
    int frames = 1;                      // more in an animation; counting stops above kMaxFrames
};

// Each expects its format at offset 0 and throws damaged() for what is cut off or contradicts itself.
Picture read_jpeg(ByteSource& file);
Picture read_png(ByteSource& file);
Picture read_gif(ByteSource& file);
Picture read_webp(ByteSource& file);

// Throws damaged() beyond the limits of contract/media.md §3.
void check_limits(const Picture& picture);

}  // namespace grover::media
