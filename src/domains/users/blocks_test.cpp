#include "domains/users/users_test.hpp"

using namespace grover;
using namespace grover::users;
using namespace std::chrono_literals;

TEST_CASE("a block cuts follows and requests both ways with their counters, in one step") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.private_user("eve");
    w.follow(ada, bob);
    w.follow(bob, ada);
    w.follow(ada, eve);
    w.forget_effects();

    CHECK(w.block(ada, bob).message == "User blocked");
    CHECK(w.counts(ada) == "0 0 = 0 0");
    CHECK(w.counts(bob) == "0 0 = 0 0");
    CHECK(w.effects() == "user.unfollowed\nuser.unfollowed\nuser.blocked");

    CHECK(w.block(eve, ada).blocked);
    CHECK(w.rows("follow_requests") == 0);
}

TEST_CASE("who is blocked finds nobody; who blocked sees the name alone") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.parts().profiles.update(bob, {.bio = "a secret life", .website = "example.com"});
    w.profile(bob, ada);
    w.profile(ada, bob);
    w.block(ada, bob);

    CHECK(refusal([&] { w.profile(bob, ada); }) == "404 User not found");
    CHECK(refusal([&] { w.parts().profiles.get_by_username(bob, "ada"); }) == "404 User not found");
    CHECK(refusal([&] { w.parts().profiles.stats(bob, ada.id); }) == "404 User not found");
    const auto seen = w.profile(ada, bob);
    CHECK(has(seen, R"("name":"Bob","username":"bob")"));
    CHECK(has(seen, R"("is_blocked":true)"));
    CHECK(has(seen, R"("website":null)"));
    CHECK(has(seen, R"("created_at":null)"));
    CHECK_FALSE(has(seen, "secret"));
    CHECK(w.sight(bob, ada) == Sight::nothing);
    CHECK(w.sight(ada, bob) == Sight::blocked);
    CHECK(w.parts().profiles.stats(ada, bob.id).posts_count == 0);
}

TEST_CASE("blocking is idempotent, can be answered with a block, and unblocking restores nothing") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.follow(bob, ada);
    w.block(ada, bob);
    w.forget_effects();
    CHECK(w.block(ada, bob).blocked);
    CHECK(w.effects().empty());
    CHECK(w.block(bob, ada).blocked);
    CHECK(w.rows("blocks") == 2);

    CHECK(w.parts().blocks.unblock(ada, bob.id).message == "User unblocked");
    CHECK_FALSE(w.parts().blocks.unblock(ada, bob.id).blocked);
    CHECK(w.rows("follows") == 0);
    CHECK(w.sight(bob, ada) == Sight::blocked);
    CHECK(w.sight(ada, bob) == Sight::nothing);
}

TEST_CASE("refused blocks write nothing") {
    World w;
    const auto ada = w.user("ada");
    w.forget_effects();
    CHECK(refusal([&] { w.block(ada, ada); }) == "400 Cannot block yourself");
    CHECK(refusal([&] { w.parts().blocks.block(ada, UserId("user_nobody")); }) == "404 User not found");
    CHECK(w.rows("blocks") == 0);
    CHECK(w.rows("daily_actions") == 0);
    CHECK(w.effects().empty());
}

TEST_CASE("101 blocks in a day are too many") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    for (int i = 0; i < 100; ++i) {
        w.block(ada, bob);
        w.parts().blocks.unblock(ada, bob.id);
    }
    CHECK(refusal([&] { w.block(ada, bob); }) == "429 Daily block limit reached");
    CHECK(w.rows("blocks") == 0);
    w.clock.advance(24h + 1s);
    CHECK(w.block(ada, bob).blocked);
}

TEST_CASE("a mute shows to the muter alone, by scope, and ends at its time") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto relations = [&] {
        return w.db().read([&](db::Read& tx) { return w.users().relations(tx, ada.id); });
    };
    const auto notices = [&] {
        return w.db().read([&](db::Read& tx) { return w.users().mutes_notifications(tx, ada.id, bob.id); });
    };

    CHECK(w.parts()
              .blocks.mute(ada, {.user_id = bob.id, .scope = MuteScope::posts, .until = w.clock.now() + 1h})
              .muted);
    CHECK(relations()->mutes_posts_of(bob.id));
    CHECK_FALSE(notices());
    CHECK(has(w.profile(ada, bob), R"("is_muted":true)"));
    CHECK(has(w.profile(bob, ada), R"("is_muted":false)"));

    w.clock.advance(1h);
    CHECK_FALSE(relations()->mutes_posts_of(bob.id));
    CHECK(has(w.profile(ada, bob), R"("is_muted":false)"));

    CHECK(w.parts().blocks.mute(ada, {.user_id = bob.id}).message == "User muted");
    CHECK(relations()->mutes_posts_of(bob.id));
    CHECK(notices());
    CHECK(w.rows("mutes") == 1);
}

