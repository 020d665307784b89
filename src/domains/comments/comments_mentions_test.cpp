// Who finds a comment among their mentions.
#include "domains/comments/comments_test.hpp"

using namespace grover;
using namespace grover::comments;

namespace {

std::vector<CommentId> mentions(World& w, const Caller& me, const CommentMention& after = {},
                                int limit = 10) {
    std::vector<CommentId> out;
    w.db().read([&](db::Read& tx) {
        out.clear();
        for (const auto& one : w.comments.mentions_of(tx, me.id, after, limit)) out.push_back(one.comment_id);
    });
    return out;
}

}  // namespace

TEST_CASE("a comment is among the mentions of whom it tags or names, once, newest first") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada);
    const auto first =
        w.write(bob, {.post_id = post, .content = "@ada @bob", .tagged_users = {"ada"}}).comment_id;
    const auto second = w.write(eve, {.post_id = post, .content = "for @Ada"}).comment_id;
    CHECK(mentions(w, ada) == std::vector{second, first});
    CHECK(mentions(w, ada, {}, 1) == std::vector{second});
    CHECK(mentions(w, bob).empty());  // own words
    const auto place = w.db().read([&](db::Read& tx) { return w.comments.mentions_of(tx, ada.id, {}, 1); });
    CHECK(place.front().post_id == post);
    CHECK(mentions(w, ada, place.front()) == std::vector{first});
}

TEST_CASE("mentions follow an edit, a deletion and a block") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada);
    const auto edited = w.comment(bob, post, "@ada"), gone = w.comment(bob, post, "@ada"),
               tagged = w.write(eve, {.post_id = post, .content = "hi", .tagged_users = {"ada"}}).comment_id;
    w.comments.update(bob, {.comment_id = edited, .content = "@eve"});
    w.remove(bob, gone);
    CHECK(mentions(w, ada) == std::vector{tagged});
    CHECK(mentions(w, eve) == std::vector{edited});
    w.comments.update(eve, {.comment_id = tagged, .content = "changed"});
    CHECK(mentions(w, ada) == std::vector{tagged});  // a tag stays
    w.block(eve, ada);
    CHECK(mentions(w, ada).empty());
    w.execute("DELETE FROM posts");
    CHECK(w.rows("comment_mentions") == 0);
}
