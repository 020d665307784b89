// A copy of a picture without its metadata, pixel for pixel the same (contract/media.md §5).
#pragma once

#include "domains/media/byte_source.hpp"
#include "domains/media/formats.hpp"

namespace grover::media {

// Copies the JPEG, GIF or WebP to `target` from its current offset on, leaving out EXIF, XMP, IPTC, ICC
// profiles, comments, embedded thumbnails and whatever follows the picture. Streams; throws damaged(), and
// CannotWrite (renditions.hpp).
void copy_without_metadata(ByteSource& source, Format format, int target);

}  // namespace grover::media
