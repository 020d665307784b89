// What becomes of a user's stories when the account ends, and what an export holds of them (users.md §5).
#include <utility>

#include "domains/stories/stories_store.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/stories.hpp"
#include "sql/story_marks.hpp"

namespace grover::stories {
namespace {

namespace s = sql::stories;
namespace marks = sql::story_marks;

class StoriesEraser final : public users::AccountEraser {
public:
    explicit StoriesEraser(media::MediaService& media) : media_(media) {}

    std::string_view name() const override { return "stories"; }

    bool erase_some(db::Write& tx, const UserId& user, int batch) override {
        const auto reacted = tx.list<StoryId>(marks::some_reactions_of{.user_id = user, .limit = batch});
        for (const auto& id : reacted) {
            tx.exec(marks::delete_reaction{.story_id = id, .user_id = user});
            add_counts(tx, id, {.reactions = -1});
        }
        if (!reacted.empty()) return false;
        const auto viewed = tx.list<StoryId>(marks::some_views_of{.user_id = user, .limit = batch});
        for (const auto& id : viewed) {
            tx.exec(marks::delete_view{.story_id = id, .user_id = user});
            add_counts(tx, id, {.views = -1});
        }
        if (!viewed.empty()) return false;
        const auto own = tx.list<StoryId>(s::some_stories_of{.user_id = user, .limit = batch});
        for (const auto& id : own) {
            erase(tx, media_, id);
            tx.publish(StoryEnded{.story_id = id, .user_id = user, .is_expired = false, .is_gone = true});
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

class StoriesExport final : public users::ExportContributor {
public:
    explicit StoriesExport(db::Database& db) : db_(db) {}

    void contribute(const UserId& user, users::ExportWriter& out) override {
        out.begin("stories.json");
        std::string piece = "[";
        Place after{Time{INT64_MIN}, ""};
        bool is_first = true;
        for (auto page = next_page(user, after); !page.empty(); page = next_page(user, after)) {
            for (const auto& story : page) {
                if (!std::exchange(is_first, false)) piece += ",\n";
                after = {story.created_at, story.story_id.str()};
                wire::write(piece, story);
            }
            out.text(piece);
            piece.clear();
        }
        out.text(piece + "]");
    }

private:
    std::vector<OwnStory> next_page(const UserId& user, const Place& after) {
        return db_.read([&](db::Read& tx) {
            return tx.list<OwnStory>(
                s::exported{.user_id = user, .at = after.at, .id = after.id, .limit = 500});
        });
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