TEST_CASE("unmuting one scope of a mute of everything leaves the others") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.parts().blocks.mute(ada, {.user_id = bob.id});
    w.parts().blocks.mute(ada, {.user_id = bob.id, .scope = MuteScope::stories});
    CHECK(w.query("SELECT scope FROM mutes") == "all");

    CHECK(w.parts().blocks.unmute(ada, {.user_id = bob.id, .scope = MuteScope::posts}).message ==
          "User unmuted");
    CHECK(w.query("SELECT scope FROM mutes ORDER BY scope") == "notifications\nstories");
    CHECK_FALSE(w.parts().blocks.unmute(ada, {.user_id = bob.id}).muted);
    CHECK(w.rows("mutes") == 0);
    CHECK_FALSE(w.parts().blocks.unmute(ada, {.user_id = bob.id}).muted);
}

TEST_CASE("refused mutes write nothing") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    CHECK(refusal([&] { w.parts().blocks.mute(ada, {.user_id = ada.id}); }) == "400 Cannot mute yourself");
    CHECK(refusal([&] { w.parts().blocks.mute(ada, {.user_id = UserId("user_nobody")}); }) ==
          "404 User not found");
    CHECK(refusal([&] {
              w.parts().blocks.mute(ada, {.user_id = bob.id, .until = w.clock.now()});
          }).starts_with("422 "));
    w.block(bob, ada);
    CHECK(refusal([&] { w.parts().blocks.mute(ada, {.user_id = bob.id}); }) == "404 User not found");
    CHECK(w.rows("mutes") == 0);
}

TEST_CASE("a report is taken once while it is open, and the reported user hears nothing") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.forget_effects();
    const auto first =
        w.parts().blocks.report(ada, {.user_id = bob.id, .reason = ReportReason::spam, .details = "look"});
    CHECK(first.report_id.starts_with("report_"));
    CHECK(first.message == "Report received");
    CHECK(w.parts().blocks.report(ada, {.user_id = bob.id, .reason = ReportReason::hate}).report_id ==
          first.report_id);
    CHECK(w.parts().blocks.report(eve, {.user_id = bob.id, .reason = ReportReason::hate}).report_id !=
          first.report_id);
    CHECK(w.rows("reports") == 2);
    CHECK(w.effects().empty());

    CHECK(refusal([&] { w.parts().blocks.report(ada, {.user_id = ada.id}); }) ==
          "400 Cannot report yourself");
    CHECK(refusal([&] { w.parts().blocks.report(ada, {.user_id = UserId("user_nobody")}); }) ==
          "404 User not found");
    CHECK(w.rows("reports") == 2);
}

TEST_CASE("among a hundred people each is what the viewer made of them, in every list and in none") {
    World w;
    const auto ada = w.user("ada");
    std::vector<Caller> people;
    for (int i = 0; i < 100; ++i) people.push_back(w.user("person" + std::to_string(i)));
    for (int i = 0; i < 100; ++i) {
        const auto& one = people[static_cast<std::size_t>(i)];
        if (i % 4 == 0) w.block(ada, one);
        if (i % 4 == 1) w.block(one, ada);
        if (i % 4 == 2) w.parts().blocks.mute(ada, {.user_id = one.id});
    }
    const auto relations = w.db().read([&](db::Read& tx) { return w.users().relations(tx, ada.id); });
    for (int i = 0; i < 100; ++i) {
        INFO(i);
        const auto& id = people[static_cast<std::size_t>(i)].id;
        CHECK(relations->has_blocked(id) == (i % 4 == 0));
        CHECK(relations->is_blocked_by(id) == (i % 4 == 1));
        CHECK(relations->is_cut_off_from(id) == (i % 4 < 2));
        CHECK(relations->mutes_posts_of(id) == (i % 4 == 2));
    }
    // An imported id may be a single character.
    CHECK_FALSE(relations->is_cut_off_from(UserId("x")));
}
