#include <unistd.h>

#include <algorithm>

#include "domains/media/base64.hpp"
#include "domains/media/media_parts.hpp"
#include "domains/media/media_store.hpp"
#include "domains/media/media_uploads.hpp"
#include "platform/db/idempotency.hpp"
#include "platform/text/base64.hpp"

namespace grover::media {

using namespace std::chrono_literals;

namespace {

// Renditions are kept that long after the last reference, for clients that still show the object.
constexpr auto kFilesStay = 24h;

// An upload that is older goes with the next sweep and counts no more.
constexpr auto kWaitingCount = 25h;

// system.md §7, class upload. What is deleted meanwhile counts on.
constexpr std::int64_t kMaxBytesPerDay = 2'000'000'000;
constexpr auto kDay = 24h;
// When exactly something leaves the day's window is not looked up.
constexpr std::chrono::seconds kTryAgain = 1h;

constexpr std::size_t kMaxThumbnail = 64 * 1024;

}  // namespace

MediaService::MediaService(db::Database& db, users::UsersService& users, const Clock& clock,
                           runtime::WorkerPool& workers, Options options) {
    parts_ = std::make_unique<Parts>(db, users, clock, workers, std::move(options));
}

MediaService::~MediaService() = default;

const std::string& MediaService::upload_directory() const { return parts_->upload_directory; }

MediaId MediaService::upload(const UserId& owner, http::UploadedFile& file, const Use& use) {
    auto& parts = *parts_;
    const auto require_room = [&](db::Read& tx) {
        const auto now = parts.clock.now();
        const auto today = store::uploaded_since(tx, owner, now - kDay);
        if (today + static_cast<std::int64_t>(file.size) > kMaxBytesPerDay) throw rate_limited(kTryAgain);
        if (use.max_waiting == 0) return;
        const auto waiting = store::count_unattached(tx, owner, parts.clock.now() - kWaitingCount);
        if (waiting >= use.max_waiting) throw conflict("Too many uploads that nothing uses yet");
    };
    parts.db.read(require_room);
    const Medium medium = parts.workers.call([&] {
        if (file.is_text) file = decode_upload(parts, file, use);
        return store_upload(parts, owner, file, use);
    });
    try {
        const db::NotNoted aside;  // nothing refers to it yet: it may be uploaded again
        parts.db.write([&](db::Write& tx) {
            // Again, because many may have come at once.
            parts.users.take_turn(tx, owner);
            require_room(tx);
            store::insert(tx, medium);
        });
    } catch (const Error& error) {
        // After any other failure the row may be there all the same; then the files are left to the sweep.
        if (error.kind == ErrorKind::conflict || error.kind == ErrorKind::rate_limited)
            parts.workers.run([&] { parts.storage.remove(medium.media_id); });
        throw;
    }
    return medium.media_id;
}

MediaId MediaService::take(const UserId& owner, std::string_view text, const Use& use,
                           std::vector<std::string> loc) {
    const auto what = classify_media_text(text);
    switch (what.form) {
        case MediaText::Form::neither:
            throw no_file(loc);
        case MediaText::Form::base64: {
            auto file = parts_->workers.call(
                [&] { return decode_upload(*parts_, what.declared_type, what.data, use, loc); });
            return upload(owner, file, use);
        }
        case MediaText::Form::url:
            break;
    }
    const auto medium = parts_->db.read([&](db::Read& tx) { return find_by_url(tx, what.data); });
    if (!medium || medium->owner_id != owner) {
        throw invalid_input(loc, loc.back() + " is not the URL of a file you uploaded");
    }
    if (!use.kinds.contains(medium->kind)) throw type_not_allowed(use.kinds);
    return medium->media_id;
}

std::optional<MediaId> MediaService::take(const UserId& owner, std::optional<http::UploadedFile>& file,
                                          const std::optional<std::string>& text, const Use& use,
                                          const std::string& field) {
    if (file) return upload(owner, *file, use);
    if (text && !text->empty()) return take(owner, *text, use, {"body", field});
    return std::nullopt;
}

std::vector<MediaId> MediaService::unreadable(std::span<const MediaId> ids) {
    std::vector<MediaId> out;
    if (ids.empty()) return out;
    const auto media = parts_->db.read([&](db::Read& tx) { return load(tx, ids); });
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const bool is_there =
            media[i] && std::ranges::any_of(media[i]->renditions, [&](const Rendition& one) {
                return parts_->storage.holds(ids[i], file_name_of(one));
            });
        if (!is_there) out.push_back(ids[i]);
    }
    return out;
}

std::optional<std::string> MediaService::thumbnail(const MediaId& id) {
    const auto medium = parts_->db.read([&](db::Read& tx) { return find(tx, id); });
    const auto* thumb = medium ? medium->find("thumb") : nullptr;
    if (thumb == nullptr) return std::nullopt;
    return parts_->workers.call([&]() -> std::optional<std::string> {
        const auto file = parts_->storage.open(id, file_name_of(*thumb));
        std::string bytes(kMaxThumbnail, '\0');
        const auto got = file ? pread(file.fd(), bytes.data(), bytes.size(), 0) : -1;
        if (got <= 0) return std::nullopt;
        return text::to_base64({bytes.data(), static_cast<std::size_t>(got)});
    });
}

void MediaService::attach(db::Write& tx, const UserId& owner, const MediaId& medium, const Reference& by,
                          Access access) {
    const auto found = find(tx, medium);
    if (!found || found->owner_id != owner) throw media_not_found();
    const auto now = parts_->clock.now();
    store::put_reference(tx, medium, by, access, now);
    store::settle(tx, medium, now);
}

bool MediaService::share(db::Write& tx, const Reference& from, const Reference& to, Access access) {
    const auto now = parts_->clock.now();
    const auto media = store::media_of(tx, from);
    for (const auto& medium : media) {
        store::put_reference(tx, medium, to, access, now);
        store::settle(tx, medium, now);
    }
    return !media.empty();
}

void MediaService::set_access(db::Write& tx, const Reference& by, Access access) {
    for (const auto& medium : store::set_access(tx, by, access))
        store::settle(tx, medium, parts_->clock.now());
}

void MediaService::release(db::Write& tx, const Reference& by) {
    const auto now = parts_->clock.now();
    for (const auto& medium : store::remove_references(tx, by)) {
        if (store::settle(tx, medium, now)) tx.enqueue(DeleteMediaFiles{medium}, now + kFilesStay);
    }
}

}  // namespace grover::media
