// The end of stories, and what their authors keep.
#include <algorithm>

#include "domains/stories/stories_views.hpp"
#include "platform/base/error.hpp"
#include "sql/stories.hpp"
#include "sql/story_marks.hpp"

namespace grover::stories {
namespace {

namespace s = sql::stories;

constexpr int kSweptAtOnce = 100;
constexpr int kMarksAtOnce = 1'000;
constexpr std::chrono::days kMarksAreKept{90};

struct Swept {
    StoryId story_id;
    UserId user_id;
    std::optional<std::string> highlight_title;
    static constexpr auto columns = Pack{
        db::column("story_id", &Swept::story_id),
        db::column("user_id", &Swept::user_id),
        db::column("highlight_title", &Swept::highlight_title),
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
    db_.write([&](db::Write& tx) {
        get_own(tx, me, id, "Not authorized");
        stories::archive(tx, media_, std::span(&id, 1), clock_.now());
    });
    return {.archive_id = archive_id_of(id)};
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
            next = to_text({rows.back().archived_at, rows.back().archive_id.str()});
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
        row.story_type = kept.story_type;
        row.caption = std::move(kept.caption);
        row.music = std::move(kept.music);
        row.forwarded_from = kept.forwarded_from;
        row.created_at = clock_.now();
        row.story_id = IdSource::next_at<StoryId>(row.created_at);
        insert(tx, row);
        media_.share(tx, {"story_archive", id.view()}, {"story", row.story_id.view()},
                     media::Access::signed_);
        return StoryRestoreAnswer{.story_id = row.story_id, .expires_at = row.expires_at()};
    });
}

void StoriesService::sweep() {
    const Time now = clock_.now();
    bool more = true;
    while (more) {
        more = db_.write([&](db::Write& tx) {
            const auto swept =
                tx.list<Swept>(s::sweep_some{.before = now - kLifetime, .limit = kSweptAtOnce});
            std::vector<UserId> authors;
            for (const auto& one : swept) {
                if (!one.highlight_title) authors.push_back(one.user_id);
            }
            const auto keep_nothing = users_.not_archiving(tx, authors);
            std::vector<StoryId> kept;
            for (const auto& one : swept) {
                const bool is_kept =
                    one.highlight_title || !std::ranges::binary_search(keep_nothing, one.user_id);
                if (!is_kept) {
                    erase(tx, media_, one.story_id);
                } else if (!one.highlight_title) {
                    kept.push_back(one.story_id);
                }
                tx.publish(StoryEnded{.story_id = one.story_id,
                                      .user_id = one.user_id,
                                      .is_expired = true,
                                      .is_gone = !is_kept});
            }
            stories::archive(tx, media_, kept, now);
            return std::ssize(swept) == kSweptAtOnce;
        });
    }
    const auto forget = [&](const auto& statement) {
        while (db_.write([&](db::Write& tx) { return tx.exec(statement); }) == kMarksAtOnce) {
        }
    };
    forget(sql::story_marks::forget_views{.before = now - kMarksAreKept, .limit = kMarksAtOnce});
    forget(sql::story_marks::forget_reactions{.before = now - kMarksAreKept, .limit = kMarksAtOnce});
}

}  // namespace grover::stories
