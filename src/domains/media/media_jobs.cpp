// What happens to media behind the requests: contract/media.md §9.
#include <algorithm>
#include <unordered_set>

#include "domains/media/media_parts.hpp"
#include "domains/media/media_store.hpp"
#include "platform/observability/log.hpp"

namespace grover::media {

using namespace std::chrono_literals;

namespace {

constexpr log::Logger kLog{"media"};
constexpr auto kUnattachedStay = 24h;
// How long 410 is known from 404.
constexpr auto kTombstonesStay = 24h * 30;
constexpr int kBatch = 200;

// Uploads that nothing ever referred to.
void drop_unattached(MediaService::Parts& parts) {
    while (true) {
        const auto now = parts.clock.now();
        const auto ids = parts.db.read(
            [&](db::Read& tx) { return store::old_unattached(tx, now - kUnattachedStay, kBatch); });
        if (ids.empty()) return;
        parts.db.write([&](db::Write& tx) {
            for (const auto& id : ids) {
                if (store::delete_unattached(tx, id, now)) tx.enqueue(DeleteMediaFiles{id}, now);
            }
        });
    }
}

// Rows whose files went long ago.
void drop_tombstones(MediaService::Parts& parts) {
    const auto before = parts.clock.now() - kTombstonesStay;
    const auto ids = parts.db.read([&](db::Read& tx) { return store::old_tombstones(tx, before, kBatch); });
    for (const auto& id : ids) {
        try {
            parts.db.write([&](db::Write& tx) { store::forget(tx, id); });
        } catch (const db::MissingReference&) {
            // Something still names it: the row stays, so that the name does.
        }
    }
}

// Of requests that ended between storing a file and inserting its row.
void drop_orphans(MediaService::Parts& parts) {
    for (unsigned shard = 0; shard < Storage::kShards; ++shard) {
        const auto on_disk = parts.workers.call([&] { return parts.storage.media_in_shard(shard, 24h); });
        for (std::size_t at = 0; at < on_disk.size(); at += kBatch) {
            const auto end = std::min(on_disk.size(), at + kBatch);
            const std::vector<MediaId> batch(on_disk.begin() + static_cast<std::ptrdiff_t>(at),
                                             on_disk.begin() + static_cast<std::ptrdiff_t>(end));
            const auto rows = parts.db.read([&](db::Read& tx) { return store::known(tx, batch); });
            const std::unordered_set<MediaId> known(rows.begin(), rows.end());
            for (const auto& id : batch) {
                if (known.contains(id)) continue;
                kLog.warning("files without a row removed", {{"media_id", id.view()}});
                parts.workers.run([&] { parts.storage.remove(id); });
            }
        }
    }
}

void report_missing_files(MediaService::Parts& parts) {
    MediaId after;
    while (true) {
        const auto ids = parts.db.read([&](db::Read& tx) { return store::page_of_media(tx, after, kBatch); });
        if (ids.empty()) return;
        after = ids.back();
        parts.workers.run([&] {
            for (const auto& id : ids) {
                if (!parts.storage.holds(id))
                    kLog.error("a medium has lost its files", {{"media_id", id.view()}});
            }
        });
    }
}

}  // namespace

void MediaService::run(const DeleteMediaFiles& job) {
    auto& parts = *parts_;
    // Attached again, or never committed as deleted.
    if (!parts.db.read([&](db::Read& tx) { return store::is_deleted(tx, job.media_id); })) return;
    parts.workers.run([&] { parts.storage.remove(job.media_id); });
    parts.db.write([&](db::Write& tx) { store::note_files_deleted(tx, job.media_id, parts.clock.now()); });
}

void MediaService::sweep() {
    drop_unattached(*parts_);
    drop_tombstones(*parts_);
    parts_->workers.run([&] { parts_->storage.remove_leftovers(24h); });
    drop_orphans(*parts_);
    report_missing_files(*parts_);
}

}  // namespace grover::media
