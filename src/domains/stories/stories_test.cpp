// Who sees which story, and the lists of them: contract/stories.md.
#include "domains/stories/stories_test.hpp"

#include <set>

#include "sql/stories.hpp"
#include "sql/story_marks.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::stories;

namespace {

using Ids = std::vector<StoryId>;

// Everything that a reader could try; the answers, each once.
std::string tries(World& w, const Caller& me, const StoryId& id) {
    std::set<std::string> answers{
        refusal([&] { w.stories.view(me, id); }),
        refusal([&] {
            w.stories.react(me, {id, "🔥"});
        }),
        refusal([&] {
            w.stories.reply(me, {id, "nice"});
        }),
    };
    REQUIRE(answers.size() == 1);
    return *answers.begin();
}

}  // namespace

TEST_CASE("a story is seen by who may see its author's content, until a day has passed") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.story(ada);
    CHECK(tries(w, bob, id) == "");

    w.make_private(ada);
    const auto closed = w.story(ada);
    CHECK(tries(w, bob, closed) == kUnseen);
    w.follow(bob, ada);
    CHECK(tries(w, bob, closed) == "");

    const auto of_eve = w.story(eve);
    w.block(eve, bob);
    CHECK(tries(w, bob, of_eve) == kUnseen);
    w.unblock(eve, bob);
    w.block(bob, eve);
    CHECK(tries(w, bob, of_eve) == kUnseen);
    w.unblock(bob, eve);
    w.suspend(eve);
    CHECK(tries(w, bob, of_eve) == kUnseen);
    CHECK(tries(w, bob, StoryId("story_unknown")) == kUnseen);
    // What was refused left nothing behind.
    CHECK(w.count(of_eve, "views_count + reactions_count + replies_count") == 0);
    CHECK(w.query("SELECT count(*) FROM story_views WHERE story_id = '" + of_eve.str() + "'") == "0");
    CHECK(w.query("SELECT count(*) FROM story_reactions WHERE story_id = '" + of_eve.str() + "'") == "0");
}

TEST_CASE("the end of a story is a moment, whether or not anybody swept") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.follow(bob, ada);
    const auto begin = w.clock.now();
    const auto id = w.story(ada), kept = w.story(ada);
    REQUIRE(w.highlight(ada, kept, "Travel") == "");
    const auto passed = w.clock.now() - begin;
    w.clock.advance(std::chrono::hours{24} - passed - std::chrono::microseconds{1});
    CHECK(w.listed(bob).size() == 2);
    CHECK(tries(w, bob, id) == "");
    w.clock.advance(std::chrono::microseconds{1});
    CHECK(w.listed(bob) == Ids{kept});
    CHECK(tries(w, bob, id) == kUnseen);
    w.clock.advance(std::chrono::hours{1});
    CHECK(w.list(bob).empty());
    CHECK(tries(w, bob, kept) == "");
    // To its author it is there, and over.
    std::string next;
    const auto own = w.stories.own(ada, {.limit = 100}, next);
    REQUIRE(own.stories.size() == 2);
    CHECK(own.total == 2);
    CHECK(own.stories[0].story_id == kept);
    CHECK(own.stories[0].is_highlighted);
    CHECK(own.stories[1].is_expired);
    CHECK_FALSE(own.stories[1].is_active);
    CHECK(own.stories[1].expires_at == own.stories[1].created_at + std::chrono::hours{24});
    CHECK(own.stories[1].viewed);
}

TEST_CASE("groups come by their newest story, page after page, without who is muted or not followed") {
    World w;
    const auto me = w.user("mia");
    std::vector<Caller> people;
    Ids newest;
    for (const auto* name : {"ada", "bob", "cyd"}) {
        people.push_back(w.user(name));
        w.follow(me, people.back());
        w.story(people.back());
    }
    const auto stranger = w.user("eve");
    w.story(stranger);
    for (const auto& person : people) newest.push_back(w.story(person));
    const auto own = w.story(me);

    auto groups = w.list(me);
    REQUIRE(groups.size() == 4);
    CHECK(groups[0].stories[0].story_id == own);
    CHECK_FALSE(groups[0].has_unseen);
    CHECK(groups[1].stories[0].story_id == newest[2]);
    CHECK(groups[1].stories.size() == 2);
    CHECK(groups[1].has_unseen);
    CHECK(groups[1].latest_at == groups[1].stories[0].created_at);
    CHECK(groups[1].user.json.find("\"username\":\"cyd\"") != std::string::npos);
    CHECK(groups[1].user.json.find("\"profile_picture\":") != std::string::npos);
    CHECK(groups[1].stories[0].media_url.starts_with("http://"));

    const auto oldest = w.stories.list(me, {.order = GroupOrder::oldest}).items;
    CHECK(oldest[1].stories[1].story_id == newest[2]);

    std::vector<UserId> paged;
    StoryList in{.page = {.limit = 1, .skip = 0, .after = {}}};
    do {
        const auto page = w.stories.list(me, in);
        REQUIRE(page.items.size() == 1);
        paged.push_back(page.items[0].stories[0].user_id);
        in.page.after = page.next;
    } while (!in.page.after.empty());
    CHECK(paged == std::vector<UserId>{me.id, people[2].id, people[1].id, people[0].id});
    in.page = {.limit = 10, .skip = 3, .after = {}};
    CHECK(w.stories.list(me, in).items.size() == 1);
    in.page.after = "nonsense";
    CHECK(refusal([&] { w.stories.list(me, in); }) == "400 Invalid cursor");

    for (const auto& [scope, seen] : {std::pair{"posts", 4}, {"stories", 3}, {"all", 3}}) {
        w.execute("DELETE FROM mutes");
        w.execute("INSERT INTO mutes (muter_id, muted_id, scope, created_at) VALUES ('" + me.id.str() +
                  "', '" + people[0].id.str() + "', '" + scope + "', 1)");
        CHECK(static_cast<int>(w.list(me).size()) == seen);
    }
    for (const auto& story : groups[1].stories) w.stories.view(me, story.story_id);
    groups = w.list(me);
    CHECK_FALSE(groups[1].has_unseen);
    CHECK(groups[1].stories[0].viewed);
}

