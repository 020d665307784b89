// Writing, answering, changing and deleting comments.
#include "domains/comments/comments_test.hpp"
#include "platform/api/api.hpp"
#include "sql/comments.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::comments;

TEST_CASE("a comment is stored, counted, shown and told to the post's author") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);

    const auto answer = w.write(bob, {.post_id = post, .content = "  What a <b>view</b>!\n "});
    CHECK(answer.message == "Comment created");
    CHECK(answer.comments_count == 1);
    const auto& comment = answer.comment;
    CHECK(comment.comment_id == answer.comment_id);
    CHECK(comment.comment_id.view().starts_with("comment_"));
    CHECK(comment.post_id == post);
    CHECK(comment.user_id == bob.id);
    CHECK(comment.content == "What a <b>view</b>!");
    CHECK_FALSE(comment.parent_comment_id);
    CHECK_FALSE(comment.root_comment_id);
    CHECK(comment.depth == 0);
    CHECK(comment.likes_count == 0);
    CHECK(comment.replies_count == 0);
    CHECK(comment.tagged_users.empty());
    CHECK_FALSE(comment.updated_at);
    CHECK(comment.user_name == "Bob");
    CHECK_FALSE(comment.liked);
    CHECK(comment.is_owner);
    CHECK(comment.can_delete);

    CHECK(w.counts(post) == "1 1 = 1 1");
    CHECK(w.effects() == "comment.created");
    CHECK(w.payload("comment.created") ==
          R"({"comment_id":")" + answer.comment_id.str() + R"(","post_id":")" + post.str() +
              R"(","parent_comment_id":null,"user_id":")" + bob.id.str() +
              R"(","replied_to":null,"commented_to":")" + ada.id.str() +
              R"(","mentioned_users":[],"created_at":"2026-01-24T10:11:12.348Z","community_id":null})");
}

TEST_CASE(
    "the shape is the contract's, both spellings included, and no private field of the author is in it") {
    World w;
    const auto ada = w.user("ada");
    const auto answer = w.write(ada, {.post_id = w.post(ada), .content = "hi"});
    const auto json = wire::to_json(answer.comment);
    for (const auto* key :
         {"comment_id",      "post_id",    "user_id",     "content",       "parent_comment_id",
          "root_comment_id", "depth",      "likes_count", "replies_count", "tagged_users",
          "created_at",      "updated_at", "user",        "user_name",     "user_picture",
          "liked",           "is_liked",   "is_owner",    "can_delete",    "profile_picture"}) {
        INFO(key);
        CHECK(json.find('"' + std::string(key) + "\":") != std::string::npos);
    }
    CHECK(json.find("example.com") == std::string::npos);
    CHECK(json.find("email") == std::string::npos);
    CHECK(json.find("notify_") == std::string::npos);
}

TEST_CASE("a reply counts for its parent and for the total, and each is told once, first match first") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada);
    const auto top = w.comment(bob, post);
    w.forget_effects();

    const auto reply = w.write(eve, {.post_id = post, .content = "@bob @ada look", .parent_comment_id = top});
    CHECK(reply.comment.parent_comment_id == top);
    CHECK(reply.comment.root_comment_id == top);
    CHECK(reply.comment.depth == 1);
    CHECK(reply.comments_count == 1);
    CHECK(reply.comment.tagged_users == std::vector{bob.id, ada.id});
    CHECK(w.counts(post) == "1 2 = 1 2");
    CHECK(w.get(ada, top).replies_count == 1);
    CHECK(w.drifted() == 0);
    const auto event = w.payload("comment.created");
    CHECK(event.find(R"("replied_to":")" + bob.id.str() + '"') != std::string::npos);
    CHECK(event.find(R"("commented_to":")" + ada.id.str() + '"') != std::string::npos);
    CHECK(event.find(R"("mentioned_users":[])") != std::string::npos);
}

TEST_CASE("nobody is told of their own comment, and the post's author is told of an answer once") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    const auto own = w.write(ada, {.post_id = post, .content = "first @ada"});
    CHECK(own.comment.tagged_users == std::vector{ada.id});  // kept, but she hears nothing
    CHECK(
        w.payload("comment.created").find(R"("replied_to":null,"commented_to":null,"mentioned_users":[])") !=
        std::string::npos);

    w.forget_effects();
    w.reply(bob, post, own.comment_id, "hello @ada");
    CHECK(w.payload("comment.created")
              .find(R"("replied_to":")" + ada.id.str() + R"(","commented_to":null,"mentioned_users":[])") !=
          std::string::npos);
}

