#include <latch>
#include <thread>

#include "domains/users/users_test.hpp"

using namespace grover;
using namespace grover::users;

namespace {

// Runs f(0) ... f(n - 1), each on a thread of its own, all starting together.
template <class F>
void at_once(int n, F f) {
    std::latch start(n);
    std::vector<std::thread> threads;
    for (int i = 0; i < n; ++i) {
        threads.emplace_back([&, i] {
            start.arrive_and_wait();
            f(i);
        });
    }
    for (auto& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("100 follow toggles of one pair at once leave no edge, exact counters and one notice") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.forget_effects();
    at_once(100, [&](int) { w.toggle(bob, ada); });
    CHECK(w.counts(ada) == "0 0 = 0 0");
    CHECK(w.counts(bob) == "0 0 = 0 0");
    CHECK(w.query("SELECT count(*) FROM " + testing::events_table() + " WHERE name = 'user.followed'") ==
          "50");
    CHECK(w.query("SELECT count(*) FROM " + testing::events_table() +
                  " WHERE payload LIKE '%\"notifies\":true%'") == "1");
}

TEST_CASE("101 toggles leave one edge") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    at_once(101, [&](int) { w.toggle(bob, ada); });
    CHECK(w.counts(ada) == "1 0 = 1 0");
    CHECK(w.counts(bob) == "0 1 = 0 1");
}

TEST_CASE("100 people following one at once are counted exactly, and every later reader sees it") {
    World w;
    const auto ada = w.user("ada");
    std::vector<Caller> fans;
    for (int i = 0; i < 100; ++i) fans.push_back(w.user("fan" + std::to_string(i)));
    at_once(100, [&](int i) {
        const auto& fan = fans[static_cast<std::size_t>(i)];
        w.profile(fan, ada);
        CHECK(w.parts().follows.set(fan, ada.id).following);
        // The own write shows at once, on this thread's copies too.
        CHECK(has(w.profile(fan, ada), R"("is_following":true)"));
        CHECK(w.me(fan).following_count == 1);
    });
    CHECK(w.counts(ada) == "100 0 = 100 0");
    CHECK(has(w.profile(fans[0], ada), R"("followers_count":100)"));
}

TEST_CASE("setting the same follow a hundred times at once makes one edge and one notice") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.forget_effects();
    at_once(100, [&](int) { CHECK(w.parts().follows.set(bob, ada.id).following); });
    CHECK(w.counts(ada) == "1 0 = 1 0");
    CHECK(w.effects() == "user.followed");
    CHECK(w.rows("daily_actions") == 1);
}

TEST_CASE("the daily limit holds when its last place is fought for") {
    World w;
    const auto bob = w.user("bob"), ada = w.user("ada");
    for (int i = 0; i < 199; ++i) {
        w.follow(bob, ada);
        w.parts().follows.clear(bob, ada.id);
    }
    std::vector<Caller> others;
    for (int i = 0; i < 10; ++i) others.push_back(w.user("other" + std::to_string(i)));
    std::atomic<int> followed = 0, refused = 0;
    at_once(10, [&](int i) {
        const auto result = refusal([&] { w.follow(bob, others[static_cast<std::size_t>(i)]); });
        ++(result.empty() ? followed : refused);
    });
    CHECK(followed == 1);
    CHECK(refused == 9);
    CHECK(w.counts(bob) == "0 1 = 0 1");
}

TEST_CASE("two who follow each other at once both succeed") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    for (int round = 0; round < 20; ++round) {
        at_once(2, [&](int i) { i == 0 ? w.toggle(ada, bob) : w.toggle(bob, ada); });
        CHECK(w.counts(ada) == (round % 2 == 0 ? "1 1 = 1 1" : "0 0 = 0 0"));
        CHECK(w.counts(bob) == (round % 2 == 0 ? "1 1 = 1 1" : "0 0 = 0 0"));
    }
}

