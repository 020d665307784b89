// Media: files come in, become renditions, and are read under URLs (contract/media.md). The public face of
// the domain.
//
// A file is uploaded first, outside any transaction: when upload() returns, its renditions and its row are on
// disk and nothing refers to it. Then the object that uses it attaches it in its own transaction. What is
// never attached goes after 24 h, so a failed request needs no cleaning up.
//
//     const MediaId id = media.upload(me.id, *in.media, kPostUse);
//     db.write([&](db::Write& tx) { ...; media.attach(tx, me.id, id, {"post", post.id.view()},
//     Access::account); });
//
// Lists load their media in one statement and turn each into MediaInfo without further I/O:
//
//     const auto media = media_service.load(tx, ids);
//     const MediaInfo info = media_service.info(*media[i], {.base_url = me.base_url});
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domains/media/media_account.hpp"
#include "domains/media/media_objects.hpp"
#include "platform/api/route.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/error.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"
#include "platform/db/together.hpp"

namespace grover::http {
class UploadedFile;
}
namespace grover::api {
class Api;
}
namespace grover::runtime {
class WorkerPool;
}

namespace grover::media {

// What an endpoint takes (contract/media.md §1).
struct Use {
    Folder folder = Folder::uploads;
    KindSet kinds = kAnyKind;
    std::uint64_t max_bytes = kMaxFileSize;
    bool as_profile_picture = false;  // only the middle square, 400 and 100 pixels
    // How many uploads that nothing refers to yet the user may have, this one included; 0: any number, because the
    // object that will refer to it is made by the same request.
    int max_waiting = 0;
};
inline constexpr Use kPostUse{.folder = Folder::posts};
inline constexpr Use kStoryUse{.folder = Folder::stories, .kinds = {Kind::image, Kind::video}};
inline constexpr Use kProductUse{.folder = Folder::products, .kinds = {Kind::image}};
inline constexpr Use kProfileUse{.folder = Folder::profiles,
                                 .kinds = {Kind::image},
                                 .max_bytes = kMaxProfilePictureSize,
                                 .as_profile_picture = true};
inline constexpr Use kVoiceUse{.folder = Folder::messages, .kinds = {Kind::audio}};
inline constexpr Use kVideoMessageUse{.folder = Folder::messages, .kinds = {Kind::video}};
// The picture in front of a video message.
inline constexpr Use kThumbnailUse{.folder = Folder::messages, .kinds = {Kind::image}};
inline constexpr Use kGroupUse{.folder = Folder::groups, .kinds = {Kind::image}};
inline constexpr Use kCommunityUse{.folder = Folder::communities, .kinds = {Kind::image}};

// What an endpoint that takes files of the largest size refuses.
inline constexpr api::RouteError kUploadErrors[] = {{400, "File too large. Maximum size: 50MB"},
                                                    {400, "Empty file"},
                                                    {400, "File type not allowed. Allowed types: <list>"},
                                                    {400, "File is damaged or not supported"},
                                                    {503, "Storage is temporarily unavailable"}};

// What refers to a medium: {"post", post_id}.
struct Reference {
    std::string_view kind;
    std::string_view id;
};

struct Options {
    std::filesystem::path root;  // MEDIA_ROOT
    std::string cdn_base_url{};  // MEDIA_CDN_BASE_URL, or empty
    std::string url_secret;      // MEDIA_URL_SECRET; at least 16 bytes
    // What else this server may have called itself in the URLs it gave out: PUBLIC_BASE_URL, ALLOWED_ORIGINS.
    std::string public_base_url{};
    std::vector<std::string> allowed_origins{};
    // What the settings name, for the status alone; empty: not configured.
    std::string cloudinary_cloud_name{};
    std::string s3_bucket{};
    unsigned image_workers = 1;  // child processes at once
    // How a child process is started; the first word is the program.
    std::vector<std::string> image_worker_command{"/proc/self/exe", "image-worker"};
};

inline Error media_not_found() { return not_found("Media not found"); }

// Orders for platform/jobs.
struct DeleteMediaFiles {
    MediaId media_id;
    static constexpr std::string_view name = "media.delete_files";
    static constexpr auto fields = Pack{field("media_id", &DeleteMediaFiles::media_id)};
};

// For whom URLs are built.
struct View {
    std::string_view base_url;      // Caller::base_url
    bool owner_is_private = false;  // the owner's account, for Access::account
    bool is_owner = false;          // shows public_id
};

class MediaService {
public:
    // References outlive the service. Creates the directories below `options.root`; throws std::runtime_error
    // with a sentence for the operator when it cannot.
    MediaService(db::Database& db, users::UsersService& users, const Clock& clock,
                 runtime::WorkerPool& workers, Options options);
    ~MediaService();

