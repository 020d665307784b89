#include "domains/media/media_serving.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "domains/media/media_store.hpp"
#include "platform/http/stored_file.hpp"

namespace grover::media {

namespace {

using namespace std::chrono_literals;

constexpr int kGone = 410;

// Also a public object's file is guarded while its owner's account is private or cannot be seen.
bool is_guarded(MediaService::Parts& parts, db::Read& tx, const Medium& medium) {
    if (medium.access != Access::account) return medium.access == Access::signed_;
    if (medium.owner_id.empty()) return true;
    const auto owner = parts.users.card(tx, medium.owner_id, {});
    return owner->is_private || owner->is_hidden;
}

// The next larger width that exists, the best one when none is larger.
const Rendition& wide_enough(const Medium& medium, const Rendition& asked, int width) {
    const Rendition* best = &asked;
    for (const auto* name : {"full", "large", "medium", "small"}) {
        const auto* rendition = medium.find(name);
        if (rendition != nullptr && rendition->width >= width && rendition->width < best->width)
            best = rendition;
    }
    return *best;
}

// Poster widths that are made, ascending.
const Rendition* still_of(const Medium& medium, int width) {
    const auto* small = medium.find("poster_400");
    if (small != nullptr && width > 0 && width <= small->width) return small;
    return medium.find("poster");
}

// The file that the path means, or nothing.
const Rendition* choose(const Medium& medium, const MediaPath& path) {
    const auto named = std::find_if(medium.renditions.begin(), medium.renditions.end(),
                                    [&](const Rendition& r) { return file_name_of(r) == path.file_name; });
    if (named == medium.renditions.end()) return nullptr;
    if (path.wants_still) return still_of(medium, path.width);
    if (path.width > 0 && medium.kind == Kind::image) return &wide_enough(medium, *named, path.width);
    return &*named;
}

std::string disposition(const Medium& medium, const Rendition& rendition, bool is_download) {
    if (!is_download) return "inline";
    // Made of characters that need no quoting anywhere.
    return "attachment; filename=\"" + medium.media_id.str() + "." +
           std::string(info_of(rendition.format).extension) + "\"";
}

}  // namespace

void serve_file(MediaService::Parts& parts, const http::RequestHead& request, std::string_view path_text,
                const UrlQuery& query, http::Response& response) {
    const auto path = parse_media_path(path_text);
    if (!path) throw media_not_found();
    bool guarded = true;
    const auto medium = parts.db.read([&](db::Read& tx) {
        auto found = store::find(tx, path->medium);
        if (found) guarded = is_guarded(parts, tx, *found);
        return found;
    });
    if (!medium || medium->kind != path->kind || medium->folder != path->folder) throw media_not_found();
    if (medium->is_deleted) throw not_found("Media is gone").with_status(kGone);
    if (medium->renditions.empty()) throw unavailable("Media is not ready yet", 2s);

    const auto* rendition = choose(*medium, *path);
    if (rendition == nullptr) throw media_not_found();
    const auto now = parts.clock.now();
    const bool is_opened =
        parts.urls.signer().opens(medium->media_id, rendition->name, query.exp, query.sig, now);
    if (guarded && !is_opened) throw not_authorized("This link is not valid or has expired");

    auto file = parts.storage.open(medium->media_id, file_name_of(*rendition));
    struct stat status {};
    if (!file || fstat(file.fd(), &status) != 0) throw media_not_found();
    response.add_header("Cache-Control",
                        guarded ? "private, max-age=3600" : "public, max-age=31536000, immutable");
    response.add_header("Access-Control-Allow-Origin", "*");
    response.add_header("Cross-Origin-Resource-Policy", "cross-origin");
    response.add_header("Content-Disposition", disposition(*medium, *rendition, query.is_download));
    http::answer_with_file(request,
                           {.fd = file.release(),
                            .size = static_cast<std::uint64_t>(status.st_size),
                            .etag = '"' + rendition->hash + '-' + std::to_string(status.st_size) + '"',
                            .modified_at = medium->created_at.us / 1'000'000,
                            .content_type = info_of(rendition->format).mime},
                           response);
}

}  // namespace grover::media
