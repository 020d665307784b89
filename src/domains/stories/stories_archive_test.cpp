// The end of stories, and what is kept of them: contract/stories.md "Expiry and archive".
#include "domains/stories/stories_test.hpp"

using namespace grover;
using namespace grover::stories;

namespace {

Archives archives(World& w, const Caller& me, ArchiveList in = {}) {
    std::string next;
    return w.stories.archives(me, in, next);
}

std::string deleted_files(World& w) {
    return w.query("SELECT count(*) FROM media WHERE deleted_at IS NOT NULL");
}

}  // namespace

TEST_CASE("what ends is archived, deleted, or kept as it is") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto plain = w.story(ada), kept = w.story(ada), of_bob = w.story(bob);
    REQUIRE(w.highlight(ada, kept, "Travel") == "");
    w.privacy(bob, "auto_archive", "0");
    w.clock.advance(std::chrono::hours{23});
    const auto young = w.story(ada);
    CHECK(w.access_of(plain) == 1);
    w.forget_effects();
    w.stories.sweep();
    CHECK(w.effects() == "");
    w.clock.advance(std::chrono::hours{1});
    w.stories.sweep();
    CHECK(w.effects() == "story.ended\nstory.ended\nstory.ended");
    const auto list = archives(w, ada);
    REQUIRE(list.archives.size() == 1);
    CHECK(list.total_count == 1);
    CHECK_FALSE(list.has_more);
    CHECK(list.archives[0].original_story_id == plain);
    CHECK(list.archives[0].caption == "hello");
    CHECK(list.archives[0].media_url.starts_with("http://"));
    // Who noted the address of its file cannot open it any more.
    CHECK(w.access_of(plain) == 2);
    CHECK(w.access_of(kept) == 1);
    CHECK(w.count(kept, "count(*)") == 1);
    CHECK(w.count(young, "is_swept") == 0);
    CHECK(w.count(of_bob, "count(*)") == 0);
    CHECK(archives(w, bob).total_count == 0);
    CHECK(deleted_files(w) == "1");
    // Once more changes nothing.
    w.forget_effects();
    w.stories.sweep();
    CHECK(w.effects() == "");
    CHECK(w.rows("story_archives") == 1);
}

TEST_CASE("two servers that sweep at once archive each story once") {
    World w;
    const auto ada = w.user("ada");
    for (int i = 0; i < 5; ++i) w.story(ada);
    w.clock.advance(std::chrono::hours{24});
    w.forget_effects();
    at_once(4, [&](int) { w.stories.sweep(); });
    CHECK(w.rows("story_archives") == 5);
    CHECK(w.effects() == "story.ended\nstory.ended\nstory.ended\nstory.ended\nstory.ended");
}

TEST_CASE("a sweep ends when all is swept, and what ended long ago is told to nobody") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.privacy(bob, "auto_archive", "0");
    for (int i = 0; i < 25; ++i) w.story(ada);
    const auto seen = w.story(bob);
    for (const auto* name : {"cyd", "dan"}) w.stories.view(w.user(name), seen);
    w.clock.advance(std::chrono::hours{24});
    w.forget_effects();
    w.stories.sweep();
    CHECK(w.rows("story_archives") == 25);
    CHECK(w.rows("stories") == 25);
    CHECK(w.rows("story_views") == 0);
    CHECK(w.payload("story.ended").find("\"was_shown\":true") != std::string::npos);

    w.story(ada);
    w.clock.advance(std::chrono::hours{25});
    w.forget_effects();
    w.stories.sweep();
    CHECK(w.payload("story.ended").find("\"was_shown\":false") != std::string::npos);
}

TEST_CASE("archiving twice is one entry, which outlives its story with its counters and its file") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.story(ada);
    CHECK(refusal([&] { w.stories.archive(bob, id); }) == "403 Not authorized");
    const auto first = w.stories.archive(ada, id).archive_id;
    CHECK(w.stories.archive(ada, id).archive_id == first);
    // Whoever knows the story does not know whether it was archived.
    CHECK(first.view().substr(ArchiveTag::prefix.size()) != id.view().substr(StoryTag::prefix.size()));
    CHECK(w.rows("story_archives") == 1);
    w.stories.view(bob, id);
    CHECK(archives(w, ada).archives[0].views_count == 1);
    w.stories.remove(ada, id);
    const auto list = archives(w, ada);
    REQUIRE(list.archives.size() == 1);
    CHECK(list.archives[0].views_count == 1);
    CHECK(deleted_files(w) == "0");

    CHECK(refusal([&] { w.stories.remove_archive(bob, first); }) == "403 Not authorized");
    CHECK(refusal([&] { w.stories.restore(bob, first); }) == "403 Not authorized");
    const auto restored = w.stories.restore(ada, first);
    CHECK(restored.expires_at == w.clock.now() + std::chrono::hours{24});
    CHECK(w.count(restored.story_id, "views_count") == 0);
    CHECK(w.listed(ada) == std::vector{restored.story_id});
    CHECK(archives(w, ada).total_count == 1);

    CHECK(w.stories.remove_archive(ada, first).message == "Archived story deleted");
    CHECK(refusal([&] { w.stories.remove_archive(ada, first); }) == "404 Archived story not found");
    CHECK(deleted_files(w) == "0");  // the restored story has it
    w.stories.remove(ada, restored.story_id);
    CHECK(deleted_files(w) == "1");
}

