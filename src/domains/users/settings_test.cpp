#include "domains/users/edges_store.hpp"
#include "domains/users/users_settings_store.hpp"
#include "domains/users/users_test.hpp"

using namespace grover;
using namespace grover::users;
using namespace std::chrono_literals;

TEST_CASE("notification settings start with the contract's defaults") {
    World w;
    const auto ada = w.user("ada");
    CHECK(
        wire::to_json(w.parts().notifications.get(ada)) ==
        R"({"user_id":")" + ada.id.str() +
            R"(","notify_followers":true,"notify_likes":true,"notify_comments":true,"notify_messages":true,"notify_sales":true,)"
            R"("notify_mentions":true,"notify_reposts":true,"notify_super_chat":true,"notify_tips":true,"notify_stream_online":true,)"
            R"("email_enabled":false,"push_enabled":true,"mute_keywords":[],"email_frequency":"daily","quiet_hours_enabled":false,)"
            R"("quiet_hours_start":"22:00","quiet_hours_end":"08:00","timezone":"UTC","push_preview":true,"muted_until":null})");
}

TEST_CASE("only what was sent changes, and only that is answered") {
    World w;
    const auto ada = w.user("ada");
    w.profile(ada, ada);
    const auto answer =
        w.parts().notifications.update(ada, {.notify_likes = false,
                                             .mute_keywords = {{" Spoiler ", "SPOILER", "Ärger"}},
                                             .timezone = "Europe/Lisbon"});
    CHECK(
        wire::to_json(answer) ==
        R"({"message":"Notification settings updated","settings":{"notify_likes":false,"mute_keywords":["spoiler","ärger"],"timezone":"Europe/Lisbon"}})");
    auto settings = w.parts().notifications.get(ada);
    CHECK_FALSE(settings.notify_likes);
    CHECK(settings.notify_followers);
    CHECK(settings.mute_keywords == std::vector<std::string>{"spoiler", "ärger"});
    CHECK_FALSE(w.me(ada).notify_likes);
    CHECK(has(w.profile(ada, ada), R"("notify_likes":false)"));

    w.parts().notifications.update(ada, {.mute_keywords = std::vector<std::string>{}});
    settings = w.parts().notifications.get(ada);
    CHECK(settings.mute_keywords.empty());
    CHECK(settings.timezone == "Europe/Lisbon");
    CHECK(wire::to_json(w.parts().notifications.update(ada, {}).settings) == "{}");
}

TEST_CASE("wrong settings are refused all together, and none is kept") {
    World w;
    const auto ada = w.user("ada");
    const auto refused = [&](NotificationSettingsUpdate in) {
        in.notify_likes = false;
        return refusal([&] { w.parts().notifications.update(ada, in); });
    };
    CHECK(refused({.quiet_hours_start = "24:00", .timezone = "Mars/Olympus"}) ==
          "422 Validation failed [quiet_hours_start: Input should be HH:MM] [timezone: Unknown time zone]");
    CHECK(refused({.quiet_hours_end = "8:00"}).starts_with("422 "));
    CHECK(refused({.timezone = "../../etc/passwd"}).starts_with("422 "));
    CHECK(refused({.timezone = "Europe"}).starts_with("422 "));
    CHECK(refused({.mute_keywords = {{std::string(51, 'x')}}}).starts_with("422 "));
    CHECK(refused({.mute_keywords = {{"  "}}}).starts_with("422 "));
    CHECK(refused({.muted_until = w.clock.now() + 31 * 24h}).starts_with("422 "));
    CHECK(w.parts().notifications.get(ada).notify_likes);
    CHECK(refused({.quiet_hours_start = "23:59", .quiet_hours_end = "00:00", .timezone = "UTC"}).empty());
}

TEST_CASE("a pause of pushes ends when it is set to a time that has passed") {
    World w;
    const auto ada = w.user("ada");
    w.parts().notifications.update(ada, {.muted_until = w.clock.now() + 1h});
    CHECK(w.parts().notifications.get(ada).muted_until == w.clock.now() + 1h);
    w.parts().notifications.update(ada, {.push_preview = false});
    CHECK(w.parts().notifications.get(ada).muted_until == w.clock.now() + 1h);
    CHECK(wire::to_json(w.parts().notifications.update(ada, {.muted_until = w.clock.now()}).settings) ==
          R"({"muted_until":null})");
    CHECK(w.parts().notifications.get(ada).muted_until == std::nullopt);
}

