// The world of a stories test: that of messages, with stories on top.
#pragma once

#include "domains/messages/messages_test.hpp"
#include "domains/stories/archive_api.hpp"

namespace grover::stories {

using testing::at_once;
using testing::refusal;

class World : public messages::World {
public:
    World() : stories(db(), clock, users, media, messages) { messages.plug({.stories = &stories}); }

    // With a sound, because pictures are made by processes of their own (tests/contract has those).
    StoryId story(const Caller& author) {
        auto sound = file(testing::wave());
        const auto medium = media.upload(author.id, sound, media::kVoiceUse);
        const auto id = IdSource::next_at<StoryId>(clock.now());
        db().write([&](db::Write& tx) {
            media.attach(tx, author.id, medium, {"story", id.view()}, media::Access::account);
        });
        execute("INSERT INTO stories (story_id, user_id, media_id, caption, created_at) VALUES ('" +
                id.str() + "', '" + author.id.str() + "', '" + medium.str() + "', 'hello', " +
                std::to_string(clock.now().us) + ")");
        pass();
        return id;
    }
    void make_private(const Caller& a) {
        execute("UPDATE users SET is_private = 1 WHERE user_id = '" + a.id.str() + "'");
    }
    std::vector<StoryGroup> list(const Caller& me) { return stories.list(me, {}).items; }
    std::vector<StoryId> listed(const Caller& me) {
        std::vector<StoryId> out;
        for (const auto& group : list(me))
            for (const auto& story : group.stories) out.push_back(story.story_id);
        return out;
    }
    std::string highlight(const Caller& me, const StoryId& id, const std::string& title) {
        return refusal([&] { stories.highlight(me, {id, title}); });
    }
    std::int64_t count(const StoryId& id, const std::string& column) {
        return testing::query_number(
            db(), "SELECT " + column + " FROM stories WHERE story_id = '" + id.str() + "'");
    }

    // 1: while the account is public, 2: by a signed address only.
    std::int64_t access_of(const StoryId& id) {
        return testing::query_number(
            db(),
            "SELECT m.access FROM media m JOIN stories s ON s.media_id = m.media_id WHERE s.story_id = '" +
                id.str() + "'");
    }
    // Stories and archives whose files go.
    std::string without_file() {
        return query(
            "SELECT (SELECT count(*) FROM stories s JOIN media m ON m.media_id = s.media_id "
            "WHERE m.deleted_at IS NOT NULL) + (SELECT count(*) FROM story_archives a JOIN media m "
            "ON m.media_id = a.media_id WHERE m.deleted_at IS NOT NULL)");
    }

    StoriesService stories;
};

inline constexpr std::string_view kUnseen = "404 Story not found";

}  // namespace grover::stories
