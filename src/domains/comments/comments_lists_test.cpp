// Reading comments: orders, pages, and whom one does not see.
#include <algorithm>

#include "domains/comments/comments_test.hpp"

using namespace grover;
using namespace grover::comments;

namespace {

std::vector<CommentId> ids_of(const CommentPage& page) {
    std::vector<CommentId> ids;
    for (const auto& comment : seen_in(page)) ids.push_back(comment.comment_id);
    return ids;
}

// Every page of a list, one after the other.
template <class F>
std::vector<CommentId> walk(int limit, F page_after) {
    std::vector<CommentId> all;
    PageRequest page{.limit = limit};
    while (true) {
        const auto answer = page_after(page);
        const auto ids = ids_of(answer);
        all.insert(all.end(), ids.begin(), ids.end());
        if (answer.next.empty()) return all;
        CHECK(ids.size() == static_cast<std::size_t>(limit));
        page.after = answer.next;
    }
}

std::vector<CommentId> reversed(std::vector<CommentId> ids) {
    std::ranges::reverse(ids);
    return ids;
}

}  // namespace

TEST_CASE("top-level comments come newest first, oldest first or most liked first, page after page") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada);
    std::vector<CommentId> ids;
    for (int i = 0; i < 7; ++i) ids.push_back(w.comment(ada, post, std::to_string(i)));
    w.reply(bob, post, ids[3]);  // in none of these lists
    w.comment(ada, w.post(ada));
    for (const auto* caller : {&ada, &bob, &eve}) w.like(*caller, ids[2]);
    w.like(ada, ids[5]);
    w.like(bob, ids[0]);

    for (const int limit : {1, 2, 3, 7, 100}) {
        INFO(limit);
        const auto list = [&](CommentSort sort) {
            return walk(limit, [&](const PageRequest& page) {
                return w.comments.list(bob, {.post_id = post, .page = page, .sort = sort});
            });
        };
        CHECK(list(CommentSort::newest) == reversed(ids));
        CHECK(list(CommentSort::oldest) == ids);
        CHECK(list(CommentSort::top) == std::vector{ids[2], ids[5], ids[0], ids[6], ids[4], ids[3], ids[1]});
    }
}

TEST_CASE("comments of one moment keep one order over pages") {
    World w;
    const auto ada = w.user("ada");
    const auto post = w.post(ada);
    std::vector<CommentId> ids;
    for (int i = 0; i < 9; ++i)
        ids.push_back(w.comments.create(ada, {.post_id = post, .content = "same time"}).comment_id);
    std::ranges::sort(ids);
    const auto list = [&](CommentSort sort) {
        return walk(2, [&](const PageRequest& page) {
            return w.comments.list(ada, {.post_id = post, .page = page, .sort = sort});
        });
    };
    CHECK(list(CommentSort::oldest) == ids);
    CHECK(list(CommentSort::newest) == reversed(ids));
    CHECK(list(CommentSort::top) == reversed(ids));
}

TEST_CASE("replies are the direct ones, oldest first") {
    World w;
    const auto ada = w.user("ada");
    const auto post = w.post(ada);
    const auto root = w.comment(ada, post);
    std::vector<CommentId> replies;
    for (int i = 0; i < 5; ++i) replies.push_back(w.reply(ada, post, root));
    w.reply(ada, post, replies[0]);
    CHECK(walk(2, [&](const PageRequest& page) {
              return w.comments.replies(ada, {.comment_id = root, .page = page});
          }) == replies);
    CHECK(ids_of(w.comments.replies(ada, {.comment_id = replies[4]})).empty());
    CHECK(refusal([&] { w.comments.replies(ada, {.comment_id = CommentId("comment_unknown")}); }) ==
          "404 Comment not found");
    CHECK(refusal([&] { w.comments.list(ada, {.post_id = PostId("post_unknown")}); }) ==
          "404 Post not found");
}

