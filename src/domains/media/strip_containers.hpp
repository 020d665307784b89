// The parts of remove_metadata(), one for each container. Private to strip*.cpp.
#pragma once

#include "domains/media/byte_source.hpp"
#include "domains/media/file_editor.hpp"

namespace grover::media {

void strip_movie(ByteSource& file, FileEditor& edit);
void strip_webm(ByteSource& file, FileEditor& edit);
void strip_ogg(ByteSource& file, FileEditor& edit);

}  // namespace grover::media
