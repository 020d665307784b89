#include <map>

#include "domains/posts/posts_test.hpp"

using namespace grover;
using namespace grover::posts;
using namespace grover::posts::test;

TEST_CASE("a new post has every field, both spellings, and belongs to its author") {
    World w;
    const auto ada = w.user("ada");
    PostCreate in;
    in.content = "  Look at #Summer and #summer, @bob!  ";
    const auto answer = w.posts.create(ada, in);
    CHECK(answer.message == "Post created");
    const Json post(answer.post.json);
    CHECK(post.text("content") == "Look at #Summer and #summer, @bob!");
    CHECK(post.root().find("tags").size() == 1);
    CHECK(post.root().find("tags").at(0).string() == "summer");
    for (const auto* flag : {"liked", "is_liked", "disliked", "is_disliked", "saved", "is_saved", "reposted",
                             "is_reposted", "is_exclusive", "is_paid", "is_locked"}) {
        CHECK_FALSE(post.flag(flag));
    }
    CHECK(post.flag("has_access"));
    CHECK(post.flag("is_owner"));
    CHECK(post.is_null("updated_at"));
    CHECK(post.is_null("original_post"));
    CHECK(post.root().find("user").find("username").string() == "ada");
    CHECK(post.text("user_name") == "ada");
    CHECK(post.raw().find("example.com") == std::string::npos);
    CHECK(w.number("SELECT posts_count FROM user_counts") == 1);
}

TEST_CASE("what is answered to its author is what reading it says") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    PostCreate in;
    in.content = "Look at #Summer, @bob";
    in.location = "Lisbon";
    in.category = "art";
    in.visibility = Visibility::followers;
    in.tagged_users = {"bob"};
    in.poll_question = "Well?";
    in.poll_options = std::vector<std::string>{"Yes", "No", "Perhaps"};
    const auto full = w.posts.create(ada, in);
    CHECK(full.post.json == w.posts.get(ada, full.post_id).json);
    PostCreate plain;
    plain.content = "Hello";
    const auto short_one = w.posts.create(bob, plain);
    CHECK(short_one.post.json == w.posts.get(bob, short_one.post_id).json);
}

TEST_CASE("a post without text, media and poll is refused and leaves nothing") {
    World w;
    const auto ada = w.user("ada");
    w.effects();
    for (const auto* content : {"", "   ", "<script>x</script>"}) {
        refuses(ErrorKind::invalid_input, "", [&] { w.post(ada, content); });
    }
    CHECK(w.rows("posts") == 0);
    CHECK(w.number("SELECT posts_count FROM user_counts") == 0);
    CHECK(w.effects().empty());
}

TEST_CASE("a tag longer than fifty characters is refused, never cut") {
    World w;
    const auto ada = w.user("ada");
    const auto with_tag = [&](const std::string& tag) {
        PostCreate in{.content = "x"};
        in.tags = {tag};
        return w.posts.create(ada, in).post_id;
    };
    const auto post = with_tag("#" + std::string(50, 'a'));
    refuses(ErrorKind::invalid_input, "", [&] { with_tag(std::string(51, 'a')); });
    refuses(ErrorKind::validation_error, "Invalid hashtag format", [&] { with_tag("!?"); });
    PostUpdate edit{.post_id = post};
    edit.tags = {std::string(51, 'a')};
    refuses(ErrorKind::invalid_input, "", [&] { w.posts.update(ada, edit); });
    CHECK(w.rows("posts") == 1);
}

TEST_CASE("paid options without monetization are refused") {
    World w;
    const auto ada = w.user("ada");
    PostCreate in;
    in.content = "secret";
    in.access_price = Cents{500};
    refuses(ErrorKind::not_authorized, "", [&] { w.posts.create(ada, in); });
    CHECK(w.rows("posts") == 0);
}

