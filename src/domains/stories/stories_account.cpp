// What becomes of a user's stories when the account ends, and what an export holds of them (users.md §5).
#include <algorithm>

#include "domains/stories/stories_store.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/stories.hpp"
#include "sql/story_marks.hpp"

namespace grover::stories {
namespace {

namespace s = sql::stories;
namespace marks = sql::story_marks;

// Each with all its marks.
constexpr int kErasedAtOnce = 20;

class StoriesEraser final : public users::AccountEraser {
public:
    explicit StoriesEraser(media::MediaService& media) : media_(media) {}

    std::string_view name() const override { return "stories"; }

    bool erase_some(db::Write& tx, const UserId& user, int batch) override {
        const auto reacted = tx.list<StoryId>(marks::some_reactions_of{.user_id = user, .limit = batch});
        for (const auto& id : reacted) {
            if (tx.exec(marks::delete_reaction{.story_id = id, .user_id = user}) > 0)
                add_counts(tx, id, {.reactions = -1});
        }
        if (!reacted.empty()) return false;
        const auto viewed = tx.list<StoryId>(marks::some_views_of{.user_id = user, .limit = batch});
        for (const auto& id : viewed) {
            if (tx.exec(marks::delete_view{.story_id = id, .user_id = user}) > 0)
                add_counts(tx, id, {.views = -1});
        }
        if (!viewed.empty()) return false;
        const auto own =
            tx.list<StoryId>(s::some_stories_of{.user_id = user, .limit = std::min(batch, kErasedAtOnce)});
        for (const auto& id : own) {
            // Nobody sees the account any more.
            if (erase(tx, media_, id))
                tx.publish(StoryEnded{.story_id = id, .user_id = user, .is_gone = true});
        }
        if (!own.empty()) return false;
        const auto kept = tx.list<ArchiveId>(s::some_archives_of{.user_id = user, .limit = batch});
        for (const auto& id : kept) {
            tx.exec(s::delete_archive{.archive_id = id});
            media_.release(tx, {"story_archive", id.view()});
        }
        return kept.empty();
    }

private:
    media::MediaService& media_;
};

struct OwnStory {
    StoryId story_id;
    MediaId media_id;
    std::optional<std::string> caption;
    std::optional<std::string> highlight_title;
    std::int64_t views_count = 0;
    Time created_at;
    static constexpr auto columns = Pack{
        db::column("story_id", &OwnStory::story_id),
        db::column("media_id", &OwnStory::media_id),
        db::column("caption", &OwnStory::caption),
        db::column("highlight_title", &OwnStory::highlight_title),
        db::column("views_count", &OwnStory::views_count),
        db::column("created_at", &OwnStory::created_at),
    };
    static constexpr auto fields = Pack{
        wire::field("story_id", &OwnStory::story_id),
        wire::field("media_id", &OwnStory::media_id),
        wire::field("caption", &OwnStory::caption),
        wire::field("highlight_title", &OwnStory::highlight_title),
        wire::field("views_count", &OwnStory::views_count),
        wire::field("created_at", &OwnStory::created_at),
    };
};

struct OwnArchive {
    ArchiveId archive_id;
    StoryId original_story_id;
    MediaId media_id;
    std::optional<std::string> caption;
    std::int64_t views_count = 0;
    Time original_created_at;
    Time archived_at;
    static constexpr auto columns = Pack{
        db::column("archive_id", &OwnArchive::archive_id),
        db::column("story_id", &OwnArchive::original_story_id),
        db::column("media_id", &OwnArchive::media_id),
        db::column("caption", &OwnArchive::caption),
        db::column("views_count", &OwnArchive::views_count),
        db::column("story_created_at", &OwnArchive::original_created_at),
        db::column("archived_at", &OwnArchive::archived_at),
    };
    static constexpr auto fields = Pack{
        wire::field("archive_id", &OwnArchive::archive_id),
        wire::field("original_story_id", &OwnArchive::original_story_id),
        wire::field("media_id", &OwnArchive::media_id),
        wire::field("caption", &OwnArchive::caption),
        wire::field("views_count", &OwnArchive::views_count),
        wire::field("original_created_at", &OwnArchive::original_created_at),
        wire::field("archived_at", &OwnArchive::archived_at),
    };
};

struct OwnReaction {
    StoryId story_id;
    std::string reaction;
    Time created_at;
    static constexpr auto columns = Pack{
        db::column("story_id", &OwnReaction::story_id),
        db::column("reaction", &OwnReaction::reaction),
        db::column("created_at", &OwnReaction::created_at),
    };
    static constexpr auto fields = Pack{
        wire::field("story_id", &OwnReaction::story_id),
        wire::field("reaction", &OwnReaction::reaction),
        wire::field("created_at", &OwnReaction::created_at),
    };
};

Place place_behind(const OwnStory& one) { return {one.created_at, one.story_id.str()}; }
Place place_behind(const OwnArchive& one) { return {one.archived_at, one.archive_id.str()}; }
Place place_behind(const OwnReaction& one) { return {one.created_at, one.story_id.str()}; }

class StoriesExport final : public users::ExportContributor {
public:
    explicit StoriesExport(db::Database& db) : db_(db) {}

    void contribute(const UserId& user, users::ExportWriter& out) override {
        write_list<OwnStory>(out, "stories.json", [&](const Place& after) {
            return s::exported{.user_id = user, .at = after.at, .id = after.id, .limit = kAtOnce};
        });
        write_list<OwnArchive>(out, "story_archive.json", [&](const Place& after) {
            return s::exported_archives{.user_id = user, .at = after.at, .id = after.id, .limit = kAtOnce};
        });
        write_list<OwnReaction>(out, "story_reactions.json", [&](const Place& after) {
            return marks::exported_reactions{.user_id = user, .after = after.id, .limit = kAtOnce};
        });
    }

private:
    static constexpr int kAtOnce = 500;

    template <class One, class Behind>
    void write_list(users::ExportWriter& out, std::string_view name, Behind behind) {
        users::ListWriter list(out, name);
        Place after{Time{INT64_MIN}, ""};
        const auto next_page = [&] {
            return db_.read([&](db::Read& tx) { return tx.list<One>(behind(after)); });
        };
        for (auto page = next_page(); !page.empty(); page = next_page()) {
            for (const auto& one : page) list.add(wire::to_json(one));
            after = place_behind(page.back());
        }
        list.end();
    }

    db::Database& db_;
};

}  // namespace

std::unique_ptr<users::AccountEraser> stories_eraser(media::MediaService& media) {
    return std::make_unique<StoriesEraser>(media);
}

std::unique_ptr<users::ExportContributor> stories_export(db::Database& db) {
    return std::make_unique<StoriesExport>(db);
}

}  // namespace grover::stories
