#include "domains/users/users_test.hpp"

using namespace grover;
using namespace grover::users;
using namespace std::chrono_literals;

TEST_CASE("following a public account makes an edge, and both counters and both profiles know it at once") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.profile(bob, ada);  // in memory before the change
    w.forget_effects();

    const auto answer = w.toggle(bob, ada);
    CHECK(answer.message == "Followed");
    CHECK(answer.following);
    CHECK_FALSE(answer.requested);
    CHECK(answer.followers_count == 1);
    CHECK(w.counts(ada) == "1 0 = 1 0");
    CHECK(w.counts(bob) == "0 1 = 0 1");
    CHECK(has(w.profile(bob, ada), R"("followers_count":1,"follower_count":1,)"));
    CHECK(has(w.profile(bob, ada), R"("is_following":true,"follows_you":false,)"));
    CHECK(has(w.profile(ada, bob), R"("is_following":false,"follows_you":true,)"));
    CHECK(w.me(bob).following_count == 1);
    CHECK(w.effects() == "user.followed");
    CHECK(has(w.payload("user.followed"), R"("notifies":true)"));
}

TEST_CASE("toggling again unfollows") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.toggle(bob, ada);
    w.forget_effects();

    const auto answer = w.toggle(bob, ada);
    CHECK(answer.message == "Unfollowed");
    CHECK_FALSE(answer.following);
    CHECK(answer.followers_count == 0);
    CHECK(w.counts(ada) == "0 0 = 0 0");
    CHECK(w.effects() == "user.unfollowed");
    CHECK(has(w.profile(bob, ada), R"("is_following":false)"));
}

TEST_CASE("a private account is asked, and asking again withdraws") {
    World w;
    const auto ada = w.private_user("ada"), bob = w.user("bob");
    w.forget_effects();

    auto answer = w.toggle(bob, ada);
    CHECK(answer.message == "Follow request sent");
    CHECK_FALSE(answer.following);
    CHECK(answer.requested);
    CHECK(answer.followers_count == 0);
    CHECK(w.rows("follows") == 0);
    CHECK(has(w.profile(bob, ada), R"("follow_requested":true)"));
    CHECK(w.effects() == "user.follow_requested");

    answer = w.toggle(bob, ada);
    CHECK(answer.message == "Follow request cancelled");
    CHECK_FALSE(answer.requested);
    CHECK(w.rows("follow_requests") == 0);
    CHECK(has(w.profile(bob, ada), R"("follow_requested":false)"));
}

TEST_CASE("setting and clearing do not toggle") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.private_user("eve");
    w.parts().follows.set(bob, ada.id);
    w.forget_effects();
    CHECK(w.parts().follows.set(bob, ada.id).message == "Followed");
    CHECK(w.effects().empty());
    CHECK(w.parts().follows.clear(bob, ada.id).message == "Unfollowed");
    w.forget_effects();
    CHECK(w.parts().follows.clear(bob, ada.id).message == "Unfollowed");
    CHECK(w.effects().empty());
    CHECK(w.counts(ada) == "0 0 = 0 0");

    CHECK(w.parts().follows.set(bob, eve.id).requested);
    CHECK(w.parts().follows.set(bob, eve.id).message == "Follow request sent");
    CHECK(w.rows("follow_requests") == 1);
    CHECK(w.parts().follows.clear(bob, eve.id).message == "Follow request cancelled");
    CHECK(w.rows("follow_requests") == 0);
}

TEST_CASE("nobody follows oneself, a stranger to the server, or somebody who is hidden") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.db().write([&](db::Write& tx) { w.users().suspend(tx, ada.id); });
    w.forget_effects();

    CHECK(refusal([&] { w.toggle(bob, bob); }) == "400 Cannot follow yourself");
    CHECK(refusal([&] { w.parts().follows.toggle(bob, UserId("user_nobody")); }) == "404 User not found");
    CHECK(refusal([&] { w.parts().follows.toggle(bob, UserId("deleted")); }) == "404 User not found");
    CHECK(refusal([&] { w.toggle(bob, ada); }) == "404 User not found");
    CHECK(refusal([&] { w.follow(bob, ada); }) == "404 User not found");
    CHECK(w.rows("follows") == 0);
    CHECK(w.rows("daily_actions") == 0);
    CHECK(w.effects().empty());
}

TEST_CASE("a block forbids following in both directions, each side with its own sentence") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.block(ada, bob);
    w.forget_effects();
    CHECK(refusal([&] { w.toggle(bob, ada); }) == "404 User not found");
    CHECK(refusal([&] { w.toggle(ada, bob); }) == "403 You have blocked this user");
    CHECK(w.rows("follows") == 0);
    CHECK(w.rows("follow_requests") == 0);
    CHECK(w.effects().empty());
}

TEST_CASE("follow and unfollow in a cycle tells the target once in 24 hours") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.forget_effects();
    for (int i = 0; i < 6; ++i) w.toggle(bob, ada);
    w.parts().profiles.update_privacy(ada, {.is_private = true});
    w.toggle(bob, ada);
    const auto told = [&] {
        return w.query("SELECT count(*) FROM " + testing::events_table() +
                       " WHERE payload LIKE '%\"notifies\":true%'");
    };
    CHECK(told() == "1");

    w.clock.advance(24h + 1s);
    w.toggle(bob, ada);
    w.toggle(bob, ada);
    CHECK(told() == "2");
}