TEST_CASE("a price below nothing is no price") {
    World w;
    const auto ada = w.user("ada");
    PostCreate in;
    in.content = "free";
    in.access_price = Cents{-1};
    refuses(ErrorKind::invalid_input, "", [&] { w.posts.create(ada, in); });
    CHECK(w.rows("posts") == 0);
    CHECK(PostUpdate{.post_id = PostId("post_x"), .access_price = Cents{-500}}.misfit());
    CHECK_FALSE(PostUpdate{.post_id = PostId("post_x"), .access_price = Cents{0}}.misfit());
}

TEST_CASE("unknown, blocked and repeated names are dropped; whom it names finds it in the mentions") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.block(eve, ada);
    PostCreate in;
    in.content = "Hi @bob @eve @nobody";
    in.tagged_users = {"@bob", bob.id.str(), "ghost", "eve", "ada"};
    const auto id = w.posts.create(ada, in).post_id;
    const auto post = w.get(ada, id);
    REQUIRE(post.root().find("mentioned_users").size() == 1);
    CHECK(post.root().find("mentioned_users").at(0).string() == bob.id.view());
    CHECK(post.root().find("tagged_users").size() == 2);  // bob and herself, in order
    CHECK(ids_of(w.posts.mentions(bob, {})) == std::vector<std::string>{id.str()});
    CHECK(ids_of(w.posts.mentions(eve, {})).empty());
}

TEST_CASE("polls: blank options go first, then two to ten different ones must be left") {
    World w;
    const auto ada = w.user("ada");
    const auto id = w.poll(ada, {"Yes", " ", "No"});
    const auto post = w.get(ada, id);
    CHECK(post.flag("has_poll"));
    CHECK(post.root().find("poll_options").size() == 2);
    CHECK(post.root().find("poll_votes").find("0").integer() == 0);
    CHECK(post.root().find("poll_votes").find("1").integer() == 0);
    for (const auto& options : {std::vector<std::string>{},
                                {"One"},
                                {"Yes", "yes"},
                                {"Yes", ""},
                                std::vector<std::string>(11, "x"),
                                {"a", std::string(101, 'b')}}) {
        refuses(ErrorKind::invalid_input, "", [&] { w.poll(ada, options); });
    }
    PostCreate only_options;
    only_options.content = "x";
    only_options.poll_options = {"a", "b"};
    refuses(ErrorKind::invalid_input, "", [&] { w.posts.create(ada, only_options); });
    CHECK(w.rows("posts") == 1);
    CHECK(w.rows("polls") == 1);
}

TEST_CASE("a duration out of range is refused, and ignored without a poll") {
    World w;
    const auto ada = w.user("ada");
    PostCreate in;
    in.content = "x";
    in.poll_duration_hours = LateNumber();
    CHECK_NOTHROW(w.posts.create(ada, in));
    in.poll_question = "Well?";
    in.poll_options = {"a", "b"};
    for (const auto& hours : {LateNumber(), LateNumber(0), LateNumber(721), LateNumber(INT64_MAX)}) {
        in.poll_duration_hours = hours;
        refuses(ErrorKind::invalid_input, "", [&] { w.posts.create(ada, in); });
    }
    CHECK(w.rows("posts") == 1);
}

TEST_CASE("an edit changes what was sent, and only a change moves updated_at") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.post(ada, "before #old");
    CHECK(
        Json(w.posts.update(ada, {.post_id = id, .content = "before #old"}).post.json).is_null("updated_at"));
    const Json after(
        w.posts.update(ada, {.post_id = id, .content = "after #new", .location = "Porto"}).post.json);
    CHECK(after.text("content") == "after #new");
    CHECK(after.text("location") == "Porto");
    CHECK(after.root().find("tags").at(0).string() == "new");
    CHECK_FALSE(after.is_null("updated_at"));
    CHECK(Json(w.posts.update(ada, {.post_id = id, .location = ""}).post.json).is_null("location"));

    w.effects();
    refuses(ErrorKind::not_authorized, "Not authorized",
            [&] { w.posts.update(bob, {.post_id = id, .content = "mine"}); });
    CHECK(PostUpdate{.post_id = id}.misfit());
    CHECK(PostUpdate{.post_id = id, .category = "none of them"}.misfit());
    CHECK_FALSE(PostUpdate{.post_id = id, .content = "x"}.misfit());
    refuses(ErrorKind::invalid_input, "", [&] { w.posts.update(ada, {.post_id = id, .content = ""}); });
    refuses(ErrorKind::validation_error, "Invalid visibility. Must be: public, followers, or private",
            [&] { w.posts.update(ada, {.post_id = id, .visibility = "all"}); });
    CHECK(w.get(ada, id).text("content") == "after #new");
    CHECK(w.effects().empty());
}

