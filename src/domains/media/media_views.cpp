#include <algorithm>
#include <unordered_map>

#include "domains/media/media_parts.hpp"
#include "domains/media/media_store.hpp"

namespace grover::media {

namespace {

bool needs_signature(const Medium& medium, const View& view) {
    return medium.access == Access::signed_ || (medium.access == Access::account && view.owner_is_private);
}

// The part of the URLs of one medium that all share.
class UrlsOf {
public:
    UrlsOf(const MediaUrls& urls, const Medium& medium, const View& view, Time now)
        : medium_(medium), prefix_(urls.prefix(view.base_url, medium.kind)) {
        if (needs_signature(medium, view))
            query_ = urls.signer().query(medium.media_id, UrlSigner::expiry(now));
    }

    std::string of(const Rendition& rendition) const {
        return prefix_ + key_of(medium_.folder, medium_.media_id, rendition) + query_;
    }
    std::optional<std::string> of(std::string_view name) const {
        const auto* rendition = medium_.find(name);
        return rendition ? std::optional(of(*rendition)) : std::nullopt;
    }

private:
    const Medium& medium_;
    std::string prefix_;
    std::string query_;
};

// Every width once: of two renditions of the same width the better one, which stands first.
std::vector<SrcsetEntry> srcset_of(const Medium& medium, const UrlsOf& urls) {
    std::vector<SrcsetEntry> entries;
    for (const auto* name : {"full", "large", "medium", "small"}) {
        const auto* rendition = medium.find(name);
        if (rendition == nullptr) continue;
        const bool is_known =
            std::any_of(entries.begin(), entries.end(), [&](auto& e) { return e.width == rendition->width; });
        if (!is_known) entries.push_back({urls.of(*rendition), rendition->width});
    }
    std::sort(entries.begin(), entries.end(), [](auto& a, auto& b) { return a.width < b.width; });
    return entries;
}

}  // namespace

const Rendition* Medium::find(std::string_view name) const {
    const auto found =
        std::find_if(renditions.begin(), renditions.end(), [&](const auto& r) { return r.name == name; });
    return found == renditions.end() ? nullptr : &*found;
}

std::vector<std::shared_ptr<const Medium>> MediaService::load(db::Read& tx, std::span<const MediaId> ids) {
    std::vector<std::shared_ptr<const Medium>> media(ids.size());
    if (ids.empty()) return media;
    std::unordered_map<MediaId, std::shared_ptr<const Medium>> found;
    const auto texts = db::ids_of(ids);
    for (auto& medium : store::load(tx, texts)) {
        if (!medium->is_deleted) found.emplace(medium->media_id, std::move(medium));
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (const auto at = found.find(ids[i]); at != found.end()) media[i] = at->second;
    }
    return media;
}

void MediaService::ask(db::Together& ask, Found& out, db::Together::Column ids) const {
    store::ask(ask, ids, [&out](std::shared_ptr<const Medium> medium) {
        if (!medium->is_deleted) out.emplace(medium->media_id, std::move(medium));
    });
}

std::int64_t MediaService::stored_bytes(db::Read& tx) const { return store::stored_bytes(tx); }

std::shared_ptr<const Medium> MediaService::find(db::Read& tx, const MediaId& id) {
    auto medium = store::find(tx, id);
    return medium && !medium->is_deleted ? medium : nullptr;
}

std::shared_ptr<const Medium> MediaService::find_by_url(db::Read& tx, std::string_view url) {
    const auto id = parts_->urls.medium_in(url);
    return id ? find(tx, *id) : nullptr;
}

MediaInfo MediaService::info(const Medium& medium, const View& view) const {
    MediaInfo info;
    info.media_id = medium.media_id;
    info.media_type = medium.kind;
    info.status = medium.status;
    info.width = medium.width;
    info.height = medium.height;
    info.duration = medium.duration;
    info.is_animated = medium.is_animated;
    info.provider = medium.provider;
    info.is_cloud = medium.provider != Provider::local;
    info.alt_text = medium.alt_text;
    info.created_at = medium.created_at;
    if (medium.renditions.empty()) return info;

    const UrlsOf urls(parts_->urls, medium, view, parts_->clock.now());
    const auto& first = medium.renditions.front();
    info.url = urls.of(first);
    info.format = info_of(first.format).name;
    info.mime = info_of(first.format).mime;
    info.bytes = first.bytes;
    info.thumbnail_url = urls.of("thumb");
    info.poster_url = urls.of("poster");
    if (medium.kind == Kind::image) {
        info.optimized_urls.small = urls.of("small");
        info.optimized_urls.medium = urls.of("medium");
        info.optimized_urls.large = urls.of("large");
        info.srcset = srcset_of(medium, urls);
    } else {
        info.optimized_urls.preview = urls.of("preview");
        info.optimized_urls.standard = urls.of("standard");
    }
    if (view.is_owner) info.public_id = key_of(medium.folder, medium.media_id, first);
    return info;
}

std::string MediaService::key(const Medium& medium) const {
    return medium.renditions.empty() ? std::string()
                                     : key_of(medium.folder, medium.media_id, medium.renditions.front());
}

std::string MediaService::open_url(Kind kind, std::string_view key, std::string_view base_url) const {
    return parts_->urls.plain(base_url, kind, key);
}

Time MediaService::urls_change_at() const { return UrlSigner::expiry_changes_at(parts_->clock.now()); }

}  // namespace grover::media
