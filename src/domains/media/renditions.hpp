// Pictures into renditions (contract/media.md §5 "Images"). Runs in the image worker, never in the server
// itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domains/media/formats.hpp"

namespace grover::media {

enum class Recipe : std::uint8_t {
    standard,  // full, large, medium, small, thumb
    square,    // a profile picture: full is its middle, at most 400 x 400; and thumb
};

struct MadeRendition {
    std::string name;  // also the name of its file
    Format format = Format::jpeg;
    int width = 0, height = 0;
};

// The disk, not the picture, is at fault.
struct CannotWrite {
    int error_number = 0;
};

// Whether this build of libvips can.
bool decodes_heic();

// Decodes the picture behind `source` and writes each rendition into a file of its name in the directory
// behind `target`, which is empty. The first is `full`. `is_animated` keeps GIF and WebP as they are, without
// their metadata. Throws damaged(), heic_not_supported(), CannotWrite; then files may be left in the
// directory.
std::vector<MadeRendition> make_renditions(int source, Format format, bool is_animated, Recipe recipe,
                                           int target);

}  // namespace grover::media
