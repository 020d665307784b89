// What an account leaves behind, and takes with it.
#include "domains/comments/comments_test.hpp"

using namespace grover;
using namespace grover::comments;

namespace {

class Archive final : public users::ExportWriter {
public:
    void begin(std::string_view file_name) override { all += "== " + std::string(file_name) + '\n'; }
    void text(std::string_view piece) override { all += piece; }
    void file(std::string_view, const std::string&) override {}
    std::string all;
};

}  // namespace

TEST_CASE("erasing an account removes its comments and likes, and keeps those with replies as empty places") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    const auto of_ada = w.comment(ada, post);
    const auto answered = w.comment(bob, post, "I was here");
    w.reply(ada, post, answered);
    const auto alone = w.comment(bob, post);
    w.reply(bob, post, alone);  // own answer below an own comment: both go
    w.reply(bob, post, of_ada);
    w.like(bob, of_ada);
    w.like(ada, alone);
    w.forget_effects();

    const auto eraser = comments_eraser(w.gate);
    int calls = 0;
    bool done = false;
    while (!done) {
        REQUIRE(++calls < 50);
        w.db().write([&](db::Write& tx) { done = eraser->erase_some(tx, bob.id, 2); });
    }
    CHECK(calls > 2);
    CHECK(w.payload("comment.erased") == R"({"comment_id":")" + answered.str() + R"("})");
    CHECK(w.query("SELECT count(*) FROM comments WHERE user_id = '" + bob.id.str() + "'") == "0");
    CHECK(w.query("SELECT count(*) FROM comment_likes WHERE user_id = '" + bob.id.str() + "'") == "0");
    CHECK(w.counts(post) == "2 3 = 2 3");
    CHECK(w.drifted() == 0);
    CHECK(w.get(ada, of_ada).likes_count == 0);

    const auto tombstone = w.get(ada, answered);
    CHECK(tombstone.content.empty());
    CHECK(tombstone.user_id == UserId("deleted"));
    CHECK(tombstone.user_name == "Deleted user");
    CHECK_FALSE(tombstone.is_owner);
    CHECK(tombstone.replies_count == 1);
    // It can be answered, liked and, by the post's author, removed.
    w.reply(ada, post, answered);
    CHECK(w.like(ada, answered).likes_count == 1);
    CHECK(w.remove(ada, answered).deleted_count == 3);
    CHECK(w.counts(post) == "1 1 = 1 1");
}

TEST_CASE("an export holds every own comment and nobody else's") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    const auto others = w.comment(bob, post, "not mine");
    const Time liked_at = w.clock.now();
    w.like(ada, others);
    w.like(bob, others);
    std::string expected = "== comments.json\n[";
    for (int i = 0; i < 3; ++i) {
        const auto answer = w.write(ada, {.post_id = post, .content = "mine \"" + std::to_string(i) + '"'});
        if (i > 0) expected += ",\n";
        expected += R"({"comment_id":")" + answer.comment_id.str() + R"(","post_id":")" + post.str() +
                    R"(","content":"mine \")" + std::to_string(i) +
                    R"(\"","parent_comment_id":null,"created_at":)" +
                    wire::to_json(answer.comment.created_at) + R"(,"updated_at":null})";
    }
    Archive archive;
    comments_export(w.db())->contribute(ada.id, archive);
    CHECK(archive.all == expected + "]== comment_likes.json\n[" + R"({"comment_id":")" + others.str() +
                             R"(","created_at":)" + wire::to_json(liked_at) + "}]");

    Archive empty;
    comments_export(w.db())->contribute(w.user("eve").id, empty);
    CHECK(empty.all == "== comments.json\n[]== comment_likes.json\n[]");
}
