#include "domains/media/media_uploads.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <system_error>

#include "domains/media/base64.hpp"
#include "domains/media/sniff.hpp"
#include "domains/media/strip.hpp"

namespace grover::media {

namespace {

struct Staged {
    std::vector<MadeRendition> renditions;  // the first is the one behind `url`
};

// Everything that is known without decoding, in the contract's order.
Sniffed accept(const FileHandle& file, const http::UploadedFile& upload, const Use& use) {
    if (upload.size == 0) throw empty_file();
    if (!is_declared_type_acceptable(upload.declared_type)) throw type_not_allowed(use.kinds);
    const auto sniffed = sniff(file.fd(), use.kinds);
    if (!sniffed || !use.kinds.contains(sniffed->kind())) throw type_not_allowed(use.kinds);
    return *sniffed;
}

std::vector<MadeRendition> stage_picture(MediaService::Parts& parts, const FileHandle& file,
                                         const Sniffed& sniffed, const Use& use,
                                         const Storage::Stage& stage) {
    const bool is_animated = sniffed.frames > 1 && !use.as_profile_picture;
    const auto recipe = use.as_profile_picture ? Recipe::square : Recipe::standard;
    try {
        return parts.images.process(file.fd(), sniffed.format, is_animated, recipe, stage.fd());
    } catch (const CannotWrite& problem) {
        throw storage_unavailable(std::string("write of a rendition: ") +
                                  std::strerror(problem.error_number));
    }
}

// Recordings are stored and served as they came: without renditions or poster, `url` is the original.
std::vector<MadeRendition> stage_recording(MediaService::Parts& parts, const FileHandle& file,
                                           const Sniffed& sniffed, http::UploadedFile& upload,
                                           const Storage::Stage& stage) {
    try {
        remove_metadata(file.fd(), sniffed.format);
    } catch (const std::system_error& problem) {
        throw storage_unavailable(problem.what());
    }
    if (fchmod(file.fd(), 0640) != 0)
        throw storage_unavailable(std::string("chmod of an upload: ") + std::strerror(errno));
    parts.storage.take_in(upload.path, stage, "original");
    upload.release();
    return {{"original", sniffed.format, sniffed.width, sniffed.height}};
}

}  // namespace

Medium store_upload(MediaService::Parts& parts, const UserId& owner, http::UploadedFile& file,
                    const Use& use) {
    if (file.too_large || file.size > use.max_bytes) throw file_too_large(use.max_bytes);
    const FileHandle handle(open(file.path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
    if (!handle) throw storage_unavailable(std::string("open of an upload: ") + std::strerror(errno));
    const Sniffed sniffed = accept(handle, file, use);

    auto stage = parts.storage.new_stage();
    const bool is_picture = sniffed.kind() == Kind::image;
    const auto made = is_picture ? stage_picture(parts, handle, sniffed, use, stage)
                                 : stage_recording(parts, handle, sniffed, file, stage);

    Medium medium;
    medium.uploaded_bytes = static_cast<std::int64_t>(file.size);
    medium.media_id = IdSource::unguessable<MediaId>();
    medium.owner_id = owner;
    medium.kind = sniffed.kind();
    medium.folder = use.folder;
    std::vector<Storage::NewFile> files;
    for (const auto& rendition : made) files.push_back({rendition.name, info_of(rendition.format).extension});
    const auto stored = parts.storage.store(stage, medium.media_id, files);
    for (std::size_t i = 0; i < made.size(); ++i) {
        medium.renditions.push_back(
            {made[i].name, made[i].format, stored[i].hash, made[i].width, made[i].height, stored[i].bytes});
    }
    const auto& first = medium.renditions.front();
    if (first.width > 0) medium.width = first.width;
    if (first.height > 0) medium.height = first.height;
    medium.duration = sniffed.duration;
    medium.is_animated = is_picture && info_of(first.format).name != "jpeg";
    medium.created_at = parts.clock.now();
    return medium;
}

namespace {

// Takes base64 piece by piece and writes what it means into a new file of the upload directory.
class DecodedUpload {
public:
    DecodedUpload(MediaService::Parts& parts, std::string_view declared_type, const Use& use,
                  const std::vector<std::string>& loc)
        : path_(parts.upload_directory + "/text-XXXXXX"),
          handle_(mkostemp(path_.data(), O_CLOEXEC)),
          use_(use),
          loc_(loc) {
        if (!handle_)
            throw storage_unavailable(std::string("mkstemp for an upload: ") + std::strerror(errno));
        file_.declared_type = declared_type;
        file_.path = path_;
    }

    void feed(std::string_view base64) {
        if (!decoder_.feed(base64, [this](std::string_view bytes) { write(bytes); })) throw no_file(loc_);
    }
    http::UploadedFile finish() {
        if (!decoder_.finish([this](std::string_view bytes) { write(bytes); })) throw no_file(loc_);
        return std::move(file_);
    }

private:
    void write(std::string_view bytes) {
        file_.size += bytes.size();
        if (file_.size > use_.max_bytes) throw file_too_large(use_.max_bytes);
        while (!bytes.empty()) {
            const auto written = ::write(handle_.fd(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0)
                throw storage_unavailable(std::string("write of an upload: ") + std::strerror(errno));
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    std::string path_;
    const FileHandle handle_;
    const Use& use_;
    const std::vector<std::string>& loc_;
    http::UploadedFile file_;
    Base64Decoder decoder_;
};

}  // namespace

http::UploadedFile decode_upload(MediaService::Parts& parts, std::string_view declared_type,
                                 std::string_view base64, const Use& use,
                                 const std::vector<std::string>& loc) {
    DecodedUpload decoded(parts, declared_type, use, loc);
    decoded.feed(base64);
    return decoded.finish();
}

http::UploadedFile decode_upload(MediaService::Parts& parts, const http::UploadedFile& text, const Use& use) {
    const std::vector<std::string> loc{"body", text.part_name};
    const FileHandle from(open(text.path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!from) throw storage_unavailable(std::string("open of an upload: ") + std::strerror(errno));
    const auto buffer = std::make_unique<std::array<char, 64 * 1024>>();
    const auto read_piece = [&]() -> std::string_view {
        for (;;) {
            const auto size = ::read(from.fd(), buffer->data(), buffer->size());
            if (size < 0 && errno == EINTR) continue;
            if (size < 0)
                throw storage_unavailable(std::string("read of an upload: ") + std::strerror(errno));
            return {buffer->data(), static_cast<std::size_t>(size)};
        }
    };
    // What it is stands at its beginning. So long a text is no URL.
    const auto what = classify_media_text(read_piece());
    if (what.form != MediaText::Form::base64) throw no_file(loc);
    DecodedUpload decoded(parts, what.declared_type, use, loc);
    decoded.feed(what.data);
    for (auto piece = read_piece(); !piece.empty(); piece = read_piece()) decoded.feed(piece);
    return decoded.finish();
}

Error no_file(const std::vector<std::string>& loc) {
    return invalid_input(loc, loc.back() + " is not a file");
}

}  // namespace grover::media