TEST_CASE("mentions resolve in any case, by id too, and none that resolves is lost among those that do not") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    std::string content;
    for (int i = 0; i < 60; ++i) content += "@nobody" + std::to_string(i) + ' ';
    content += "@BOB, @" + eve.id.str() + " and mail@bob.example";
    const auto answer = w.write(ada, {.post_id = w.post(ada), .content = content});
    CHECK(answer.comment.tagged_users == std::vector{bob.id, eve.id});
    CHECK(w.payload("comment.created")
              .find(R"("mentioned_users":[")" + bob.id.str() + R"(",")" + eve.id.str() + R"("])") !=
          std::string::npos);
}

TEST_CASE("tags are ids or names, unknown ones and people who do not want them are dropped") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), dan = w.user("dan"),
               kim = w.user("kim");
    const auto post = w.post(ada);
    w.execute("UPDATE privacy_settings SET allow_tags = 'none' WHERE user_id = '" + dan.id.str() + "'");
    w.block(kim, ada);
    const auto answer = w.write(
        ada, {.post_id = post,
              .content = "with @eve",
              .tagged_users = {bob.id.str(), "@Bob", "eve", "dan", "kim", "nobody", "", "user_unknown"}});
    CHECK(answer.comment.tagged_users == std::vector{bob.id, eve.id});

    std::vector<std::string> many;
    for (int i = 0; i < 21; ++i) many.push_back("name" + std::to_string(i));
    CHECK(refusal([&] {
              w.write(ada, {.post_id = post, .content = "hi", .tagged_users = many});
          }).starts_with("422"));
    many.back() = "@NAME0";
    CHECK(refusal([&] { w.write(ada, {.post_id = post, .content = "hi", .tagged_users = many}); }).empty());
}

TEST_CASE("who cannot see the post is not told of a mention in it") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.user("eve");
    w.make_private(ada);
    w.follow(bob, ada);
    w.write(bob, {.post_id = w.post(ada), .content = "@eve come and see"});
    CHECK(w.payload("comment.created").find(R"("mentioned_users":[])") != std::string::npos);
}

TEST_CASE("an answer to the deepest comment stands beside it, and its author is the one told") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada);
    const auto root = w.comment(ada, post);
    auto last = root;
    CommentId parent_of_last;
    for (int depth = 1; depth <= 20; ++depth) {
        parent_of_last = last;
        last = w.reply(depth == 20 ? bob : ada, post, last);
    }
    CHECK(w.get(ada, last).depth == 20);
    w.forget_effects();

    const auto beside = w.write(eve, {.post_id = post, .content = "deeper?", .parent_comment_id = last});
    CHECK(beside.comment.depth == 20);
    CHECK(beside.comment.parent_comment_id == parent_of_last);
    CHECK(beside.comment.root_comment_id == root);
    CHECK(w.get(ada, last).replies_count == 0);
    CHECK(w.get(ada, parent_of_last).replies_count == 2);
    CHECK(w.payload("comment.created").find(R"("replied_to":")" + bob.id.str() + '"') != std::string::npos);
    CHECK(w.counts(post) == "1 22 = 1 22");
    CHECK(w.drifted() == 0);
}

TEST_CASE("a comment never stands under a parent that is unknown or on another post, and nothing happens") {
    World w;
    const auto ada = w.user("ada");
    const auto post = w.post(ada), other = w.post(ada);
    const auto elsewhere = w.comment(ada, other);
    w.forget_effects();
    CHECK(refusal([&] { w.reply(ada, post, elsewhere); }) == "400 Parent comment belongs to another post");
    CHECK(refusal([&] { w.reply(ada, post, CommentId("comment_unknown")); }) == "404 Comment not found");
    CHECK(refusal([&] { w.comment(ada, PostId("post_unknown")); }) == "404 Post not found");
    CHECK(w.rows("comments") == 1);
    CHECK(w.counts(post) == "0 0 = 0 0");
    CHECK(w.get(ada, elsewhere).replies_count == 0);
    CHECK(w.effects().empty());
}

