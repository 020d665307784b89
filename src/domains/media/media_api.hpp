// The endpoints of media: contract/media.md §6, §7, §10.
#pragma once

#include "domains/media/media.hpp"
#include "platform/api/api.hpp"

namespace grover::media {

using api::Auth;
using api::RateClass;
using api::Route;
using http::Method;
using wire::in_body;
using wire::in_path;
using wire::in_query;

constexpr std::array<std::string_view, 8> enum_names(Folder) {
    return {"posts", "stories", "products", "profiles", "messages", "groups", "communities", "uploads"};
}

struct MediaUpload {
    std::optional<http::UploadedFile> file;
    std::optional<std::string> file_text;  // base64 where a file belongs
    std::optional<std::string> media_url;
    Folder folder = Folder::uploads;

    static constexpr std::array aliases{api::Alias{Method::post, "/upload/media"}};
    static constexpr auto errors = api::join(
        kUploadErrors, {{413, "Storage limit reached"}, {409, "Too many uploads that nothing uses yet"}});
    static constexpr Route route{
        .method = Method::post,
        .path = "/media/upload",
        .summary = "Upload a file, to be named by its media_id when something is created.",
        .limit = RateClass::write,
        .aliases = aliases,
        .takes_base64 = true};
    static constexpr auto fields = Pack{
        api::file("file", &MediaUpload::file, "media", "media_url"),
        field("file", &MediaUpload::file_text, in_body, wire::also("media")),
        field("media_url", &MediaUpload::media_url, in_body),
        field("folder", &MediaUpload::folder, in_body, wire::or_default),
    };
};
static_assert(wire::describes_every_member<MediaUpload>);

// MediaInfo, and the thumbnail itself for whoever shows it before the next read.
struct MediaUploadAnswer : MediaInfo {
    std::optional<std::string> thumbnail;  // base64 of a JPEG, 100 x 100

    static constexpr auto fields =
        join(MediaInfo::fields, Pack{field("thumbnail", &MediaUploadAnswer::thumbnail)});
};

struct MediaGet {
    MediaId media_id;

    static constexpr api::RouteError errors[] = {{404, "Media not found"}};
    static constexpr Route route{
        .method = Method::get, .path = "/media/{media_id}", .summary = "One's own medium."};
    static constexpr auto fields = Pack{field("media_id", &MediaGet::media_id, in_path)};
};

struct MediaDelete {
    MediaId media_id;

    static constexpr api::RouteError errors[] = {{404, "Media not found"}, {409, "Media is in use"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/media/{media_id}",
                                 .summary = "Delete an upload that nothing uses.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("media_id", &MediaDelete::media_id, in_path)};
};

struct MediaDeleteAnswer {
    std::string message = "Media deleted";
    static constexpr auto fields = Pack{field("message", &MediaDeleteAnswer::message)};
};

struct MediaFile {
    std::string kind;
    std::string key;
    std::optional<std::string> exp;
    std::optional<std::string> sig;
    std::optional<std::string> download;

    static constexpr api::RouteError errors[] = {{403, "This link is not valid or has expired"},
                                                 {404, "Not Found"},
                                                 {410, "Media is gone"},
                                                 {503, "Media is not ready yet"}};
    // Every GET answers HEAD too; here clients are told so, because they ask for sizes that way.
    static constexpr std::array aliases{api::Alias{Method::head, "/media/{kind}/upload/{key...}"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/media/{kind}/upload/{key...}",
        .summary = "A file: image, video or audio. Ranges and conditions are honoured.",
        .auth = Auth::none,
        .limit = RateClass::exempt,
        .aliases = aliases};
    static constexpr auto fields = Pack{
        field("kind", &MediaFile::kind, in_path),          field("key", &MediaFile::key, in_path),
        field("exp", &MediaFile::exp, in_query),           field("sig", &MediaFile::sig, in_query),
        field("download", &MediaFile::download, in_query),
    };
};
static_assert(wire::describes_every_member<MediaFile>);

struct ProviderStatus {
    bool configured = false;
    bool available = false;
    static constexpr auto fields = Pack{field("configured", &ProviderStatus::configured),
                                        field("available", &ProviderStatus::available)};
};

struct ProcessingStatus {
    bool image = false;
    bool video = false;
    bool audio = false;
    bool heic = false;
    static constexpr auto fields = Pack{
        field("image", &ProcessingStatus::image),
        field("video", &ProcessingStatus::video),
        field("audio", &ProcessingStatus::audio),
        field("heic", &ProcessingStatus::heic),
    };
};

struct MediaStatusAnswer {
    bool cloudinary_available = false;
    bool cloudinary_configured = false;
    std::optional<std::string> cloud_name;
    bool s3_available = false;
    bool s3_configured = false;
    std::optional<std::string> s3_bucket;
    Provider storage_mode = Provider::local;
    Provider primary_provider = Provider::local;
    bool local_available = false;
    bool fallback_active = false;
    std::int64_t pending_uploads = 0;
    ProviderStatus cloudinary;
    ProviderStatus s3;
    ProcessingStatus processing;
    std::int64_t max_file_size = 0;
    std::vector<std::string> allowed_types;

    static constexpr auto fields = Pack{
        field("cloudinary_available", &MediaStatusAnswer::cloudinary_available),
        field("cloudinary_configured", &MediaStatusAnswer::cloudinary_configured),
        field("cloud_name", &MediaStatusAnswer::cloud_name),
        field("s3_available", &MediaStatusAnswer::s3_available),
        field("s3_configured", &MediaStatusAnswer::s3_configured),
        field("s3_bucket", &MediaStatusAnswer::s3_bucket),
        field("storage_mode", &MediaStatusAnswer::storage_mode),
        field("primary_provider", &MediaStatusAnswer::primary_provider),
        field("local_available", &MediaStatusAnswer::local_available),
        field("fallback_active", &MediaStatusAnswer::fallback_active),
        field("pending_uploads", &MediaStatusAnswer::pending_uploads),
        field("cloudinary", &MediaStatusAnswer::cloudinary),
        field("s3", &MediaStatusAnswer::s3),
        field("processing", &MediaStatusAnswer::processing),
        field("max_file_size", &MediaStatusAnswer::max_file_size),
        field("allowed_types", &MediaStatusAnswer::allowed_types),
    };
};

struct MediaStatus {
    static constexpr Route route{.method = Method::get,
                                 .path = "/media/status",
                                 .summary = "What the media store can do, from the last known state.",
                                 .auth = Auth::none,
                                 .limit = RateClass::exempt,
                                 .cache_control = "no-store"};
    static constexpr auto fields = Pack{};
};

}  // namespace grover::media