TEST_CASE("an edit tells whom it newly mentions, if they see the post as it is then") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.follow(bob, ada);
    const auto newly_told = [&](const PostUpdate& edit) {
        w.effects();
        w.posts.update(ada, edit);
        const Json event(w.told("post.updated"));
        std::string out;
        const auto told = event.root().find("newly_mentioned_users");
        for (std::size_t i = 0; i < told.size(); ++i)
            out += told.at(i).string() == bob.id.view()   ? 'b'
                   : told.at(i).string() == eve.id.view() ? 'e'
                                                          : '?';
        return out;
    };
    const auto open = w.post(ada, "open");
    CHECK(newly_told({.post_id = open, .content = "@bob @eve @ada"}) == "be");
    CHECK(newly_told({.post_id = open, .content = "@bob and @eve"}).empty());
    const auto for_followers = w.post(ada, "f", Visibility::followers);
    CHECK(newly_told({.post_id = for_followers, .content = "f @eve @bob"}) == "b");
    const auto closing = w.post(ada, "open");
    CHECK(newly_told({.post_id = closing, .content = "@eve @bob", .visibility = "followers"}) == "b");
    const auto opening = w.post(ada, "f", Visibility::followers);
    CHECK(newly_told({.post_id = opening, .content = "@eve @bob", .visibility = "public"}) == "eb");
    CHECK(newly_told({.post_id = w.post(ada), .content = "@bob", .visibility = "private"}).empty());
    const auto of_private = w.post(ada, "p");
    w.make_private(ada);
    CHECK(newly_told({.post_id = of_private, .content = "p @eve @bob"}) == "b");
}

TEST_CASE("sending the tags that a post has already is no change, and keeps them from then on") {
    World w;
    const auto ada = w.user("ada");
    const auto with = w.post(ada, "hi #a"), without = w.post(ada, "x");
    w.effects();
    PostUpdate same{.post_id = with};
    same.tags = {"a"};
    PostUpdate none{.post_id = without};
    none.tags.emplace();
    CHECK(Json(w.posts.update(ada, same).post.json).is_null("updated_at"));
    CHECK(Json(w.posts.update(ada, none).post.json).is_null("updated_at"));
    CHECK(w.effects().empty());
    const Json edited(w.posts.update(ada, {.post_id = with, .content = "hi #b"}).post.json);
    REQUIRE(edited.root().find("tags").size() == 1);
    CHECK(edited.root().find("tags").at(0).string() == "a");
    CHECK(Json(w.posts.update(ada, {.post_id = without, .content = "#b"}).post.json)
              .root()
              .find("tags")
              .size() == 0);
}

