// The first page from memory: always what the store says, whatever changed.
#include "domains/comments/comments_test.hpp"

using namespace grover;
using namespace grover::comments;

namespace {

// With memory and without, the page and each comment by itself say the same.
void check_same(World& w, const Caller& me, const PostId& post) {
    const auto from_memory = w.comments.list(me, {.post_id = post, .page = {.limit = 20}}).json;
    // A page after a place before the newest comment is read from the store.
    const auto from_store =
        w.comments.list(me, {.post_id = post, .page = {.limit = 20, .after = "newest.0.9000000000000000.~"}})
            .json;
    CHECK(from_memory == from_store);
    for (const auto& comment : seen_in({from_memory, {}})) {
        CHECK(from_memory.find(wire::to_json(w.get(me, comment.comment_id))) != std::string::npos);
        CHECK(comment.liked == comment.is_liked);
    }
}

}  // namespace

TEST_CASE("a page from memory shows every change at once, as the store has it") {
    World w(true);
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada);
    check_same(w, bob, post);
    std::vector<CommentId> ids;
    for (int i = 0; i < 25; ++i) {
        ids.push_back(w.comment(i % 2 == 0 ? ada : bob, post, "comment " + std::to_string(i) + " for @eve"));
        if (i % 5 == 0) check_same(w, bob, post);
    }
    check_same(w, ada, post);
    w.like(bob, ids[20]);
    w.like(eve, ids[20]);
    check_same(w, bob, post);
    check_same(w, ada, post);
    w.like(bob, ids[20]);
    check_same(w, bob, post);
    w.reply(eve, post, ids[22]);
    check_same(w, bob, post);
    w.comments.update(ada, {.comment_id = ids[24], .content = "changed"});
    check_same(w, bob, post);
    w.remove(ada, ids[24]);
    check_same(w, bob, post);
    CHECK(seen_in(w.comments.list(bob, {.post_id = post, .page = {.limit = 1}})).front().comment_id ==
          ids[23]);
    w.remove(bob, ids[23]);
    w.remove(ada, ids[22]);
    check_same(w, ada, post);

    const auto eraser = comments_eraser(w.gate);
    w.comment(bob, post, "last");
    w.reply(ada, post, ids[21]);
    check_same(w, ada, post);
    for (bool done = false; !done;)
        w.db().write([&](db::Write& tx) { done = eraser->erase_some(tx, bob.id, 10); });
    check_same(w, ada, post);
}

TEST_CASE("a page from memory leaves out people in a block and hides what hidden accounts wrote") {
    World w(true);
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada);
    w.comment(bob, post, "secret");
    const auto of_ada = w.comment(ada, post);
    check_same(w, eve, post);
    w.block(eve, bob);
    w.forget_relations(eve, bob);
    const auto seen = seen_in(w.comments.list(eve, {.post_id = post}));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].comment_id == of_ada);
    w.suspend(bob);
    w.db().write([&](db::Write& tx) { tx.touch(bob.id); });
    CHECK(w.comments.list(ada, {.post_id = post}).json.find("secret") == std::string::npos);
    check_same(w, ada, post);
}

TEST_CASE("the cursor of a page from memory leads on") {
    World w(true);
    const auto ada = w.user("ada");
    const auto post = w.post(ada);
    std::vector<CommentId> ids;
    for (int i = 0; i < 120; ++i) ids.insert(ids.begin(), w.comment(ada, post));
    std::vector<CommentId> found;
    PageRequest page{.limit = 50};
    do {
        const auto answer = w.comments.list(ada, {.post_id = post, .page = page});
        for (const auto& comment : seen_in(answer)) found.push_back(comment.comment_id);
        page.after = answer.next;
    } while (!page.after.empty());
    CHECK(found == ids);
    CHECK(w.comments.list(ada, {.post_id = post, .page = {.limit = 100}}).next != "");
}

TEST_CASE("who likes very much still sees the own likes") {
    World w(true);
    const auto ada = w.user("ada");
    const auto post = w.post(ada);
    std::vector<CommentId> ids;
    for (int i = 0; i < 10; ++i) ids.push_back(w.comment(ada, post));
    // Between the two ends of the page lie three hundred liked replies.
    for (int i = 0; i < 310; ++i) w.like(ada, w.reply(ada, post, ids[9]));
    w.comment(ada, post);
    w.like(ada, ids[0]);
    check_same(w, ada, post);
}

TEST_CASE("once in memory a page costs one statement, that of the reader's likes") {
    if (testing::engine_under_test() == db::Engine::postgres) return;
    World w(true);
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    for (int i = 0; i < 30; ++i) w.comment(i % 2 == 0 ? ada : bob, post);
    w.comments.list(bob, {.post_id = post});
    w.comments.list(ada, {.post_id = post});
    const auto before = w.statements.count.load();
    w.like(ada, w.comment(ada, post));
    const auto writes = w.statements.count.load() - before;
    CHECK(writes > 0);
    w.comments.list(ada, {.post_id = post});
    const auto warm = w.statements.count.load();
    w.comments.list(ada, {.post_id = post});
    CHECK(w.statements.count.load() - warm <= 1);
}
