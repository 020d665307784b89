#include <fstream>
#include <map>

#include "domains/users/users_test.hpp"

using namespace grover;
using namespace grover::users;
using namespace std::chrono_literals;

namespace {

UserDelete deletion(const char* confirm) { return {.confirm = confirm, .current_password = "secret"}; }

}  // namespace

TEST_CASE("a deactivated account is hidden like a deleted one until the next sign-in") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.follow(bob, ada);
    w.forget_effects();
    CHECK(refusal([&] { w.parts().leaving.deactivate(ada, {.current_password = "wrong"}); }) ==
          "400 Current password is incorrect");
    CHECK(w.guard.ended.empty());
    CHECK(w.effects().empty());

    CHECK(w.parts().leaving.deactivate(ada, {.current_password = "secret"}).message == "Account deactivated");
    CHECK(w.guard.ended.size() == 1);
    CHECK(w.effects() == "user.account_hidden");
    CHECK(refusal([&] { w.profile(bob, ada); }) == "404 User not found");
    CHECK(w.parts().lists.following(bob, {.user_id = bob.id}).page.items.empty());

    w.db().write([&](db::Write& tx) { w.users().reactivate(tx, ada.id); });
    CHECK(has(w.profile(bob, ada), R"("followers_count":1)"));
    CHECK(w.effects() == "user.account_hidden\nuser.account_shown");
}

TEST_CASE("deletion needs the own username, the password, and nothing left open") {
    struct Payout final : LeavingObstacle {
        std::string open_matter(db::Read&, const UserId&) override { return "payout_1"; }
    } payout;
    World w;
    const auto ada = w.user("ada");
    w.forget_effects();
    CHECK(refusal([&] { w.parts().leaving.schedule(ada, deletion("bob")); }) ==
          "400 Confirmation does not match");
    CHECK(refusal([&] { w.parts().leaving.schedule(ada, {.confirm = "ada"}); }) ==
          "400 Current password is incorrect");
    auto plugs = w.plugs();
    plugs.obstacles = {&payout};
    w.users().plug(plugs);
    CHECK(refusal([&] { w.parts().leaving.schedule(ada, deletion("ada")); }) ==
          "409 Pending payout or open dispute: payout_1");
    CHECK(w.me(ada).deletion_scheduled_at == std::nullopt);
    CHECK(w.effects().empty());
    CHECK(w.guard.ended.empty());
}

TEST_CASE("a scheduled account is gone at once, can be restored for 30 days, and not twice") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.follow(bob, ada);
    w.forget_effects();
    const auto answer = w.parts().leaving.schedule(ada, deletion("ada"));
    CHECK(answer.message == "Account scheduled for deletion");
    CHECK(answer.deletion_scheduled_at == w.clock.now() + 30 * 24h);
    CHECK(w.effects() == "user.account_hidden\nusers.erase_account");
    CHECK(has(w.payload("user.account_hidden"), R"("leaving":true)"));
    CHECK(w.guard.ended.size() == 1);
    CHECK(refusal([&] { w.profile(bob, ada); }) == "404 User not found");
    CHECK(refusal([&] { w.parts().leaving.schedule(ada, deletion("ada")); }) ==
          "409 Account is already scheduled for deletion");
    const auto state = w.db().read([&](db::Read& tx) { return *w.users().cached_account(tx, ada.id); });
    CHECK(state.leaving());
    CHECK(state.deletion_scheduled_at == answer.deletion_scheduled_at);

    w.clock.advance(29 * 24h);
    const auto restored = w.parts().leaving.restore(ada);
    CHECK(restored.message == "Account restored");
    CHECK(restored.user.deletion_scheduled_at == std::nullopt);
    CHECK(restored.user.followers_count == 1);
    CHECK(refusal([&] { w.parts().leaving.restore(ada); }) == "409 Account is not scheduled for deletion");

    // The job of the cancelled deletion finds nothing to do.
    w.clock.advance(2 * 24h);
    w.users().run(EraseAccount{ada.id});
    CHECK(has(w.profile(bob, ada), R"("username":"ada")"));
}

TEST_CASE("after the 30 days nothing can be restored") {
    World w;
    const auto ada = w.user("ada");
    w.parts().leaving.schedule(ada, deletion("ada"));
    w.clock.advance(30 * 24h);
    CHECK(refusal([&] { w.parts().leaving.restore(ada); }) == "409 Account is not scheduled for deletion");
}