TEST_CASE("twenty people may be tagged and twenty mentioned, however often and among whichever other names") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    PostCreate in{.content = "x"};
    for (int i = 0; i < 19; ++i) in.tagged_users.push_back("nobody" + std::to_string(i));
    for (const auto* name : {"bob", "@bob", "BOB", "@Nobody7", "@"}) in.tagged_users.push_back(name);
    const Json post(w.posts.create(ada, in).post.json);
    REQUIRE(post.root().find("tagged_users").size() == 1);
    CHECK(post.root().find("tagged_users").at(0).string() == bob.id.view());
    in.tagged_users.push_back("one_more");
    refuses(ErrorKind::invalid_input, "", [&] { w.posts.create(ada, in); });
    CHECK(w.rows("posts") == 1);

    std::string text;
    for (int i = 0; i < 24; ++i) text += "@nobody" + std::to_string(i) + ' ';
    const auto mentioned = [&](const PostId& id) {
        return w.get(ada, id).root().find("mentioned_users").size();
    };
    const auto id = w.post(ada, text + "@bob");
    CHECK(mentioned(id) == 1);
    for (int i = 0; i < 21; ++i) {
        w.user("fan" + std::to_string(i));
        text += "@fan" + std::to_string(i) + ' ';
    }
    CHECK(mentioned(w.post(ada, text)) == 20);
    w.posts.update(ada, {.post_id = id, .content = text});
    CHECK(mentioned(id) == 20);
}

TEST_CASE("three posts can be pinned, a fourth is refused") {
    World w;
    const auto ada = w.user("ada");
    for (int i = 0; i < 3; ++i) w.posts.update(ada, {.post_id = w.post(ada), .is_pinned = true});
    const auto fourth = w.post(ada);
    refuses(ErrorKind::validation_error, "",
            [&] { w.posts.update(ada, {.post_id = fourth, .is_pinned = true}); });
    CHECK_FALSE(w.get(ada, fourth).flag("is_pinned"));
}

TEST_CASE("deleting a post leaves nothing of it, and a second delete finds nothing") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.poll(ada);
    w.posts.react(bob, id, "like");
    w.posts.dislike(eve, id);
    w.posts.save(bob, id);
    w.posts.vote(bob, {.post_id = id, .option_index = 1});
    w.posts.repost(bob, {.post_id = id});
    const auto commented = w.posts.repost(eve, {.post_id = id, .repost_comment = "Look!"}).repost_id;

    CHECK(w.posts.remove(ada, id).message == "Post deleted");
    for (const auto* table : {"post_stances", "post_saves", "polls", "poll_counts", "poll_votes"})
        CHECK(w.rows(table) == 0);
    CHECK(w.rows("posts") == 1);  // eve's repost with a comment
    const auto left = w.get(eve, commented);
    CHECK(left.is_null("original_post"));
    CHECK(left.text("content").empty());
    CHECK(left.text("repost_comment") == "Look!");
    CHECK(w.number("SELECT sum(posts_count) FROM user_counts") == 1);
    CHECK(w.number("SELECT sum(likes_count) FROM user_counts") == 0);
    refuses(ErrorKind::not_found, "Post not found", [&] { w.posts.remove(ada, id); });
    refuses(ErrorKind::not_authorized, "Not authorized", [&] { w.posts.remove(bob, commented); });
}

TEST_CASE("a repost shows its root as it is now, counts once, and goes by either id") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto root = w.post(ada, "first");
    const auto answer = w.posts.repost(bob, {.post_id = root});
    CHECK(answer.repost_count == 1);
    w.posts.update(ada, {.post_id = root, .content = "second"});
    const auto repost = w.get(eve, answer.repost_id);
    CHECK(repost.text("content") == "second");
    CHECK(repost.text("user_name") == "bob");
    CHECK(repost.root().find("original_post").find("user").find("username").string() == "ada");
    refuses(ErrorKind::validation_error, "You have already reposted this",
            [&] { w.posts.repost(bob, {.post_id = root}); });
    refuses(ErrorKind::validation_error, "You have already reposted this",
            [&] { w.posts.repost(bob, {.post_id = answer.repost_id}); });

    // Reposting a repost reposts its root.
    const auto second = w.posts.repost(eve, {.post_id = answer.repost_id});
    CHECK(w.get(eve, second.repost_id).text("original_post_id") == root.view());
    CHECK(w.get(eve, root).number("repost_count") == 2);
    CHECK(w.get(eve, root).flag("reposted"));

    CHECK(w.posts.unrepost(eve, root).repost_count == 1);
    CHECK(w.posts.unrepost(bob, answer.repost_id).repost_count == 0);
    refuses(ErrorKind::not_found, "Repost not found", [&] { w.posts.unrepost(bob, root); });
    CHECK(w.rows("posts") == 1);
}

