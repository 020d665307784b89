#include "domains/media/media_account.hpp"

#include "domains/media/media_parts.hpp"
#include "domains/media/media_store.hpp"

namespace grover::media {

namespace {

constexpr int kPage = 200;

}  // namespace

bool MediaEraser::erase_some(db::Write& tx, const UserId& user, int batch) {
    const auto now = media_.parts().clock.now();
    const auto ids = store::unattached_of(tx, user, batch);
    for (const auto& id : ids) {
        if (store::delete_unattached(tx, id, now)) tx.enqueue(DeleteMediaFiles{id}, now);
    }
    return static_cast<int>(ids.size()) < batch;
}

void MediaExport::contribute(const UserId& user, users::ExportWriter& out) {
    auto& parts = media_.parts();
    Time at{INT64_MIN};
    MediaId after;
    while (true) {
        const auto media = parts.db.read([&](db::Read& tx) {
            const auto ids = store::media_of_owner(tx, user, at, after, kPage);
            return media_.load(tx, ids);
        });
        for (const auto& medium : media) {
            if (!medium || medium->renditions.empty()) continue;
            const auto& best = medium->renditions.front();
            out.file("media/" + medium->media_id.str() + "." + std::string(info_of(best.format).extension),
                     parts.storage.path_of(medium->media_id, file_name_of(best)));
        }
        if (static_cast<int>(media.size()) < kPage) return;
        at = media.back()->created_at;
        after = media.back()->media_id;
    }
}

}  // namespace grover::media
