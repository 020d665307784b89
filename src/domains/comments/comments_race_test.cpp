// Many at once: counters equal rows, whatever happens in which order.
#include "domains/comments/comments_test.hpp"

using namespace grover;
using namespace grover::comments;

namespace {
constexpr int kThreads = 16;

std::vector<Caller> crowd(World& w) {
    std::vector<Caller> callers;
    for (int i = 0; i < kThreads; ++i) callers.push_back(w.user("racer" + std::to_string(i)));
    return callers;
}

}  // namespace

TEST_CASE("parallel comments and replies all count, once") {
    World w;
    const auto callers = crowd(w);
    const auto post = w.post(callers[0]);
    const auto root = w.comment(callers[0], post);
    at_once(kThreads, [&](int i) {
        for (int n = 0; n < 4; ++n) {
            w.comments.create(callers[static_cast<std::size_t>(i)], {.post_id = post, .content = "top"});
            w.comments.create(callers[static_cast<std::size_t>(i)],
                              {.post_id = post, .content = "reply", .parent_comment_id = root});
        }
    });
    CHECK(w.counts(post) == "65 129 = 65 129");
    CHECK(w.get(callers[0], root).replies_count == 64);
    CHECK(w.drifted() == 0);
}

TEST_CASE("parallel likes of many and toggles of one never lose or double a count") {
    World w;
    const auto callers = crowd(w);
    const auto comment = w.comment(callers[0], w.post(callers[0]));
    at_once(kThreads, [&](int i) {
        w.comments.like(callers[static_cast<std::size_t>(i)], comment, LikeChange::toggle);
    });
    CHECK(w.get(callers[0], comment).likes_count == kThreads);
    CHECK(w.rows("comment_likes") == kThreads);

    // An even number of toggles by the same person ends where it began.
    at_once(kThreads, [&](int) { w.comments.like(callers[3], comment, LikeChange::toggle); });
    CHECK(w.get(callers[3], comment).liked);
    at_once(kThreads, [&](int) { w.comments.like(callers[3], comment, LikeChange::clear); });
    CHECK(w.get(callers[0], comment).likes_count == kThreads - 1);
    at_once(kThreads, [&](int) { w.comments.like(callers[3], comment, LikeChange::set); });
    CHECK(w.get(callers[0], comment).likes_count == kThreads);
    CHECK(w.drifted() == 0);
}

TEST_CASE("of parallel deletes one succeeds, the others find nothing") {
    World w;
    const auto callers = crowd(w);
    const auto post = w.post(callers[0]);
    const auto root = w.comment(callers[0], post);
    for (int i = 0; i < 5; ++i) w.reply(callers[0], post, root);
    std::atomic<int> deleted{0};
    std::atomic<int> missing{0};
    at_once(kThreads, [&](int) {
        const auto refused =
            refusal([&] { deleted += static_cast<int>(w.remove(callers[0], root).deleted_count); });
        if (refused == "404 Comment not found") ++missing;
    });
    CHECK(deleted == 6);
    CHECK(missing == kThreads - 1);
    CHECK(w.counts(post) == "0 0 = 0 0");
}

TEST_CASE(
    "replies, likes and deletes below one comment while it goes leave nothing behind and no counter off") {
    World w;
    const auto callers = crowd(w);
    const auto post = w.post(callers[0]);
    for (int round = 0; round < 5; ++round) {
        const auto root = w.comment(callers[0], post);
        const auto branch = w.reply(callers[1], post, root);
        at_once(kThreads, [&](int i) {
            const auto& me = callers[static_cast<std::size_t>(i)];
            const auto refused = refusal([&] {
                switch (i % 4) {
                    case 0:
                        w.comments.create(me,
                                          {.post_id = post, .content = "late", .parent_comment_id = branch});
                        break;
                    case 1:
                        w.comments.like(me, branch, LikeChange::toggle);
                        break;
                    case 2:
                        w.remove(callers[1], branch);
                        break;
                    default:
                        w.remove(callers[0], root);
                        break;
                }
            });
            CHECK((refused.empty() || refused == "404 Comment not found"));
        });
        CHECK(w.counts(post) == "0 0 = 0 0");
        CHECK(w.rows("comments") == 0);
        CHECK(w.rows("comment_likes") == 0);
    }
    CHECK(w.drifted() == 0);
}