TEST_CASE("what is archived or restored while it is deleted has its file, or is not there") {
    World w;
    const auto ada = w.user("ada");
    for (int i = 0; i < 10; ++i) {
        const auto id = w.story(ada);
        std::optional<ArchiveId> entry;
        at_once(2, [&](int who) {
            refusal([&] {
                if (who == 0) {
                    w.stories.remove(ada, id);
                } else {
                    entry = w.stories.archive(ada, id).archive_id;
                }
            });
        });
        CHECK(w.without_file() == "0");
        CHECK(archives(w, ada).total_count == (entry ? 1 : 0));
        if (!entry) continue;
        at_once(2, [&](int who) {
            refusal([&] {
                if (who == 0) {
                    w.stories.remove_archive(ada, *entry);
                } else {
                    w.stories.restore(ada, *entry);
                }
            });
        });
        CHECK(w.without_file() == "0");
        CHECK(archives(w, ada).total_count == 0);
    }
}

TEST_CASE("archives come by pages and by dates") {
    World w;
    const auto ada = w.user("ada");
    std::vector<Time> at;
    for (int i = 0; i < 3; ++i) {
        const auto id = w.story(ada);
        at.push_back(w.clock.now());
        w.stories.archive(ada, id);
        w.clock.advance(std::chrono::hours{1});
    }
    std::string next;
    ArchiveList in{.page = {.limit = 2, .skip = 0, .after = {}}, .from = {}, .to = {}};
    const auto page = w.stories.archives(ada, in, next);
    CHECK(page.archives.size() == 2);
    CHECK(page.total_count == 3);
    CHECK(page.has_more);
    CHECK(page.archives[0].archived_at == at[2]);
    in.page.after = next;
    CHECK(w.stories.archives(ada, in, next).archives.size() == 1);
    CHECK(next == "");
    CHECK(archives(w, ada, {.page = {}, .from = at[1], .to = at[1]}).total_count == 1);
}

TEST_CASE("a hundred are active at most, also when two are made at once") {
    World w;
    const auto ada = w.user("ada");
    const auto id = w.story(ada);
    const auto kept = w.stories.archive(ada, id).archive_id;
    for (int i = 0; i < 98; ++i)
        w.execute("INSERT INTO stories (story_id, user_id, media_id, created_at) SELECT 'story_" +
                  std::to_string(i) + "', user_id, media_id, created_at FROM stories LIMIT 1");
    at_once(4, [&](int) { refusal([&] { w.stories.restore(ada, kept); }); });
    CHECK(w.rows("stories") == 100);
    CHECK(refusal([&] { w.stories.restore(ada, kept); }) == "400 Story limit reached");
    w.clock.advance(std::chrono::hours{25});
    CHECK(refusal([&] { w.stories.restore(ada, kept); }) == "");
}

TEST_CASE("marks are kept for 90 days, counters for ever") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.story(ada), kept = w.story(ada);
    for (const auto& one : {id, kept}) {
        w.stories.view(bob, one);
        w.stories.react(bob, {one, "🔥"});
    }
    REQUIRE(w.highlight(ada, kept, "Travel") == "");
    w.clock.advance(std::chrono::hours{24 * 90});
    w.stories.sweep();
    CHECK(w.rows("story_views") + w.rows("story_reactions") == 4);
    w.clock.advance(std::chrono::hours{24 * 1});
    w.stories.sweep();
    CHECK(w.rows("story_views") + w.rows("story_reactions") == 2);
    CHECK(w.count(id, "views_count + reactions_count") == 2);
    // Who still sees it is not counted again.
    CHECK(w.stories.view(bob, kept).views_count == 1);
    CHECK(w.stories.react(bob, {kept, "🔥"}).reactions_count == 1);
}

TEST_CASE("an account takes its stories, its archive and its marks along") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto of_ada = w.story(ada), of_bob = w.story(bob);
    w.stories.archive(ada, of_ada);
    w.stories.view(ada, of_bob);
    w.stories.react(ada, {of_bob, "🔥"});
    w.stories.view(bob, of_bob);
    auto eraser = stories_eraser(w.media);
    // Also when two servers work on it.
    at_once(2, [&](int) {
        while (!w.db().write([&](db::Write& tx) { return eraser->erase_some(tx, ada.id, 1); })) {
        }
    });
    CHECK(w.rows("stories") == 1);
    CHECK(w.rows("story_archives") == 0);
    CHECK(w.rows("story_views") + w.rows("story_reactions") == 0);
    CHECK(w.count(of_bob, "views_count + reactions_count") == 0);
    CHECK(deleted_files(w) == "1");
}
