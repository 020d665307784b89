// Polls at their edges: the moment they end, many voters at once, options that are no options.
#include "domains/posts/posts_test.hpp"
#include "testing/at_once.hpp"

using namespace grover;
using namespace grover::posts;
using namespace grover::posts::test;

using testing::at_once;

TEST_CASE("votes at the moment of the end: each counts or is refused, none counts after it") {
    World w;
    const auto ada = w.user("ada");
    std::vector<Caller> voters;
    for (int i = 0; i < 10; ++i) voters.push_back(w.user("voter" + std::to_string(i)));
    for (int round = 0; round < 5; ++round) {
        const auto id = w.poll(ada);
        w.clock.advance(std::chrono::hours{24} - std::chrono::microseconds{5});
        std::atomic<int> counted{0}, late{0};
        at_once(10, [&](int i) {
            w.clock.advance(std::chrono::microseconds{1});
            try {
                w.posts.vote(voters[static_cast<std::size_t>(i)], {.post_id = id, .option_index = i % 2});
                ++counted;
            } catch (const Error& error) {
                CHECK(error.detail == "Poll has expired");
                ++late;
            }
        });
        CHECK(counted + late == 10);
        CHECK(late > 0);
        const auto of_poll = "post_id = '" + id.str() + "'";
        CHECK(w.number("SELECT count(*) FROM poll_votes WHERE " + of_poll) == counted);
        CHECK(w.number("SELECT sum(votes) FROM poll_counts WHERE " + of_poll) == counted);
        CHECK(w.number("SELECT count(*) FROM poll_votes v JOIN polls p ON p.post_id = v.post_id WHERE "
                       "v.created_at >= p.expires_at") == 0);
        CHECK(w.get(ada, id).flag("poll_closed"));
    }
}

TEST_CASE("ten votes of one user at once are one vote, and no option is ever below zero") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.poll(ada, {"a", "b", "c"});
    at_once(10, [&](int i) { w.posts.vote(bob, {.post_id = id, .option_index = i % 3}); });
    CHECK(w.rows("poll_votes") == 1);
    CHECK(w.number("SELECT sum(votes) FROM poll_counts") == 1);
    CHECK(w.number("SELECT min(votes) FROM poll_counts") == 0);
}

TEST_CASE("a vote can be taken back until the poll ends, and its author can end it") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.poll(ada);
    w.posts.vote(bob, {.post_id = id, .option_index = 1});
    const Json answer(w.posts.withdraw_vote(bob, id).json);
    CHECK(answer.number("total_votes") == 0);
    CHECK_FALSE(answer.flag("user_voted"));
    CHECK(answer.is_null("user_vote_index"));
    CHECK(answer.is_null("poll_user_vote"));
    CHECK(answer.text("message") == "Vote withdrawn");
    w.posts.withdraw_vote(bob, id);
    CHECK(w.number("SELECT sum(votes) FROM poll_counts") == 0);
    CHECK(w.rows("poll_votes") == 0);

    w.posts.vote(bob, {.post_id = id, .option_index = 0});
    refuses(ErrorKind::not_authorized, "", [&] { w.posts.close_poll(bob, id); });
    CHECK(w.posts.close_poll(ada, id).is_expired);
    CHECK(w.posts.close_poll(ada, id).total_votes == 1);
    refuses(ErrorKind::validation_error, "Poll has expired", [&] { w.posts.withdraw_vote(bob, id); });
    CHECK(w.get(bob, id).flag("poll_closed"));
    CHECK(w.rows("poll_votes") == 1);
    refuses(ErrorKind::not_found, "Poll not found", [&] { w.posts.close_poll(ada, w.post(ada)); });
    refuses(ErrorKind::validation_error, "Post does not have a poll",
            [&] { w.posts.withdraw_vote(bob, w.post(ada)); });
}

TEST_CASE("a poll of one or of a thousand options is refused, and nothing is stored or queued") {
    World w;
    const auto ada = w.user("ada");
    for (const std::size_t count : {1, 11, 1'000}) {
        std::vector<std::string> options;
        for (std::size_t i = 0; i < count; ++i) options.push_back("option " + std::to_string(i));
        refuses(ErrorKind::invalid_input, "", [&] { w.poll(ada, options); });
    }
    CHECK(w.rows("polls") == 0);
    CHECK(w.rows("posts") == 0);
    CHECK(w.rows("jobs") == 0);
}