TEST_CASE("content must hold something that cleaning leaves, and is never cut") {
    World w;
    const auto ada = w.user("ada");
    const auto post = w.post(ada);
    CHECK(refusal([&] { w.comment(ada, post, " <script>alert(1)</script> "); }).starts_with("422"));
    CHECK(refusal([&] { w.comment(ada, post, std::string(2'001, 'x')); }) ==
          "400 Text exceeds maximum length of 2000");
    CHECK(w.rows("comments") == 0);
    std::string longest;
    for (int i = 0; i < 2'000; ++i) longest += "é";
    CHECK(w.get(ada, w.comment(ada, post, longest)).content == longest);
}

TEST_CASE("content and parent come by JSON, form or query alike, and an empty parent is none") {
    const auto bound = [](auto prepare) {
        api::Inputs inputs;
        inputs.path.emplace_back("post_id", "post_1");
        prepare(inputs);
        CommentCreate in;
        api::Problems problems;
        api::bind(inputs, in, problems);
        CHECK(problems.fields.empty());
        CHECK_FALSE(problems.refused);
        return in;
    };
    for (const auto& in :
         {bound([](api::Inputs& i) {
              i.json = wire::JsonDocument::parse(
                  R"({"content":" hi ","parent_comment_id":null,"tagged_users":["a","b"]})");
          }),
          bound([](api::Inputs& i) {
              i.json = wire::JsonDocument::parse(
                  R"({"content":"hi","parent_comment_id":"","tagged_users":["a","b"]})");
          }),
          bound([](api::Inputs& i) {
              i.query = {{"content", "hi"}, {"parent_comment_id", ""}, {"tagged_users", "a, b"}};
          }),
          bound([](api::Inputs& i) {
              i.form = {{"content", "hi"}, {"tagged_users", "a,b"}};
          })}) {
        CHECK(in.content == "hi");
        CHECK_FALSE(in.parent_comment_id);
        CHECK(in.tagged_users == std::vector<std::string>{"a", "b"});
    }

    api::Inputs inputs;
    inputs.path.emplace_back("post_id", "post_1");
    inputs.query = {{"content", "   "}};
    CommentCreate in;
    api::Problems problems;
    api::bind(inputs, in, problems);
    CHECK(problems.fields.size() == 1);
}

TEST_CASE(
    "somebody in a block with the post's author never comments, reads or likes there, and nothing happens") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada);
    const auto comment = w.comment(eve, post);
    w.block(ada, bob);
    w.forget_effects();
    CHECK(refusal([&] { w.comment(bob, post); }) == "404 Post not found");
    CHECK(refusal([&] { w.reply(bob, post, comment); }) == "404 Post not found");
    CHECK(refusal([&] { w.like(bob, comment); }) == "404 Post not found");
    CHECK(refusal([&] { w.get(bob, comment); }) == "404 Post not found");
    CHECK(refusal([&] { w.comments.list(bob, {.post_id = post}); }) == "404 Post not found");
    CHECK(refusal([&] { w.comments.replies(bob, {.comment_id = comment}); }) == "404 Post not found");
    CHECK(refusal([&] { w.remove(bob, comment); }) == "404 Post not found");
    CHECK(w.counts(post) == "1 1 = 1 1");
    CHECK(w.rows("comment_likes") == 0);
    CHECK(w.effects().empty());
}

TEST_CASE("people in a block do not answer or like each other's comments on a third one's post") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada);
    const auto of_eve = w.comment(eve, post), of_bob = w.comment(bob, post);
    w.block(bob, eve);
    w.forget_effects();
    CHECK(refusal([&] { w.reply(bob, post, of_eve); }) == "403 You have blocked this user");
    CHECK(refusal([&] { w.reply(eve, post, of_bob); }) == "403 Not authorized");
    CHECK(refusal([&] { w.like(bob, of_eve); }) == "404 Comment not found");
    CHECK(refusal([&] { w.like(eve, of_bob); }) == "404 Comment not found");
    CHECK(refusal([&] { w.get(eve, of_bob); }) == "404 Comment not found");
    CHECK(w.counts(post) == "2 2 = 2 2");
    CHECK(w.drifted() == 0);
    CHECK(w.effects().empty());
}

TEST_CASE("posts for followers take comments of followers only") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), zoe = w.user("zoe");
    w.follow(bob, ada);
    const auto for_followers = w.post(ada, posts::Visibility::followers),
               for_nobody = w.post(ada, posts::Visibility::private_);
    w.comment(bob, for_followers);
    CHECK(refusal([&] { w.comment(eve, for_followers); }) == "403 Not authorized");
    CHECK(refusal([&] { w.comments.list(eve, {.post_id = for_followers}); }) == "403 Not authorized");
    CHECK(refusal([&] { w.comment(bob, for_nobody); }) == "404 Post not found");
    w.make_private(zoe);
    const auto of_zoe = w.post(zoe);
    CHECK(refusal([&] { w.comment(ada, of_zoe); }) == "403 Not authorized");
    CHECK(w.rows("comments") == 1);
}