TEST_CASE("blocking each other while following each other leaves blocks and no edge") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    for (int round = 0; round < 20; ++round) {
        at_once(4, [&](int i) {
            const auto& [from, to] = i % 2 == 0 ? std::tie(ada, bob) : std::tie(bob, ada);
            if (i < 2) {
                refusal([&] { w.follow(from, to); });
            } else {
                w.block(from, to);
            }
        });
        CHECK(w.rows("blocks") == 2);
        CHECK(w.rows("follows") == 0);
        CHECK(w.counts(ada) == "0 0 = 0 0");
        CHECK(w.counts(bob) == "0 0 = 0 0");
        w.parts().blocks.unblock(ada, bob.id);
        w.parts().blocks.unblock(bob, ada.id);
    }
}

TEST_CASE("accepting, withdrawing and going public at once count each edge once") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    for (int round = 0; round < 20; ++round) {
        w.parts().profiles.update_privacy(ada, {.is_private = true});
        w.follow(bob, ada);
        at_once(3, [&](int i) {
            if (i == 0) refusal([&] { w.parts().follows.accept(ada, bob.id); });
            if (i == 1) w.parts().follows.clear(bob, ada.id);
            if (i == 2) w.parts().profiles.update(ada, {.is_private = false});
        });
        CHECK(w.rows("follow_requests") == 0);
        const auto edges = w.rows("follows");
        CHECK(w.counts(ada) == (edges == 1 ? "1 0 = 1 0" : "0 0 = 0 0"));
        w.parts().follows.clear(bob, ada.id);
    }
}

TEST_CASE("ten sign-ups with one address make one account; ten with one username too") {
    World w;
    std::atomic<int> made = 0;
    at_once(10, [&](int) {
        try {
            w.db().write(
                [&](db::Write& tx) { w.users().create(tx, {.email = "ada@example.com", .name = "Ada"}); });
            ++made;
        } catch (const db::AlreadyExists&) {
        }
    });
    CHECK(made == 1);
    made = 0;
    at_once(10, [&](int i) {
        const NewAccount account{
            .email = std::to_string(i) + "@example.com", .name = "Bob", .username = "bob"};
        const auto result =
            refusal([&] { w.db().write([&](db::Write& tx) { w.users().create(tx, account); }); });
        if (result.empty())
            ++made;
        else
            CHECK(result == "409 Username already taken");
    });
    CHECK(made == 1);
    CHECK(w.rows("users") == 2);
    CHECK(w.rows("user_counts") == 2);
}

TEST_CASE("two users who take one username at once: one gets it") {
    World w;
    std::vector<Caller> users;
    for (int i = 0; i < 8; ++i) users.push_back(w.user("user" + std::to_string(i)));
    std::atomic<int> taken = 0;
    at_once(8, [&](int i) {
        const auto result = refusal(
            [&] { w.parts().profiles.update(users[static_cast<std::size_t>(i)], {.username = "star"}); });
        if (result.empty())
            ++taken;
        else
            CHECK(result == "409 Username already taken");
    });
    CHECK(taken == 1);
    CHECK(w.query("SELECT count(*) FROM users WHERE username = 'star'") == "1");
}

TEST_CASE("updates of different settings at once all stay") {
    World w;
    const auto ada = w.user("ada");
    at_once(6, [&](int i) {
        NotificationSettingsUpdate change;
        if (i == 0) change.notify_likes = false;
        if (i == 1) change.notify_comments = false;
        if (i == 2) change.timezone = "Europe/Lisbon";
        if (i == 3) change.push_enabled = false;
        if (i < 4) w.parts().notifications.update(ada, change);
        if (i == 4) w.parts().profiles.update(ada, {.bio = "one"});
        if (i == 5) w.parts().profiles.update(ada, {.website = "example.com"});
    });
    const auto settings = w.parts().notifications.get(ada);
    CHECK_FALSE(settings.notify_likes);
    CHECK_FALSE(settings.notify_comments);
    CHECK_FALSE(settings.push_enabled);
    CHECK(settings.timezone == "Europe/Lisbon");
    CHECK(w.me(ada).bio == "one");
    CHECK(w.me(ada).website == "https://example.com");
}