TEST_CASE("a repost is told to the root's author only if they may open it") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.make_private(bob);
    w.make_private(eve);
    w.follow(ada, bob);
    const auto root = w.post(ada);
    const auto is_told = [&](const Caller& me) {
        w.effects();
        const auto id = w.posts.repost(me, {.post_id = root}).repost_id;
        const Json event(w.told("post.reposted"));
        CHECK(event.text("repost_id") == id.view());
        return !event.flag("author_lost_sight");
    };
    CHECK(is_told(w.user("open")));
    CHECK(is_told(bob));
    CHECK_FALSE(is_told(eve));
    CHECK(w.get(ada, root).number("repost_count") == 3);
}

TEST_CASE("what is not public is not reposted") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.follow(bob, ada);
    w.follow(bob, eve);
    const auto for_followers = w.post(ada, "x", Visibility::followers);
    refuses(ErrorKind::not_authorized, "", [&] { w.posts.repost(bob, {.post_id = for_followers}); });
    const auto of_private = w.post(eve);
    w.make_private(eve);
    refuses(ErrorKind::not_authorized, "", [&] { w.posts.repost(bob, {.post_id = of_private}); });
    refuses(ErrorKind::not_found, "Original post not found",
            [&] { w.posts.repost(bob, {.post_id = PostId("post_none")}); });
    CHECK(w.rows("posts") == 2);
}

TEST_CASE(
    "an account that ends takes its posts, reactions, saves and votes along, and others' counters follow") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto kept = w.poll(ada), gone = w.post(bob);
    w.posts.react(bob, kept, "like");
    w.posts.vote(bob, {.post_id = kept, .option_index = 0});
    w.posts.save(bob, kept);
    w.posts.repost(bob, {.post_id = kept});
    w.posts.repost(ada, {.post_id = gone});
    int rounds = 0;
    while (!w.db().write([&](db::Write& tx) { return w.posts.erase_some(tx, bob.id, 1); }))
        REQUIRE(++rounds < 20);
    const auto post = w.get(ada, kept);
    CHECK(post.number("likes_count") == 0);
    CHECK(post.number("repost_count") == 0);
    CHECK(post.number("poll_total_votes") == 0);
    CHECK(w.rows("posts") == 1);
    CHECK(w.rows("post_saves") == 0);
    CHECK(w.number("SELECT sum(posts_count) FROM user_counts") == 1);
}

TEST_CASE("an export holds all that makes up a post, its poll and its people included") {
    struct Archive final : users::ExportWriter {
        void begin(std::string_view file_name) override { current = file_name; }
        void text(std::string_view piece) override { files[current] += piece; }
        void file(std::string_view, const std::string&) override {}
        std::string current;
        std::map<std::string, std::string> files;
    } archive;
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    PostCreate in;
    in.content = "Which? #summer";
    in.tagged_users = {"bob"};
    in.category = "art";
    in.poll_question = "Well?";
    in.poll_options = {"Yes", "No"};
    w.posts.create(ada, in);
    w.post(bob, "not hers");
    w.posts.contribute(ada.id, archive);
    const Json posts(archive.files["posts.json"]);
    REQUIRE(posts.root().size() == 1);
    const auto post = posts.root().at(0);
    CHECK(post.find("content").string() == "Which? #summer");
    CHECK(post.find("tags").at(0).string() == "summer");
    CHECK(post.find("tagged_users").at(0).string() == bob.id.view());
    CHECK(post.find("category").string() == "art");
    CHECK(post.find("poll_question").string() == "Well?");
    CHECK(post.find("poll_options").at(1).string() == "No");
    CHECK(post.find("media_id").is_null());
    CHECK(archive.files["community_posts.json"] == "[]");
}