TEST_CASE("many authors cost as many statements as one") {
    World w;
    const auto me = w.user("mia");
    const auto cost = [&] {
        const int before = w.statements.count;
        w.list(me);
        return w.statements.count - before;
    };
    const auto add = [&](const std::string& name) {
        const auto person = w.user(name);
        w.follow(me, person);
        w.story(person);
    };
    add("ada");
    const int one = cost();
    for (int i = 0; i < 20; ++i) add("person" + std::to_string(i));
    CHECK(w.list(me).size() == 21);
    CHECK(cost() == one);
}

TEST_CASE("highlights are shown by title, to who may see the account") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto first = w.story(ada), second = w.story(ada), third = w.story(ada);
    CHECK(w.highlight(bob, first, "Mine") == "403 Not authorized");
    CHECK(w.highlight(ada, first, "Travel") == "");
    CHECK(w.highlight(ada, second, "Food") == "");
    CHECK(w.highlight(ada, third, "Travel") == "");
    CHECK(w.highlight(ada, third, "Travel") == "");
    bool is_private = false;
    const auto highlights = [&](const Caller& me, const UserId& user) {
        return w.stories.highlights(me, user, is_private).json;
    };
    auto shown = highlights(bob, ada.id);
    CHECK(shown.starts_with("{\"Travel\":[{\"story_id\":\"" + third.str() + "\""));
    CHECK(shown.find("\"Travel\"") < shown.find("\"Food\""));
    // Another title moves it.
    CHECK(w.highlight(ada, third, "Food") == "");
    shown = highlights(bob, ada.id);
    CHECK(shown.find("\"Food\"") < shown.find("\"Travel\""));
    CHECK(refusal([&] { highlights(bob, UserId("user_unknown")); }) == "404 User not found");
    CHECK_FALSE(is_private);
    w.make_private(ada);
    CHECK(highlights(bob, ada.id) == "{}");
    CHECK(is_private);
    CHECK(highlights(ada, ada.id).find("\"viewed\":true") != std::string::npos);
    CHECK_FALSE(is_private);
}

TEST_CASE("a highlight holds a hundred stories, and there are a hundred of them") {
    World w;
    const auto ada = w.user("ada");
    const auto sound = w.story(ada);
    const auto fill = [&](const std::string& title, int i) {
        w.execute(
            "INSERT INTO stories (story_id, user_id, media_id, highlight_title, created_at) SELECT 'story_" +
            std::to_string(i) + "', user_id, media_id, '" + title + "', created_at FROM stories LIMIT 1");
    };
    for (int i = 0; i < 100; ++i) fill("Full", i);
    CHECK(w.highlight(ada, sound, "Full") == "400 Highlight is full");
    for (int i = 100; i < 199; ++i) fill("Title " + std::to_string(i), i);
    CHECK(w.highlight(ada, sound, "One more") == "400 Highlight is full");
    CHECK(w.highlight(ada, sound, "Title 150") == "");
    CHECK(w.highlight(ada, sound, "One more") == "400 Highlight is full");
    // The only one under its title makes room for the next.
    CHECK(w.highlight(ada, StoryId("story_120"), "One more") == "");
    CHECK(w.query("SELECT count(DISTINCT highlight_title) FROM stories") == "100");
}

TEST_CASE("deleting takes marks and highlight along, and only its author deletes") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.story(ada);
    w.stories.view(bob, id);
    w.stories.react(bob, {id, "🔥"});
    CHECK(refusal([&] { w.stories.remove(bob, id); }) == "403 Not authorized");
    w.make_private(ada);
    CHECK(refusal([&] { w.stories.remove(bob, id); }) == kUnseen);
    w.forget_effects();
    CHECK(w.stories.remove(ada, id).message == "Story deleted");
    CHECK(w.effects() == "story.ended");
    CHECK(w.payload("story.ended").find("\"was_shown\":true") != std::string::npos);
    CHECK(w.rows("stories") + w.rows("story_views") + w.rows("story_reactions") == 0);
    CHECK(refusal([&] { w.stories.remove(ada, id); }) == kUnseen);
}