TEST_CASE("deleting removes the whole subtree with its likes, and every counter follows") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada);
    const auto keep = w.comment(ada, post);
    const auto root = w.comment(bob, post);
    const auto branch = w.reply(eve, post, root);
    const auto leaf = w.reply(bob, post, branch);
    w.reply(ada, post, root);
    for (const auto& id : {keep, root, branch, leaf}) w.like(ada, id);
    w.forget_effects();

    const auto answer = w.remove(eve, branch);
    CHECK(answer.message == "Comment deleted");
    CHECK(answer.deleted_count == 2);
    CHECK(answer.comments_count == 2);
    CHECK(w.counts(post) == "2 3 = 2 3");
    CHECK(w.get(ada, root).replies_count == 1);
    CHECK(w.effects() == "comment.deleted");
    const auto event = w.payload("comment.deleted");
    CHECK(event.find(branch.str()) != std::string::npos);
    CHECK(event.find(leaf.str()) != std::string::npos);
    CHECK(refusal([&] { w.remove(eve, branch); }) == "404 Comment not found");
    CHECK(refusal([&] { w.get(eve, leaf); }) == "404 Comment not found");

    CHECK(w.remove(bob, root).deleted_count == 2);
    CHECK(w.counts(post) == "1 1 = 1 1");
    CHECK(w.rows("comment_likes") == 1);
    CHECK(w.drifted() == 0);
}

TEST_CASE("only the author and the post's author delete a comment") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada);
    const auto comment = w.comment(bob, post);
    w.forget_effects();
    CHECK(refusal([&] { w.remove(eve, comment); }) == "403 Not authorized");
    CHECK_FALSE(w.get(eve, comment).can_delete);
    CHECK_FALSE(w.get(eve, comment).is_owner);
    CHECK(w.effects().empty());
    CHECK(w.counts(post) == "1 1 = 1 1");
    CHECK(w.get(ada, comment).can_delete);
    CHECK(w.remove(ada, comment).deleted_count == 1);
    CHECK(refusal([&] { w.remove(ada, CommentId("comment_unknown")); }) == "404 Comment not found");
}

TEST_CASE("own words can be taken back from a post that one no longer sees") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    const auto comment = w.comment(bob, post);
    w.block(ada, bob);
    CHECK(w.remove(bob, comment).deleted_count == 1);
    CHECK(w.counts(post) == "0 0 = 0 0");
}

TEST_CASE("deleting a post leaves no comment and no like behind") {
    World w;
    const auto ada = w.user("ada");
    const auto post = w.post(ada);
    const auto root = w.comment(ada, post);
    w.like(ada, w.reply(ada, post, w.reply(ada, post, root)));
    w.execute("DELETE FROM posts WHERE post_id = '" + post.str() + "'");
    CHECK(w.rows("comments") == 0);
    CHECK(w.rows("comment_likes") == 0);
}

TEST_CASE("an edit changes the text once, and tells only those who are newly mentioned") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), dan = w.user("dan"),
               cat = w.user("cat");
    const auto post = w.post(ada);
    const auto comment =
        w.write(bob, {.post_id = post, .content = "for @eve", .tagged_users = {"dan"}}).comment_id;
    w.forget_effects();

    const auto answer = w.comments.update(bob, {.comment_id = comment, .content = "for @eve, @dan and @cat"});
    CHECK(answer.message == "Comment updated");
    CHECK(answer.comment.content == "for @eve, @dan and @cat");
    CHECK(answer.comment.updated_at == w.clock.now());
    CHECK(answer.comment.tagged_users == std::vector{dan.id, eve.id, cat.id});
    CHECK(w.payload("comment.updated").find(R"("newly_mentioned_users":[")" + cat.id.str() + R"("])") !=
          std::string::npos);
    const auto edited_at = w.clock.now();
    w.clock.advance(std::chrono::hours{1});
    w.forget_effects();
    CHECK(w.comments.update(bob, {.comment_id = comment, .content = "for @eve, @dan and @cat"})
              .comment.updated_at == edited_at);
    CHECK(refusal([&] { w.comments.update(ada, {.comment_id = comment, .content = "mine"}); }) ==
          "403 Not authorized");
    CHECK(refusal([&] { w.comments.update(bob, {.comment_id = CommentId("comment_x"), .content = "?"}); }) ==
          "404 Comment not found");
    CHECK(w.get(ada, comment).content == "for @eve, @dan and @cat");
    CHECK(w.effects().empty());
}