TEST_CASE("privacy settings change field by field") {
    World w;
    const auto ada = w.user("ada");
    CHECK(
        wire::to_json(w.parts().profiles.privacy(ada)) ==
        R"({"is_private":false,"allow_messages":"everyone","allow_tags":"everyone","allow_mentions":"everyone",)"
        R"("allow_story_replies":"everyone","allow_calls":"everyone","allow_group_adds":"everyone","show_online":true,)"
        R"("show_read_receipts":true,"auto_archive":true,"discoverable":true,"show_in_leaderboards":true,"allow_analytics":true})");
    w.forget_effects();
    auto answer =
        w.parts().profiles.update_privacy(ada, {.allow_tags = Audience::none, .show_online = false});
    CHECK(answer.message == "Privacy updated");
    CHECK(answer.settings.allow_tags == Audience::none);
    CHECK(answer.settings.allow_mentions == Audience::everyone);
    CHECK_FALSE(answer.settings.show_online);
    CHECK(w.effects() == "user.online_visibility_changed");
    w.forget_effects();

    answer = w.parts().profiles.update_privacy(ada, {.is_private = true, .discoverable = false});
    CHECK(answer.settings.is_private);
    CHECK(w.effects() == "user.privacy_changed");
    CHECK(has(w.payload("user.privacy_changed"), R"("is_private":true,"is_discoverable":false)"));
    CHECK(w.me(ada).is_private);
    CHECK_FALSE(
        w.db().read([&](db::Read& tx) { return w.users().card(tx, ada.id, kBase); })->is_discoverable);
}

TEST_CASE("tags and mentions reach only those who accept them, silently") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), sam = w.user("sam");
    const auto addressed = [&](std::vector<std::string> names, Address how = Address::mention) {
        return w.db().read([&](db::Read& tx) {
            std::string out;
            for (const auto& user : w.users().addressed(tx, ada.id, names, how)) {
                out += w.users().account(tx, user).username + ' ';
            }
            return out;
        });
    };
    CHECK(addressed({"@Bob", "eve", sam.id.str(), "bob", "@nobody", "user_nobody", "@ada"}) ==
          "bob eve sam ada ");

    w.parts().profiles.update_privacy(bob,
                                      {.allow_tags = Audience::none, .allow_mentions = Audience::followers});
    CHECK(addressed({"bob"}, Address::tag).empty());
    CHECK(addressed({"bob"}).empty());
    w.follow(ada, bob);
    CHECK(addressed({"bob"}) == "bob ");
    w.parts().profiles.update_privacy(bob, {.allow_mentions = Audience::following});
    CHECK(addressed({"bob"}).empty());
    w.follow(bob, ada);
    CHECK(addressed({"bob"}) == "bob ");

    w.block(eve, ada);
    w.block(ada, sam);
    CHECK(addressed({"eve", "sam"}).empty());
    w.db().write([&](db::Write& tx) { w.users().suspend(tx, bob.id); });
    CHECK(addressed({"bob"}).empty());
    CHECK(addressed({}).empty());
}

TEST_CASE("who may write to whom follows from audience, follows and blocks of both sides, in one statement") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.parts().profiles.update_privacy(bob,
                                      {.allow_messages = Audience::followers, .show_read_receipts = false});
    w.parts().profiles.update_privacy(eve, {.allow_messages = Audience::following});
    const auto of = [&](const UserId& viewer, const UserId& user) {
        return w.db().read([&](db::Read& tx) { return w.users().reach(tx, viewer, std::span(&user, 1)); });
    };
    CHECK_FALSE(of(ada.id, bob.id)[0].is_hidden);
    CHECK_FALSE(of(ada.id, bob.id)[0].is_open_to(of(ada.id, bob.id)[0].allow_messages));
    CHECK_FALSE(of(ada.id, bob.id)[0].show_read_receipts);
    CHECK(of(bob.id, ada.id)[0].is_open_to(of(bob.id, ada.id)[0].allow_messages));
    w.parts().follows.set(ada, bob.id);
    CHECK(of(ada.id, bob.id)[0].is_open_to(Audience::followers));
    CHECK_FALSE(of(ada.id, bob.id)[0].is_open_to(Audience::following));
    CHECK(of(bob.id, ada.id)[0].is_open_to(Audience::following));
    CHECK_FALSE(of(ada.id, eve.id)[0].is_open_to(of(ada.id, eve.id)[0].allow_messages));
    CHECK_FALSE(of(ada.id, eve.id)[0].is_open_to(Audience::none));
    w.block(eve, ada);
    CHECK(of(ada.id, eve.id)[0].is_blocked_by);
    CHECK(of(eve.id, ada.id)[0].has_blocked);
    CHECK(of(ada.id, UserId("user_unknown")).empty());
}