TEST_CASE("skipping is honoured, bounded, and a cursor wins over it") {
    World w;
    const auto ada = w.user("ada");
    const auto post = w.post(ada);
    std::vector<CommentId> ids;
    for (int i = 0; i < 5; ++i) ids.push_back(w.comment(ada, post));
    const auto page = [&](PageRequest request) {
        return w.comments.list(ada,
                               {.post_id = post, .page = std::move(request), .sort = CommentSort::oldest});
    };
    CHECK(ids_of(page({.limit = 2, .skip = 3})) == std::vector{ids[3], ids[4]});
    CHECK(page({.limit = 2, .skip = 3}).next.empty());
    CHECK(ids_of(page({.limit = 2, .skip = kMaxSkip + 1})).empty());
    const auto first = page({.limit = 2});
    CHECK(ids_of(page({.limit = 2, .skip = 4, .after = first.next})) == std::vector{ids[2], ids[3]});

    // Over the seam between the liked and the others.
    w.like(ada, ids[1]);
    w.like(ada, ids[3]);
    const auto top = [&](int skip) {
        return ids_of(w.comments.list(
            ada, {.post_id = post, .page = {.limit = 2, .skip = skip}, .sort = CommentSort::top}));
    };
    CHECK(top(1) == std::vector{ids[1], ids[4]});
    CHECK(top(2) == std::vector{ids[4], ids[2]});
    CHECK(top(4) == std::vector{ids[0]});
}

TEST_CASE("a cursor of one order is refused by another") {
    World w;
    const auto ada = w.user("ada");
    const auto post = w.post(ada);
    for (int i = 0; i < 3; ++i) w.comment(ada, post);
    const auto next =
        w.comments.list(ada, {.post_id = post, .page = {.limit = 1}, .sort = CommentSort::top}).next;
    CHECK(refusal([&] { w.comments.list(ada, {.post_id = post, .page = {.limit = 1, .after = next}}); }) ==
          "400 Invalid cursor");
}

TEST_CASE(
    "people in a block with the reader are left out before paging, in both directions, and counters stay") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), dan = w.user("dan");
    const auto post = w.post(ada);
    std::vector<CommentId> visible;
    const auto root = w.comment(ada, post);
    visible.push_back(root);
    for (int i = 0; i < 4; ++i) {
        w.comment(eve, post);
        w.comment(dan, post);
        visible.push_back(w.comment(ada, post));
    }
    w.reply(eve, post, root);
    const auto reply = w.reply(ada, post, root);
    w.block(bob, eve);
    w.block(dan, bob);
    for (const int limit : {1, 2, 4}) {
        for (const auto sort : {CommentSort::newest, CommentSort::oldest, CommentSort::top}) {
            const auto found = walk(limit, [&](const PageRequest& page) {
                return w.comments.list(bob, {.post_id = post, .page = page, .sort = sort});
            });
            CHECK(found == (sort == CommentSort::oldest ? visible : reversed(visible)));
        }
    }
    CHECK(ids_of(w.comments.replies(bob, {.comment_id = root})) == std::vector{reply});
    CHECK(w.get(bob, root).replies_count == 2);
    CHECK(ids_of(w.comments.list(ada, {.post_id = post})).size() == 13);
}

TEST_CASE("what a hidden account wrote is hidden, its place in the conversation is not") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    const auto comment = w.write(bob, {.post_id = post, .content = "secret @ada"}).comment_id;
    w.reply(ada, post, comment);
    w.suspend(bob);
    const auto seen = seen_in(w.comments.list(ada, {.post_id = post}));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].content.empty());
    CHECK(seen[0].tagged_users.empty());
    CHECK(seen[0].user_id == UserId("deleted"));
    CHECK(seen[0].user_name == "Deleted user");
    CHECK(seen[0].user.user_id == UserId("deleted"));
    CHECK(ids_of(w.comments.replies(ada, {.comment_id = comment})).size() == 1);
}

TEST_CASE("a list costs the same number of statements however long it is") {
    World w;
    const auto ada = w.user("ada");
    const auto post = w.post(ada);
    const auto cost = [&] {
        const auto before = w.statements.count.load();
        CHECK_FALSE(ids_of(w.comments.list(ada, {.post_id = post})).empty());
        return w.statements.count.load() - before;
    };
    w.comment(ada, post);
    const auto of_one = cost();
    for (int i = 0; i < 40; ++i) {
        const auto user = w.user("user" + std::to_string(i));
        w.like(ada, w.comment(user, post));
    }
    CHECK(cost() <= of_one);
    CHECK(of_one <= (testing::engine_under_test() == db::Engine::postgres ? 4 : 6));
}