TEST_CASE("erasing takes every row of the user, corrects the counters of others, and can be resumed") {
    struct Posts final : AccountEraser {
        std::string_view name() const override { return "posts"; }
        bool erase_some(db::Write&, const UserId&, int) override {
            if (++calls == 2) throw database_error("the power went");
            return calls > 3;
        }
        int calls = 0;
    } posts;
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), sam = w.private_user("sam");
    auto plugs = w.plugs();
    plugs.erasers = {&posts};
    w.users().plug(plugs);
    w.follow(ada, bob);
    w.follow(bob, ada);
    w.follow(eve, ada);
    w.follow(ada, sam);
    w.follow(bob, eve);
    w.block(sam, ada);
    w.block(ada, w.user("tim"));
    w.parts().blocks.mute(bob, {.user_id = ada.id});
    w.parts().blocks.mute(ada, {.user_id = bob.id});
    w.parts().blocks.report(bob, {.user_id = ada.id});
    w.parts().blocks.report(ada, {.user_id = eve.id});
    PictureUpload upload;
    upload.profile_picture.emplace();
    w.parts().profiles.set_picture(ada, upload);
    w.parts().leaving.schedule(ada, deletion("ada"));

    w.users().run(EraseAccount{ada.id});
    CHECK(w.query("SELECT count(*) FROM users WHERE username = 'ada'") == "1");  // not due yet

    w.clock.advance(30 * 24h);
    w.forget_effects();
    CHECK(refusal([&] { w.users().run(EraseAccount{ada.id}); }) == "500 Internal server error");
    CHECK(w.query("SELECT count(*) FROM users WHERE username = 'ada'") == "1");
    w.users().run(EraseAccount{ada.id});
    CHECK(posts.calls == 4);

    const auto id = "'" + ada.id.str() + "'";
    CHECK(w.query("SELECT count(*) FROM users WHERE user_id = " + id) == "0");
    for (const char* table : {"user_counts", "notification_settings", "privacy_settings", "exports"}) {
        CHECK(w.query("SELECT count(*) FROM " + std::string(table) + " WHERE user_id = " + id) == "0");
    }
    CHECK(w.rows("follow_requests") == 0);
    CHECK(w.rows("mutes") == 0);
    CHECK(w.rows("blocks") == 0);
    CHECK(w.query("SELECT count(*) FROM daily_actions WHERE actor_id = " + id) == "0");
    CHECK(w.query("SELECT reporter_id, target_id FROM reports") == "null|" + eve.id.str());
    CHECK(w.counts(bob) == "0 1 = 0 1");
    CHECK(w.counts(eve) == "1 0 = 1 0");
    CHECK(w.pictures.kept.empty());
    CHECK(has(w.effects(), "user.account_deleted"));

    CHECK(refusal([&] { w.profile(bob, ada); }) == "404 User not found");
    const auto card = w.db().read([&](db::Read& tx) { return w.users().card(tx, ada.id, kBase); });
    CHECK(
        card->json ==
        R"({"user_id":"deleted","name":"Deleted user","username":"deleted","picture":null,"profile_picture":null,"is_premium":false,"is_private":false})");
    w.users().run(EraseAccount{ada.id});  // once more changes nothing
    CHECK(w.rows("users") == 4);
}

TEST_CASE("address and username of an erased account are free after 30 more days") {
    World w;
    const auto ada = w.user("ada");
    w.parts().leaving.schedule(ada, deletion("ada"));
    w.clock.advance(30 * 24h);
    w.users().run(EraseAccount{ada.id});
    const auto bob = w.user("bob");
    CHECK_THROWS_AS(w.user("ada"), db::AlreadyExists);
    CHECK(refusal([&] { w.parts().profiles.update(bob, {.username = "ada"}); }) ==
          "409 Username already taken");
    w.clock.advance(30 * 24h);
    w.users().sweep();
    CHECK(w.rows("former_usernames") == 0);
    CHECK(w.rows("former_emails") == 0);
    CHECK(w.user("ada").id != ada.id);
}

TEST_CASE("a deletion whose job was lost is ordered again") {
    World w;
    const auto ada = w.user("ada");
    w.parts().leaving.schedule(ada, deletion("ada"));
    w.forget_effects();
    w.users().sweep();
    CHECK(w.effects().empty());
    w.clock.advance(30 * 24h + 1h);
    w.users().sweep();
    w.users().sweep();
    CHECK(w.effects() == "users.erase_account");
}

TEST_CASE("tallies of daily limits are swept after a day") {
    World w;
    w.follow(w.user("bob"), w.user("ada"));
    w.users().sweep();
    CHECK(w.rows("daily_actions") == 1);
    w.clock.advance(24h + 1s);
    w.users().sweep();
    CHECK(w.rows("daily_actions") == 0);
}
