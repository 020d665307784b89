#include "app/picture_store.hpp"

#include "platform/http/multipart.hpp"

namespace grover::app {
namespace {

constexpr std::uint64_t kMaxPicture = 10 * 1024 * 1024;
constexpr std::string_view kPath = "/api/media/image/upload/";
constexpr media::Use kPictureUse{.folder = media::Folder::profiles, .kinds = {media::Kind::image}, .max_bytes = kMaxPicture};

// A key is the URL of the picture without its host, so that a new domain changes no row.
std::string key_of_medium(const media::MediaService& media, const media::Medium& medium) {
    auto url = media.info(medium, {}).url;
    return url.substr(0, url.find('?'));
}

// "/api/media/image/upload/grover/profiles/<media_id>/full-0a1b2c3d.jpg".
std::optional<MediaId> medium_in(std::string_view key) {
    const auto start = key.find("media_");
    if (start == std::string_view::npos) return std::nullopt;
    const auto id = key.substr(start, key.find('/', start) - start);
    if (!is_well_formed_id(id)) return std::nullopt;
    return MediaId(id);
}

}  // namespace

std::string PictureStore::store(const UserId& owner, http::UploadedFile& file) {
    const auto id = media_.upload(owner, file, kPictureUse);
    const auto medium = db_.read([&](db::Read& tx) { return media_.find(tx, id); });
    return key_of_medium(media_, *medium);
}

std::optional<std::string> PictureStore::key_of(db::Read& tx, const UserId& owner, std::string_view url) {
    const auto path = url.find(kPath);
    const auto id = path == std::string_view::npos ? std::nullopt : medium_in(url.substr(path));
    if (!id) return std::nullopt;
    const auto medium = media_.find(tx, *id);
    if (!medium || medium->owner_id != owner || medium->kind != media::Kind::image) return std::nullopt;
    return key_of_medium(media_, *medium);
}

void PictureStore::keep(db::Write& tx, const UserId& owner, std::string_view key) {
    if (const auto id = medium_in(key)) media_.attach(tx, owner, *id, {"profile", id->view()}, media::Access::open);
}

void PictureStore::release(db::Write& tx, const UserId&, std::string_view key) {
    if (const auto id = medium_in(key)) media_.release(tx, {"profile", id->view()});
}

std::string PictureStore::url(std::string_view key, std::string_view base_url) const {
    return key.starts_with('/') ? std::string(base_url) + std::string(key) : std::string(key);
}

}  // namespace grover::app
