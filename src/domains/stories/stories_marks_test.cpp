// Seeing, reacting to and answering stories: contract/stories.md.
#include "domains/stories/stories_test.hpp"

using namespace grover;
using namespace grover::stories;

TEST_CASE("a view counts once for each user, and never for the author") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.story(ada);
    w.forget_effects();
    CHECK(w.stories.view(bob, id).views_count == 1);
    CHECK(w.effects() == "story.viewed");
    CHECK(w.stories.view(bob, id).views_count == 1);
    CHECK(w.stories.view(ada, id).views_count == 1);
    CHECK(w.stories.view(eve, id).views_count == 2);
    CHECK(w.count(id, "views_count") == 2);
    CHECK(w.rows("story_views") == 2);
}

TEST_CASE("simultaneous views, reactions and replies of one user count once, once and each") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.story(ada);
    at_once(8, [&](int i) {
        CHECK(w.stories.view(bob, id).views_count == 1);
        CHECK(w.stories.react(bob, {id, i % 2 ? "🔥" : "❤️"}).reactions_count == 1);
        w.stories.reply(bob, {id, "number " + std::to_string(i)});
    });
    CHECK(w.count(id, "views_count") == 1);
    CHECK(w.count(id, "reactions_count") == 1);
    CHECK(w.count(id, "replies_count") == 8);
    CHECK(w.rows("story_reactions") == 1);
    CHECK(w.rows("messages") == 8);
    CHECK(w.rows("chats") == 1);
}

TEST_CASE("an export holds the own reactions, and those of nobody else") {
    struct Archive final : users::ExportWriter {
        void begin(std::string_view name) override { all += "== " + std::string(name) + "\n"; }
        void text(std::string_view piece) override { all += piece; }
        void file(std::string_view, const std::string&) override {}
        std::string all;
    } archive;
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto first = w.story(ada), second = w.story(ada);
    w.stories.react(bob, {first, "🔥"});
    w.stories.react(bob, {second, "👏"});
    w.stories.react(eve, {first, "😢"});
    stories_export(w.db())->contribute(bob.id, archive);
    const auto reactions = archive.all.substr(archive.all.find("== story_reactions.json"));
    CHECK(reactions.find(R"({"story_id":")" + first.str() + R"(","reaction":"🔥","created_at":")") !=
          std::string::npos);
    CHECK(reactions.find(R"({"story_id":")" + second.str() + R"(","reaction":"👏")") != std::string::npos);
    CHECK(reactions.find("😢") == std::string::npos);
}

TEST_CASE("another reaction replaces the first and is not told as a first one") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.story(ada);
    w.forget_effects();
    CHECK(w.stories.react(bob, {id, "🔥"}).reactions_count == 1);
    CHECK(w.payload("story.reacted").find("\"is_first\":true") != std::string::npos);
    w.forget_effects();
    CHECK(w.stories.react(bob, {id, "🔥"}).reactions_count == 1);
    CHECK(w.effects() == "");
    const auto answer = w.stories.react(bob, {id, "👏"});
    CHECK(answer.reactions_count == 1);
    CHECK(answer.reaction == "👏");
    CHECK(w.payload("story.reacted").find("\"is_first\":false") != std::string::npos);
    CHECK(w.count(id, "views_count") == 0);
    w.follow(bob, ada);
    CHECK(w.list(bob)[0].stories[0].my_reaction == "👏");
    CHECK(StoryReact{id, "a\nb"}.misfit().has_value());
    CHECK(StoryReact{id, "javascript:"}.misfit().has_value());
    CHECK_FALSE(StoryReact{id, "🔥"}.misfit().has_value());
    CHECK(w.stories.react(bob, {id, "javascript:wow"}).reaction == "wow");
    CHECK(refusal([&] { w.stories.react(bob, {id, "javascript:"}); }).starts_with("422"));
    CHECK(w.list(bob)[0].stories[0].my_reaction == "wow");
}

TEST_CASE("a reply is a direct message, and follows who may reply and who may send") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.story(ada);
    CHECK(refusal([&] { w.stories.reply(ada, {id, "me"}); }) == "400 Cannot message yourself");
    const auto answer = w.stories.reply(bob, {id, "lovely"});
    CHECK(answer.message == "Reply sent");
    CHECK(answer.replies_count == 1);
    const auto page = w.page(ada, bob);
    REQUIRE(page.messages.size() == 1);
    const auto& message = page.messages[0];
    CHECK(message.message_id == answer.message_id);
    CHECK(message.conversation_id == answer.conversation_id);
    CHECK(message.type == messages::MessageType::story_reply);
    CHECK(message.story_reply);
    CHECK(message.content == "Replied to your story: lovely");
    CHECK(message.story_id == id.str());
    REQUIRE(message.story);
    CHECK(message.story->json.starts_with("{\"story_id\":\"" + id.str() + "\""));
    CHECK(w.list(bob).empty());

    for (const auto& [audience, refused] :
         {std::pair{"none", "403 Replies are off"}, {"following", "403 Replies are off"}, {"everyone", ""}}) {
        w.privacy(ada, "allow_story_replies", std::string("'") + audience + "'");
        CHECK(refusal([&] { w.stories.reply(bob, {id, "again"}); }) == refused);
    }
    CHECK(w.rows("messages") == 2);
    CHECK(w.count(id, "replies_count") == 2);

    // Gone for this reader, gone from the message.
    w.clock.advance(std::chrono::hours{24});
    CHECK_FALSE(w.page(bob, ada).messages[0].story);
    CHECK(w.page(ada, bob).messages[0].story);
    w.stories.remove(ada, id);
    CHECK_FALSE(w.page(ada, bob).messages[0].story);
    CHECK(w.page(ada, bob).messages[0].story_id == id.str());
}

TEST_CASE("who saw a story is shown to its author alone, without people in a block with them") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), zoe = w.user("zoe");
    const auto id = w.story(ada);
    for (const auto& reader : {bob, eve, zoe}) {
        w.stories.view(reader, id);
        w.pass();
    }
    w.stories.react(eve, {id, "🔥"});
    std::string next;
    CHECK(refusal([&] { w.stories.viewers(bob, {.story_id = id}, next); }) ==
          "403 Only the story owner can view this");
    auto all = w.stories.viewers(ada, {.story_id = id}, next);
    REQUIRE(all.viewers.size() == 3);
    CHECK(next == "");
    CHECK(all.total_count == 3);
    CHECK(all.viewers[0].username == "zoe");
    CHECK(all.viewers[1].reaction == "🔥");
    CHECK_FALSE(all.viewers[2].reaction);
    const auto json = wire::to_json(all.viewers[0]);
    for (const auto* member :
         {"\"user\":{", "\"user_id\":", "\"name\":", "\"username\":", "\"profile_picture\":"})
        CHECK(json.find(member) != std::string::npos);

    StoryViewers in{.story_id = id, .page = {.limit = 2, .skip = 0, .after = {}}};
    CHECK(w.stories.viewers(ada, in, next).viewers.size() == 2);
    in.page.after = next;
    const auto rest = w.stories.viewers(ada, in, next);
    REQUIRE(rest.viewers.size() == 1);
    CHECK(rest.viewers[0].username == "bob");
    CHECK(next == "");
    CHECK(w.stories.viewers(ada, {.story_id = id, .q = "EV"}, next).viewers.size() == 1);

    w.block(bob, ada);
    w.suspend(zoe);
    all = w.stories.viewers(ada, {.story_id = id}, next);
    REQUIRE(all.viewers.size() == 1);
    CHECK(all.viewers[0].username == "eve");
    CHECK(all.total_count == 3);
}
