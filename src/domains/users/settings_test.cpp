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