TEST_CASE("an edit does not tell again whom the comment answers, nor whose post it is below") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), cat = w.user("cat");
    const auto post = w.post(ada);
    const auto comment = w.comment(bob, post), answer = w.reply(eve, post, comment);
    const auto newly_told = [&](const Caller& me, const CommentId& id) {
        w.forget_effects();
        CHECK(w.comments.update(me, {.comment_id = id, .content = "hello @ada @bob @cat"})
                  .comment.tagged_users == std::vector{ada.id, bob.id, cat.id});
        return wire::read<CommentUpdated>(w.payload("comment.updated")).newly_mentioned_users;
    };
    CHECK(newly_told(bob, comment) == std::vector{cat.id});
    CHECK(newly_told(eve, answer) == std::vector{cat.id});
    const auto other = w.reply(bob, post, w.comment(cat, post));
    CHECK(newly_told(bob, other).empty());
}

TEST_CASE("liking toggles, counts and is told to the author, but not for own comments") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    const auto comment = w.comment(ada, post);
    w.forget_effects();

    auto answer = w.like(bob, comment);
    CHECK(answer.message == "Comment liked");
    CHECK(answer.liked);
    CHECK(answer.likes_count == 1);
    CHECK(w.get(bob, comment).liked);
    CHECK_FALSE(w.get(ada, comment).liked);
    const auto event = w.payload("comment.liked");
    CHECK(event == R"({"comment_id":")" + comment.str() + R"(","post_id":")" + post.str() +
                       R"(","author_id":")" + ada.id.str() + R"(","user_id":")" + bob.id.str() +
                       R"(","liked":true,"community_id":null})");

    w.forget_effects();
    answer = w.like(bob, comment);
    CHECK(answer.message == "Comment unliked");
    CHECK_FALSE(answer.liked);
    CHECK(answer.likes_count == 0);
    CHECK(w.payload("comment.liked").ends_with(R"("liked":false,"community_id":null})"));

    w.forget_effects();
    CHECK(w.like(ada, comment).likes_count == 1);
    CHECK(w.payload("comment.liked").find(R"("author_id":null)") != std::string::npos);
    CHECK(w.drifted() == 0);
}

TEST_CASE("a like is not told to who no longer sees the post, but taking it back is") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    const auto comment = w.comment(bob, post);
    w.make_private(ada);
    w.forget_effects();
    CHECK(w.like(ada, comment).likes_count == 1);
    CHECK(w.payload("comment.liked").find(R"("author_id":null)") != std::string::npos);
    w.forget_effects();
    CHECK(w.like(ada, comment).likes_count == 0);
    CHECK(w.payload("comment.liked").find(bob.id.str()) != std::string::npos);
}

TEST_CASE("setting and clearing a like may be repeated") {
    World w;
    const auto ada = w.user("ada");
    const auto comment = w.comment(ada, w.post(ada));
    w.forget_effects();
    for (int i = 0; i < 2; ++i) {
        const auto answer = w.like(ada, comment, LikeChange::set);
        CHECK(answer.liked);
        CHECK(answer.likes_count == 1);
    }
    for (int i = 0; i < 2; ++i) {
        const auto answer = w.like(ada, comment, LikeChange::clear);
        CHECK_FALSE(answer.liked);
        CHECK(answer.likes_count == 0);
    }
    CHECK(w.effects() == "comment.liked\ncomment.liked");
    CHECK(refusal([&] { w.like(ada, CommentId("comment_unknown")); }) == "404 Comment not found");
}

TEST_CASE("no statement reads a whole table") {
    const auto db = testing::fresh_database();
    testing::check_no_scans(*db, sql::comments::all);
    // PostgreSQL chooses by the table's statistics, and this one is empty.
    if (db->engine() == db::Engine::sqlite)
        CHECK(testing::uses_index_only(*db, sql::comments::commented_posts::statement, "comments"));
}
