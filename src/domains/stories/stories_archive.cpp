// The end of stories, and what their authors keep.
#include <algorithm>

#include "domains/stories/stories_views.hpp"
#include "platform/base/error.hpp"
#include "sql/stories.hpp"
#include "sql/story_marks.hpp"

namespace grover::stories {
namespace {

namespace s = sql::stories;

constexpr int kSweptAtOnce = 20;
constexpr int kMarksAtOnce = 1'000;
constexpr std::chrono::days kMarksAreKept{90};

struct Swept {
    StoryId story_id;
    UserId user_id;
    std::optional<std::string> highlight_title;
    Time created_at;
    static constexpr auto columns = Pack{
        db::column("story_id", &Swept::story_id),
        db::column("user_id", &Swept::user_id),
        db::column("highlight_title", &Swept::highlight_title),
        db::column("created_at", &Swept::created_at),
    };
};

ArchiveRow get_own_archive(db::Read& tx, const Caller& me, const ArchiveId& id) {
    std::optional<ArchiveRow> row;
    tx.each(s::archive_of{.archive_id = id}, [&](const db::Row& found) { row = archive_of(found); });
    if (!row) throw not_found("Archived story not found");
    if (row->user_id != me.id) throw not_authorized();
    return *std::move(row);
}

}  // namespace

StoryArchiveAnswer StoriesService::archive(const Caller& me, const StoryId& id) {
    return db_.write([&](db::Write& tx) {
        get_own(tx, me, id, "Not authorized");
        hold(tx, id);
        return StoryArchiveAnswer{.archive_id = stories::archive(tx, media_, id, clock_.now())};
    });
}

Archives StoriesService::archives(const Caller& me, const ArchiveList& in, std::string& next) {
    const auto after = place_of(in.page.after);
    const Time since = in.from.value_or(Time{INT64_MIN}), until = in.to.value_or(Time{INT64_MAX});
    const bool is_beyond = in.page.after.empty() && in.page.skip > kMaxSkip;
    return db_.read([&](db::Read& tx) {
        Archives out;
        std::vector<ArchiveRow> rows;
        if (!is_beyond) {
            tx.each(s::list_archives{.user_id = me.id,
                                     .at = after.at,
                                     .id = after.id,
                                     .since = since,
                                     .until = until,
                                     .limit = in.page.limit + 1,
                                     .skip = in.page.after.empty() ? in.page.skip : 0},
                    [&](const db::Row& row) { rows.push_back(archive_of(row)); });
        }
        next.clear();
        if (std::ssize(rows) > in.page.limit) {
            rows.pop_back();
            out.has_more = true;
            next = place_text(rows.back().archived_at, rows.back().archive_id.view());
        }
        out.archives =
            stories::views_of(tx, {users_, media_, clock_.now()}, me, std::span<const ArchiveRow>(rows));
        out.total_count =
            tx.value<std::int64_t>(s::count_archives{.user_id = me.id, .since = since, .until = until});
        return out;
    });
}

ArchiveDeleteAnswer StoriesService::remove_archive(const Caller& me, const ArchiveId& id) {
    db_.write([&](db::Write& tx) {
        get_own_archive(tx, me, id);
        tx.exec(s::delete_archive{.archive_id = id});
        media_.release(tx, {"story_archive", id.view()});
    });
    return {};
}

StoryRestoreAnswer StoriesService::restore(const Caller& me, const ArchiveId& id) {
    return db_.write([&](db::Write& tx) {
        auto kept = get_own_archive(tx, me, id);
        StoryRow row;
        row.user_id = me.id;
        row.media_id = kept.media_id;
        row.thumbnail_id = kept.thumbnail_id;
        row.story_type = kept.story_type;
        row.caption = std::move(kept.caption);
        row.music = std::move(kept.music);
        row.forwarded_from = kept.forwarded_from;
        row.created_at = clock_.now();
        row.story_id = IdSource::next_at<StoryId>(row.created_at);
        insert(tx, row);
        if (!media_.share(tx, {"story_archive", id.view()}, {"story", row.story_id.view()},
                          media::Access::signed_))
            throw media::media_not_found();
        return StoryRestoreAnswer{.story_id = row.story_id, .expires_at = row.expires_at()};
    });
}

// What ended: archived, deleted, or, as a highlight, left as it is. False: there was nothing.
bool StoriesService::sweep_some(Time now) {
    const auto over = db_.read([&](db::Read& tx) {
        return tx.list<Swept>(s::over{.before = now - kLifetime, .limit = kSweptAtOnce});
    });
    if (over.empty()) return false;
    const auto leaving = [&](db::Read& tx, std::span<const Swept> swept) {
        std::vector<UserId> authors;
        for (const auto& one : swept) authors.push_back(one.user_id);
        const auto keep_nothing = users_.not_archiving(tx, authors);
        std::vector<StoryId> out;
        for (const auto& one : swept) {
            if (!one.highlight_title && std::ranges::binary_search(keep_nothing, one.user_id))
                out.push_back(one.story_id);
        }
        return out;
    };
    // First, so that nothing holds the store for as long as a million viewers take.
    forget_marks(db_.read([&](db::Read& tx) { return leaving(tx, over); }));
    std::vector<StoryId> ids;
    for (const auto& one : over) ids.push_back(one.story_id);
    db_.write([&](db::Write& tx) {
        const auto swept = tx.list<Swept>(s::note_swept{.ids = db::ids_of(ids)});
        const auto gone = leaving(tx, swept);
        for (const auto& one : swept) {
            const bool is_gone = std::ranges::find(gone, one.story_id) != gone.end();
            if (is_gone) {
                erase(tx, media_, one.story_id);
            } else if (!one.highlight_title) {
                stories::archive(tx, media_, one.story_id, now);
                // Whoever noted its address while it was public has no claim on it any more.
                media_.set_access(tx, {"story", one.story_id.view()}, media::Access::signed_);
            }
            tx.publish(StoryEnded{.story_id = one.story_id,
                                  .user_id = one.user_id,
                                  .is_expired = true,
                                  .is_gone = is_gone,
                                  .was_shown = now < one.created_at + kLifetime + kIsNews});
        }
    });
    return true;
}

void StoriesService::forget_marks(std::span<const StoryId> ids) {
    if (ids.empty()) return;
    const auto texts = db::ids_of(ids);
    const auto forget = [&](const auto& statement) {
        while (db_.write([&](db::Write& tx) { return tx.exec(statement); }) == kMarksAtOnce) {
        }
    };
    forget(sql::story_marks::forget_views{.ids = texts, .limit = kMarksAtOnce});
    forget(sql::story_marks::forget_reactions{.ids = texts, .limit = kMarksAtOnce});
}

void StoriesService::sweep() {
    const Time now = clock_.now();
    while (sweep_some(now)) {
    }
    const auto old = [&] {
        return db_.read([&](db::Read& tx) {
            return tx.list<StoryId>(
                s::with_old_marks{.before = now - kLifetime - kMarksAreKept, .limit = kSweptAtOnce});
        });
    };
    for (auto ids = old(); !ids.empty(); ids = old()) {
        forget_marks(ids);
        db_.write([&](db::Write& tx) { tx.exec(s::note_without_marks{.ids = db::ids_of(ids)}); });
    }
}

}  // namespace grover::stories
