#include "app/picture_store.hpp"

#include "platform/http/multipart.hpp"

namespace grover::app {
namespace {

// "grover/profiles/<media_id>/full-0a1b2c3d.jpg".
std::optional<MediaId> medium_in(std::string_view key) {
    const auto end = key.rfind('/');
    if (end == std::string_view::npos) return std::nullopt;
    const auto start = key.substr(0, end).rfind('/');
    if (start == std::string_view::npos) return std::nullopt;
    const auto id = key.substr(start + 1, end - start - 1);
    if (!is_well_formed_id(id)) return std::nullopt;
    return MediaId(id);
}

}  // namespace

std::string PictureStore::store(const UserId& owner, http::UploadedFile& file) {
    return key_of(media_.upload(owner, file, media::kProfileUse));
}

std::string PictureStore::store_text(const UserId& owner, std::string_view text) {
    return key_of(media_.take(owner, text, media::kProfileUse, {"body", "profile_picture"}));
}

std::string PictureStore::key_of(const MediaId& id) {
    return media_.key(*db_.read([&](db::Read& tx) { return media_.find(tx, id); }));
}

std::optional<std::string> PictureStore::key_of(db::Read& tx, const UserId& owner, std::string_view url) {
    const auto medium = media_.find_by_url(tx, url);
    if (!medium || medium->owner_id != owner || medium->kind != media::Kind::image) return std::nullopt;
    return media_.key(*medium);
}

void PictureStore::keep(db::Write& tx, const UserId& owner, std::string_view key) {
    if (const auto id = medium_in(key))
        media_.attach(tx, owner, *id, {"profile", id->view()}, media::Access::open);
}

void PictureStore::release(db::Write& tx, const UserId&, std::string_view key) {
    if (const auto id = medium_in(key)) media_.release(tx, {"profile", id->view()});
}

std::string PictureStore::url(std::string_view key, std::string_view base_url) const {
    return media_.open_url(media::Kind::image, key, base_url);
}

}  // namespace grover::app
