// What a medium is to others: the stored medium, and MediaInfo as clients read it (contract/media.md §2).
// Included through media.hpp.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domains/media/formats.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/wire/fields.hpp"

namespace grover::media {

using wire::field;

constexpr std::array<std::string_view, 3> enum_names(Kind) { return {"image", "video", "audio"}; }

enum class Status : std::uint8_t { ready, processing, failed };
constexpr std::array<std::string_view, 3> enum_names(Status) { return {"ready", "processing", "failed"}; }

// Where the files lie. A medium keeps its provider when the setting changes.
enum class Provider : std::uint8_t { local, s3, cloudinary };
constexpr std::array<std::string_view, 3> enum_names(Provider) { return {"local", "s3", "cloudinary"}; }

// Who may read the files. Of several references the least guarded counts.
enum class Access : std::uint8_t {
    open,     // whoever knows the URL: profile pictures, products
    account,  // the same while the owner's account is public; signed while it is private: public posts,
              // stories
    signed_,  // only by a signed URL, which is given to who may see the object
};

// One file of a medium. `name` is "full", "large", "medium", "small", "thumb", "original", ...
struct Rendition {
    std::string name;
    Format format = Format::jpeg;
    std::string hash;           // 8 hex digits of its content's SHA-256
    int width = 0, height = 0;  // 0 for sound
    std::int64_t bytes = 0;
};

// A medium as it is stored, without any URL: what others may keep in memory, by the stamp of its id.
struct Medium {
    MediaId media_id;
    UserId owner_id;  // empty when the account is erased
    Kind kind = Kind::image;
    Folder folder = Folder::uploads;
    Status status = Status::ready;
    Access access = Access::signed_;
    Provider provider = Provider::local;
    std::optional<int> width;
    std::optional<int> height;
    std::optional<double> duration;  // seconds
    bool is_animated = false;
    std::optional<std::string> alt_text;
    std::vector<Rendition> renditions;  // the first is the one behind `url`
    std::int64_t uploaded_bytes = 0;    // as it came in; known while it is stored
    Time created_at;
    bool is_attached = false;
    bool is_deleted = false;

    const Rendition* find(std::string_view name) const;
};

struct OptimizedUrls {
    std::optional<std::string> small;
    std::optional<std::string> medium;
    std::optional<std::string> large;
    std::optional<std::string> preview;
    std::optional<std::string> standard;

    static constexpr auto fields = Pack{
        field("small", &OptimizedUrls::small, wire::absent_when_null),
        field("medium", &OptimizedUrls::medium, wire::absent_when_null),
        field("large", &OptimizedUrls::large, wire::absent_when_null),
        field("preview", &OptimizedUrls::preview, wire::absent_when_null),
        field("standard", &OptimizedUrls::standard, wire::absent_when_null),
    };
};
static_assert(wire::describes_every_member<OptimizedUrls>);

struct SrcsetEntry {
    std::string url;
    int width = 0;

    static constexpr auto fields = Pack{field("url", &SrcsetEntry::url), field("width", &SrcsetEntry::width)};
};
static_assert(wire::describes_every_member<SrcsetEntry>);

struct MediaInfo {
    MediaId media_id;
    Kind media_type = Kind::image;
    Status status = Status::ready;
    std::string url;
    std::optional<std::string> thumbnail_url;
    std::optional<std::string> poster_url;
    std::optional<std::string> preview_url;
    OptimizedUrls optimized_urls;
    std::vector<SrcsetEntry> srcset;
    std::optional<int> width;
    std::optional<int> height;
    std::optional<double> duration;
    std::string format;
    std::string mime;
    std::int64_t bytes = 0;
    bool is_animated = false;
    Provider provider = Provider::local;
    bool is_cloud = false;
    std::optional<std::string> public_id;  // the owner's eyes only
    std::optional<std::string> alt_text;
    Time created_at;

    static constexpr auto fields = Pack{
        field("media_id", &MediaInfo::media_id),
        field("media_type", &MediaInfo::media_type),
        field("status", &MediaInfo::status),
        field("url", &MediaInfo::url),
        field("thumbnail_url", &MediaInfo::thumbnail_url),
        field("poster_url", &MediaInfo::poster_url),
        field("preview_url", &MediaInfo::preview_url),
        field("optimized_urls", &MediaInfo::optimized_urls),
        field("srcset", &MediaInfo::srcset),
        field("width", &MediaInfo::width),
        field("height", &MediaInfo::height),
        field("duration", &MediaInfo::duration),
        field("format", &MediaInfo::format),
        field("mime", &MediaInfo::mime),
        field("bytes", &MediaInfo::bytes),
        field("is_animated", &MediaInfo::is_animated),
        field("provider", &MediaInfo::provider),
        field("is_cloud", &MediaInfo::is_cloud),
        field("public_id", &MediaInfo::public_id),
        field("alt_text", &MediaInfo::alt_text),
        field("created_at", &MediaInfo::created_at),
    };
};
static_assert(wire::describes_every_member<MediaInfo>);

}  // namespace grover::media