    // --- Files in: in a fiber, outside transactions; the work runs on the worker pool. ---

    // Validates, processes, stores and inserts. Throws file_upload_error (400) in the contract's words, 503
    // "Storage is temporarily unavailable". Then nothing is stored.
    MediaId upload(const UserId& owner, http::UploadedFile& file, const Use& use);
    // A text where a file belongs: a data URI, base64, or the URL of a medium that `owner` uploaded here.
    // Throws 422 at `loc` ({"body", "media_url"}) for anything else, and what upload() throws. Nothing is
    // ever fetched.
    MediaId take(const UserId& owner, std::string_view text, const Use& use, std::vector<std::string> loc);
    // What a request carries in `field`: the file, or the text in its place; nothing when it carries neither.
    std::optional<MediaId> take(const UserId& owner, std::optional<http::UploadedFile>& file,
                                const std::optional<std::string>& text, const Use& use,
                                const std::string& field);

    // --- References: in the caller's transaction. ---

    // Refers to a medium of `owner`. Attaching again changes the access. Throws 404 "Media not found" when it
    // is somebody else's, deleted or unknown.
    void attach(db::Write& tx, const UserId& owner, const MediaId& medium, const Reference& by,
                Access access);
    // A further reference to what `from` shows, whoever owns it: a forwarded message. False: it shows nothing, for example
    // because it was deleted at this moment.
    bool share(db::Write& tx, const Reference& from, const Reference& to, Access access);
    // Of every medium that `by` refers to. No effect when there is none.
    void set_access(db::Write& tx, const Reference& by, Access access);
    // The object is gone or shows something else: a medium without any reference left is 410 from the commit
    // on, its files are deleted after 24 h.
    void release(db::Write& tx, const Reference& by);

    // --- Views: any thread. ---

    // One for each id, in that order; null for what is unknown or deleted. One statement at most.
    std::vector<std::shared_ptr<const Medium>> load(db::Read& tx, std::span<const MediaId> ids);
    // The same as a part of one statement, of those that another part names; unknown and deleted ones are not in it.
    using Found = std::unordered_map<MediaId, std::shared_ptr<const Medium>>;
    void ask(db::Together& ask, Found& out, db::Together::Column ids) const;
    std::shared_ptr<const Medium> find(db::Read& tx, const MediaId& id);
    // What a client names by its URL; whose it is the caller decides.
    std::shared_ptr<const Medium> find_by_url(db::Read& tx, std::string_view url);
    // Those of `ids` of which nothing can be read: unknown, deleted, or gone from the disk. Looks at the disk: outside
    // transactions. Throws 503 "Storage is temporarily unavailable".
    std::vector<MediaId> unreadable(std::span<const MediaId> ids);
    // Base64 of the small JPEG, where there is one. Reads the file on the worker pool: in a fiber, outside transactions.
    std::optional<std::string> thumbnail(const MediaId& id);
    // No I/O.
    MediaInfo info(const Medium& medium, const View& view) const;
    // Of all that is stored. Reads the whole table: for administrators.
    std::int64_t stored_bytes(db::Read& tx) const;
    // When signed URLs built now will be built differently: copies in memory end here.
    Time urls_change_at() const;

    // What an object keeps to build the URL later without reading the medium, and that URL; only for what is open to all
    // (profile pictures). The key of the rendition behind `url`: "grover/profiles/<media_id>/full-0123abcd.jpg".
    std::string key(const Medium& medium) const;
    std::string open_url(Kind kind, std::string_view key, std::string_view base_url) const;

    // --- Background: may be run again after a crash at any point. ---
    void run(const DeleteMediaFiles& job);
    // Nightly: leftovers, uploads that nobody attached, files without a row, rows without files (logged).
    void sweep();

    // The directory for files that are still coming in (MultipartForm), on the same disk as the rest.
    const std::string& upload_directory() const;

    // The rest of the domain, behind the endpoints.
    struct Parts;
    Parts& parts() { return *parts_; }

private:
    std::unique_ptr<Parts> parts_;
};

// All endpoints of media.md §6, §7 and §10 that exist.
void add_media_api(api::Api& api, MediaService& media);

// The child process that decodes pictures: main() calls it for `grover image-worker` and exits with what it
// returns. The socket to the parent is descriptor 3.
int image_worker_main();

}  // namespace grover::media