TEST_CASE("others hear of the end of what they could see, once") {
    World w;
    const auto ada = w.user("ada");
    const auto over = w.story(ada), kept = w.story(ada);
    REQUIRE(w.highlight(ada, kept, "Travel") == "");
    w.clock.advance(std::chrono::hours{25});
    const auto tells = [&](const StoryId& id) {
        w.forget_effects();
        w.stories.remove(ada, id);
        return w.payload("story.ended").find("\"was_shown\":true") != std::string::npos;
    };
    CHECK_FALSE(tells(over));
    CHECK(tells(kept));

    const auto id = w.story(ada);
    w.forget_effects();
    at_once(4, [&](int) { refusal([&] { w.stories.remove(ada, id); }); });
    CHECK(w.effects() == "story.ended");
}

TEST_CASE("a message hands on to a story what can be one, with the name of its first author") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto sent = w.voice(ada, bob);
    CHECK(refusal([&] { w.stories.forward(bob, {sent.message_id}); }) ==
          "400 Only text, photos and videos can be shared to a story");
    w.execute("UPDATE messages SET type = 3, content = 'See javascript:this'");  // a video
    CHECK(refusal([&] { w.stories.forward(eve, {sent.message_id}); }) == "404 Message not found");
    CHECK(w.rows("stories") == 0);
    const auto answer = w.stories.forward(bob, {sent.message_id});
    CHECK(answer.success);
    CHECK(answer.expires_at == w.clock.now() + std::chrono::hours{24});
    w.follow(eve, bob);
    const auto groups = w.list(eve);
    REQUIRE(groups.size() == 1);
    const auto& story = groups[0].stories[0];
    CHECK(story.story_id == answer.story_id);
    CHECK(story.user_id == bob.id);
    CHECK(story.story_type == StoryType::media);
    CHECK(story.forwarded_from_name == "Ada");
    CHECK(story.caption == "Forwarded from Ada\nSee this");
    CHECK(story.media_url.find("sig=") != std::string::npos);
    // The file stays as long as either of them.
    w.remove(ada, sent.message_id, true);
    CHECK(refusal([&] { w.stories.forward(bob, {sent.message_id}); }) ==
          "400 Cannot forward a deleted message");
    CHECK(w.query("SELECT count(*) FROM media WHERE deleted_at IS NOT NULL") == "0");
    w.stories.remove(bob, answer.story_id);
    CHECK(w.query("SELECT count(*) FROM media WHERE deleted_at IS NOT NULL") == "1");
}

TEST_CASE("a forwarded video keeps the picture in front of it, also in the archive and when it comes back") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto sent = w.voice(ada, bob);
    auto picture = w.file(testing::wave());
    const auto thumbnail = w.media.upload(ada.id, picture, media::kVoiceUse);
    w.db().write([&](db::Write& tx) {
        w.media.attach(tx, ada.id, thumbnail, {"message", sent.message_id.view()}, media::Access::signed_);
    });
    w.execute("UPDATE messages SET type = 3, thumbnail_id = '" + thumbnail.str() + "'");
    const auto is_shown = [&](const std::optional<std::string>& url) {
        return url && url->find(thumbnail.view()) != std::string::npos &&
               url->find("sig=") != std::string::npos;
    };
    const auto story = w.stories.forward(bob, {sent.message_id}).story_id;
    w.remove(ada, sent.message_id, true);
    CHECK(is_shown(w.list(bob)[0].stories[0].thumbnail_url));
    const auto kept = w.stories.archive(bob, story).archive_id;
    w.stories.remove(bob, story);
    std::string next;
    CHECK(is_shown(w.stories.archives(bob, {}, next).archives[0].thumbnail_url));
    w.stories.restore(bob, kept);
    CHECK(is_shown(w.list(bob)[0].stories[0].thumbnail_url));
    CHECK(w.query("SELECT count(*) FROM media WHERE deleted_at IS NOT NULL") == "0");
}

TEST_CASE("a message that is deleted while it becomes a story leaves no story without its file") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    for (int i = 0; i < 10; ++i) {
        const auto sent = w.voice(ada, bob);
        w.execute("UPDATE messages SET type = 3");
        at_once(2, [&](int who) {
            if (who == 0) {
                w.remove(ada, sent.message_id, true);
            } else {
                refusal([&] { w.stories.forward(bob, {sent.message_id}); });
            }
        });
        CHECK(w.without_file() == "0");
    }
}

TEST_CASE("no statement of stories reads a whole table") {
    auto database = testing::fresh_database();
    testing::check_no_scans(*database, sql::stories::all);
    testing::check_no_scans(*database, sql::story_marks::all);
}
