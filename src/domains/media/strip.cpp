#include "domains/media/strip.hpp"

#include "domains/media/audio_frames.hpp"
#include "domains/media/strip_containers.hpp"

namespace grover::media {

namespace {

// Tags stand before and after the frames; so would a document that poses as sound.
void strip_frames(FileEditor& edit, const std::optional<AudioFrames>& frames) {
    if (!frames) throw damaged();
    edit.keep_only(frames->begin, frames->end);
}

// Players need the format, the number of samples and the samples; everything else becomes a chunk to skip.
void strip_wav(ByteSource& file, FileEditor& edit) {
    std::uint64_t offset = 12;
    while (file.has(offset, 8)) {
        const std::uint64_t length = file.u32le(offset + 4);
        const auto body = offset + 8;
        const bool is_data = file.matches(offset, "data");
        // Of unknown length: the data runs to the end of the file.
        if (is_data && (length == 0 || length == 0xFFFFFFFF)) return;
        const auto end = body + length;
        if (!file.has(body, length)) break;
        if (!is_data && !file.matches(offset, "fmt ") && !file.matches(offset, "fact")) {
            edit.write(offset, "JUNK");
            edit.zero(body, end);
        }
        offset = end + (length & 1);
    }
    if (offset < file.size()) edit.truncate(offset);
}

}  // namespace

void remove_metadata(int fd, Format format) {
    ByteSource file(fd);
    FileEditor edit(fd);
    switch (format) {
        case Format::mp4:
        case Format::mov:
        case Format::m4a:
            return strip_movie(file, edit);
        case Format::webm_video:
        case Format::webm_audio:
            return strip_webm(file, edit);
        case Format::ogg:
            return strip_ogg(file, edit);
        case Format::mp3:
            return strip_frames(edit, read_mpeg_audio(file));
        case Format::aac:
            return strip_frames(edit, read_adts(file));
        case Format::wav:
            return strip_wav(file, edit);
        case Format::jpeg:
        case Format::png:
        case Format::gif:
        case Format::webp:
        case Format::heic:
            break;
    }
    throw damaged();
}

}  // namespace grover::media