TEST_CASE("a target who muted the follower, or wants no such notices, is not told") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), sam = w.user("sam");
    w.parts().blocks.mute(ada, {.user_id = bob.id, .scope = MuteScope::notifications});
    w.parts().blocks.mute(ada, {.user_id = sam.id, .scope = MuteScope::posts});
    w.forget_effects();
    w.toggle(bob, ada);
    CHECK(has(w.payload("user.followed"), R"("notifies":false)"));
    w.forget_effects();
    w.toggle(sam, ada);
    CHECK(has(w.payload("user.followed"), R"("notifies":true)"));

    w.parts().notifications.update(ada, {.notify_followers = false});
    w.forget_effects();
    w.toggle(eve, ada);
    CHECK(has(w.payload("user.followed"), R"("notifies":false)"));
}

TEST_CASE("201 new follows in a day are too many; unfollowing is free; the window rolls") {
    World w;
    const auto bob = w.user("bob"), ada = w.user("ada"), eve = w.user("eve");
    for (int i = 0; i < 200; ++i) {
        w.clock.advance(1min);
        w.follow(bob, ada);
        w.parts().follows.clear(bob, ada.id);
    }
    w.forget_effects();
    CHECK(refusal([&] { w.follow(bob, eve); }) == "429 Daily follow limit reached");
    CHECK(w.rows("follows") == 0);
    CHECK(w.effects().empty());
    try {
        w.toggle(bob, eve);
        FAIL("no limit");
    } catch (const Error& error) {
        // The first of them was 199 minutes before the last.
        CHECK(error.retry_after == 24h - 199min);
    }
    w.clock.advance(24h - 199min);
    CHECK(w.follow(bob, eve).following);
    CHECK(refusal([&] { w.follow(bob, ada); }) == "429 Daily follow limit reached");
}

TEST_CASE("an accepted request becomes an edge and the requester is told; a declined one leaves nothing") {
    World w;
    const auto ada = w.private_user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.follow(bob, ada);
    w.follow(eve, ada);
    CHECK(w.sight(bob, ada) == Sight::private_account);
    w.forget_effects();

    CHECK(w.parts().follows.accept(ada, bob.id).message == "Request accepted");
    CHECK(w.counts(ada) == "1 0 = 1 0");
    CHECK(w.effects() == "user.followed\nuser.follow_accepted");
    CHECK(has(w.payload("user.followed"), R"("notifies":false)"));
    CHECK(w.sight(bob, ada) == Sight::everything);

    w.forget_effects();
    CHECK(w.parts().follows.decline(ada, eve.id).message == "Request declined");
    CHECK(w.effects() == "user.follow_request_ended");
    CHECK(w.counts(ada) == "1 0 = 1 0");

    w.forget_effects();
    CHECK(refusal([&] { w.parts().follows.accept(ada, eve.id); }) == "404 Request not found");
    CHECK(refusal([&] { w.parts().follows.decline(ada, bob.id); }) == "404 Request not found");
    CHECK(refusal([&] { w.parts().follows.accept(ada, UserId("user_nobody")); }) == "404 Request not found");
    CHECK(w.effects().empty());
}

TEST_CASE("nobody accepts a request that was made to somebody else") {
    World w;
    const auto ada = w.private_user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.follow(bob, ada);
    CHECK(refusal([&] { w.parts().follows.accept(eve, bob.id); }) == "404 Request not found");
    CHECK(refusal([&] { w.parts().follows.accept(bob, bob.id); }) == "404 Request not found");
    CHECK(w.rows("follows") == 0);
    CHECK(w.rows("follow_requests") == 1);
}

TEST_CASE("all requests can be accepted at once") {
    World w;
    const auto ada = w.private_user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.follow(bob, ada);
    w.follow(eve, ada);
    const auto answer = w.parts().follows.accept_all(ada);
    CHECK(answer.message == "Requests accepted");
    CHECK(answer.accepted == 2);
    CHECK(w.counts(ada) == "2 0 = 2 0");
    CHECK(w.counts(bob) == "0 1 = 0 1");
    CHECK(w.parts().follows.accept_all(ada).accepted == 0);
}

TEST_CASE("a removed follower is gone silently, and removing again changes nothing") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.follow(bob, ada);
    CHECK(w.parts().follows.remove_follower(ada, bob.id).followers_count == 0);
    CHECK(w.counts(bob) == "0 0 = 0 0");
    w.forget_effects();
    const auto answer = w.parts().follows.remove_follower(ada, bob.id);
    CHECK(answer.message == "Follower removed");
    CHECK(answer.followers_count == 0);
    CHECK(w.effects().empty());
    CHECK(refusal([&] { w.parts().follows.remove_follower(ada, UserId("user_nobody")); }) ==
          "404 User not found");
}

TEST_CASE("who follows many is known to follow each of them, and nobody else") {
    World w;
    const auto ada = w.user("ada");
    std::vector<Caller> others;
    for (int i = 0; i < 200; ++i) others.push_back(w.user("other" + std::to_string(i)));
    const auto followed = [&] {
        return w.db().read([&](db::Read& tx) {
            const auto relations = w.users().relations(tx, ada.id);
            std::size_t count = 0;
            for (std::size_t i = 0; i < others.size(); ++i) {
                const bool follows = relations->follows(others[i].id);
                CHECK(follows == (std::ranges::find(relations->following(), others[i].id) !=
                                  relations->following().end()));
                count += follows;
            }
            CHECK_FALSE(relations->follows(ada.id));
            CHECK(relations->following().size() == count);
            return count;
        });
    };
    CHECK(followed() == 0);
    w.follow(ada, others[7]);
    CHECK(followed() == 1);
    for (std::size_t i = 0; i < others.size(); i += 2) w.follow(ada, others[i]);
    CHECK(followed() == 101);
    w.toggle(ada, others[7]);
    CHECK(followed() == 100);
}
