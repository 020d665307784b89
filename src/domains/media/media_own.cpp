#include "domains/media/media_own.hpp"

#include "domains/media/media_parts.hpp"
#include "domains/media/media_store.hpp"

namespace grover::media {

namespace {

constexpr int kMaxWaiting = 50;

// The folder says what will use the file, and so which kinds it may be.
Use use_of(Folder folder) {
    switch (folder) {
        case Folder::posts:
            return kPostUse;
        case Folder::stories:
            return kStoryUse;
        case Folder::products:
            return kProductUse;
        case Folder::profiles:
            return kProfileUse;
        case Folder::groups:
            return kGroupUse;
        case Folder::communities:
            return kCommunityUse;
        case Folder::messages:
        case Folder::uploads:
            break;
    }
    return {.folder = folder};
}

std::shared_ptr<const Medium> require_own(MediaService& media, db::Read& tx, const Caller& me,
                                          const MediaId& id) {
    auto medium = media.find(tx, id);
    if (!medium || medium->owner_id != me.id) throw media_not_found();
    return medium;
}

MediaInfo info_for_owner(MediaService& media, db::Read& tx, const Caller& me, const Medium& medium) {
    const auto card = media.parts().users.card(tx, me.id, me.base_url);
    return media.info(medium,
                      {.base_url = me.base_url, .owner_is_private = card->is_private, .is_owner = true});
}

// Enough to tell one from another, and no more.
std::optional<std::string> masked(const std::string& name) {
    if (name.empty()) return std::nullopt;
    return name.substr(0, 4) + "***";
}

}  // namespace

MediaUploadAnswer upload_own(MediaService& media, const Caller& me, MediaUpload& in) {
    auto& parts = media.parts();
    Use use = use_of(in.folder);
    use.max_waiting = kMaxWaiting;
    MediaId id;
    if (in.file) {
        id = media.upload(me.id, *in.file, use);
    } else if (in.file_text) {
        id = media.take(me.id, *in.file_text, use, {"body", "file"});
    } else if (in.media_url) {
        id = media.take(me.id, *in.media_url, use, {"body", "media_url"});
    } else {
        throw invalid_input({"body", "file"}, "Field required", "missing");
    }

    MediaUploadAnswer answer;
    parts.db.read([&](db::Read& tx) {
        static_cast<MediaInfo&>(answer) = info_for_owner(media, tx, me, *require_own(media, tx, me, id));
    });
    answer.thumbnail = media.thumbnail(id);
    return answer;
}

MediaInfo get_own(MediaService& media, const Caller& me, const MediaId& id) {
    return media.parts().db.read(
        [&](db::Read& tx) { return info_for_owner(media, tx, me, *require_own(media, tx, me, id)); });
}

MediaDeleteAnswer delete_own(MediaService& media, const Caller& me, const MediaId& id) {
    auto& parts = media.parts();
    parts.db.write([&](db::Write& tx) {
        require_own(media, tx, me, id);
        const auto now = parts.clock.now();
        if (!store::delete_unattached(tx, id, now)) throw conflict("Media is in use");
        tx.enqueue(DeleteMediaFiles{id}, now);
    });
    return {};
}

MediaStatusAnswer status_of(MediaService::Parts& parts) {
    MediaStatusAnswer answer;
    // The cloud back ends of contract/media.md §8 do not exist yet: MEDIA_STORAGE refuses them at the start.
    answer.cloud_name = masked(parts.cloudinary_cloud_name);
    answer.cloudinary_configured = answer.cloudinary.configured = answer.cloud_name.has_value();
    answer.s3_bucket = masked(parts.s3_bucket);
    answer.s3_configured = answer.s3.configured = answer.s3_bucket.has_value();
    answer.local_available = parts.storage.is_available();
    answer.processing = {.image = true, .heic = parts.images.decodes_heic()};
    answer.max_file_size = static_cast<std::int64_t>(kMaxFileSize);
    for (const auto type : allowed_types()) answer.allowed_types.emplace_back(type);
    return answer;
}

}  // namespace grover::media
