#include "domains/stories/stories_store.hpp"

#include "platform/base/error.hpp"
#include "sql/stories.hpp"

namespace grover::stories {
namespace {

namespace s = sql::stories;

// Five columns from the first on.
Music music_of(const db::Row& row, int first) {
    return {.url = row.get<std::optional<std::string>>(first),
            .title = row.get<std::optional<std::string>>(first + 1),
            .artist = row.get<std::optional<std::string>>(first + 2),
            .start_ms = row.integer(first + 3),
            .duration_ms = row.get<std::optional<std::int64_t>>(first + 4)};
}

}  // namespace

Error story_not_found() { return not_found("Story not found"); }

StoryRow story_of(const db::Row& row) {
    return {.story_id = row.get<StoryId>(0),
            .user_id = row.get<UserId>(1),
            .media_id = row.get<MediaId>(2),
            .thumbnail_id = row.get<std::optional<MediaId>>(18),
            .story_type = static_cast<StoryType>(row.integer(3)),
            .caption = row.get<std::optional<std::string>>(4),
            .music = music_of(row, 5),
            .forwarded_from = row.get<std::optional<UserId>>(10),
            .views_count = row.integer(11),
            .reactions_count = row.integer(12),
            .replies_count = row.integer(13),
            .highlight_title = row.get<std::optional<std::string>>(14),
            .created_at = row.get<Time>(15),
            .viewed = row.get<bool>(16),
            .my_reaction = row.get<std::optional<std::string>>(17)};
}

ArchiveRow archive_of(const db::Row& row) {
    return {.archive_id = row.get<ArchiveId>(0),
            .user_id = row.get<UserId>(1),
            .story_id = row.get<StoryId>(2),
            .media_id = row.get<MediaId>(3),
            .thumbnail_id = row.get<std::optional<MediaId>>(17),
            .story_type = static_cast<StoryType>(row.integer(4)),
            .caption = row.get<std::optional<std::string>>(5),
            .music = music_of(row, 6),
            .forwarded_from = row.get<std::optional<UserId>>(11),
            .views_count = row.integer(12),
            .reactions_count = row.integer(13),
            .replies_count = row.integer(14),
            .story_created_at = row.get<Time>(15),
            .archived_at = row.get<Time>(16)};
}

std::optional<StoryRow> find(db::Read& tx, const UserId& viewer, const StoryId& id) {
    std::optional<StoryRow> found;
    const std::vector<std::string_view> ids{id.view()};
    tx.each(s::load{.viewer = viewer, .ids = ids}, [&](const db::Row& row) { found = story_of(row); });
    return found;
}

Counts add_counts(db::Write& tx, const StoryId& id, const Counts& delta) {
    const auto now = tx.find<Counts>(s::add_counts{
        .views = delta.views, .reactions = delta.reactions, .replies = delta.replies, .story_id = id});
    if (!now) throw story_not_found();
    return *now;
}

Counts counts_of(db::Read& tx, const StoryId& id) {
    const auto now = tx.find<Counts>(s::counts_of{.story_id = id});
    if (!now) throw story_not_found();
    return *now;
}

void hold(db::Write& tx, const StoryId& id) {
    if (!tx.exists(s::lock_story{.story_id = id})) throw story_not_found();
}

bool erase(db::Write& tx, media::MediaService& media, const StoryId& id) {
    const auto last = tx.find<Counts>(s::delete_story{.story_id = id});
    if (!last) return false;
    tx.exec(s::keep_counts{
        .views = last->views, .reactions = last->reactions, .replies = last->replies, .story_id = id});
    media.release(tx, {"story", id.view()});
    return true;
}

ArchiveId archive(db::Write& tx, media::MediaService& media, const StoryId& id, Time now) {
    const auto archive_id = IdSource::unguessable<ArchiveId>();
    // Another entry that was there may be deleted before it is read.
    while (!tx.exists(s::archive{.archive_id = archive_id, .now = now, .story_id = id})) {
        if (const auto known = tx.find<ArchiveId>(s::archive_of_story{.story_id = id})) return *known;
    }
    media.share(tx, {"story", id.view()}, {"story_archive", archive_id.view()}, media::Access::signed_);
    return archive_id;
}

}  // namespace grover::stories