TEST_CASE(
    "the terms that a write finds are those of now, also those that a write just before it in the same "
    "commit made") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const std::vector<UserId> ada_alone{ada.id}, both{ada.id, eve.id};
    const auto closed = [&](const Caller& actor) {
        return w.db().write([&](db::Write& tx) {
            const auto one = w.users().notice_terms(tx, ada_alone, actor.id);
            const auto many = w.users().notice_terms(tx, both, actor.id);
            REQUIRE(one.size() == 1);
            REQUIRE(many.size() == 2);
            const auto& same = many[0].settings.user_id == ada.id ? many[0] : many[1];
            CHECK(one[0].is_closed_to_actor == same.is_closed_to_actor);
            CHECK(wire::to_json(one[0].settings) == wire::to_json(same.settings));
            return one[0].is_closed_to_actor;
        });
    };
    const auto mute = [&](MuteScope scope, std::optional<Time> until = {}) {
        w.parts().blocks.mute(ada, {.user_id = bob.id, .scope = scope, .until = until});
    };
    CHECK_FALSE(closed(bob));
    CHECK_FALSE(closed(bob));
    mute(MuteScope::posts);
    CHECK_FALSE(closed(bob));
    mute(MuteScope::notifications, w.clock.now() + 1h);
    CHECK(closed(bob));
    CHECK_FALSE(closed(eve));
    w.clock.advance(2h);
    CHECK_FALSE(closed(bob));
    mute(MuteScope::all);
    CHECK(closed(bob));
    w.parts().blocks.unmute(ada, {.user_id = bob.id, .scope = MuteScope::all});
    CHECK_FALSE(closed(bob));
    w.block(ada, bob);
    CHECK(closed(bob));
    w.parts().blocks.unblock(ada, bob.id);
    CHECK_FALSE(closed(bob));
    w.block(eve, ada);
    CHECK(closed(eve));
    w.parts().notifications.update(ada, {.notify_likes = false, .mute_keywords = {{"spoiler"}}});
    CHECK_FALSE(closed(bob));

    // One commit: the settings change, and are asked for by the same transaction.
    w.db().write([&](db::Write& tx) {
        CHECK_FALSE(w.users().notice_terms(tx, ada_alone, bob.id)[0].settings.notify_likes);
        store::update_notification_settings(tx, ada.id, {.notify_likes = true});
        CHECK(w.users().notice_terms(tx, ada_alone, bob.id)[0].settings.notify_likes);
    });
    const std::vector<UserId> nobody{UserId("user_unknown")};
    w.db().write([&](db::Write& tx) { CHECK(w.users().notice_terms(tx, nobody, bob.id).empty()); });
}

TEST_CASE("who shuts out very many is asked about one at a time, with the same answer") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.db().write([&](db::Write& tx) {
        for (int i = 0; i < 230; ++i) {
            const auto other = w.users().create(tx, {.email = "u" + std::to_string(i) + "@example.com",
                                                     .name = "u",
                                                     .username = "member" + std::to_string(i)});
            store::add_block(tx, ada.id, other, w.clock.now());
        }
    });
    w.block(ada, bob);
    const std::vector<UserId> recipient{ada.id};
    for (int round = 0; round < 2; ++round) {
        w.db().write([&](db::Write& tx) {
            CHECK(w.users().notice_terms(tx, recipient, bob.id)[0].is_closed_to_actor);
            CHECK_FALSE(w.users().notice_terms(tx, recipient, eve.id)[0].is_closed_to_actor);
        });
    }
}

TEST_CASE("the account that a write finds is that of now") {
    World w;
    const auto ada = w.user("ada");
    const auto status = [&](db::Write& tx) { return w.users().cached_account(tx, ada.id)->status; };
    w.db().write([&](db::Write& tx) {
        CHECK(status(tx) == AccountStatus::active);
        w.users().suspend(tx, ada.id);
        CHECK(status(tx) == AccountStatus::suspended);
        CHECK(w.users().cached_account(tx, ada.id)->name == w.users().account(tx, ada.id).name);
    });
    w.db().write([&](db::Write& tx) {
        CHECK(status(tx) == AccountStatus::suspended);
        w.users().unsuspend(tx, ada.id);
        CHECK(status(tx) == AccountStatus::active);
        CHECK_FALSE(w.users().cached_account(tx, UserId("user_unknown"))->exists);
    });
}
