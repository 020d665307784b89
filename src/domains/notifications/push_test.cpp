// What is pushed to whom, in which words, and when.
#include "sql/push.hpp"
#include "domains/notifications/push_world_test.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::notifications;
using namespace grover::notifications::test;

TEST_CASE("no statement of pushes reads a whole table") {
    testing::check_no_scans(*testing::fresh_database(), sql::push::all);
}

TEST_CASE("a comment is pushed at once, with the words and ids that the app needs") {
    PushWorld p;
    p.device(p.ada);
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(1s) == "bob: commented on your post");
    const auto message = wire::JsonDocument::parse(p.expo.last());
    const auto first = message->root().at(0);
    CHECK(first.find("to").string() == "ExponentPushToken[ada]");
    CHECK(first.find("channelId").string() == "social");
    CHECK(first.find("badge").integer() == 1);
    CHECK(first.find("priority").string() == "default");
    CHECK(first.find("ttl").integer().value_or(0) > 86'000);
    const auto data = first.find("data");
    CHECK(data.find("type").string() == "comment");
    CHECK(data.find("related_id").string() == p.post.str());
    CHECK(data.find("notification_id").string() == p.w.member(p.ada, "notification_id"));
    CHECK_FALSE(data.find("story_id").present());
    CHECK(p.after(5min) == "");
}

TEST_CASE("reactions to one post wait half a minute and become one push; a row stays one for each") {
    PushWorld p;
    p.device(p.ada);
    p.w.react(p.bob, p.ada, p.post);
    p.w.wait(10s);
    p.w.react(p.cleo, p.ada, p.post, "love");
    p.w.react(p.w.user("dora"), p.ada, p.post);
    CHECK(p.after(15s) == "");
    CHECK(p.after(10s) == "dora: and 2 others reacted to your post");
    CHECK(p.w.rows("notifications") == 3);
}

TEST_CASE("what was read elsewhere, undone or deleted meanwhile is not pushed") {
    PushWorld p;
    p.device(p.ada);
    p.w.react(p.bob, p.ada, p.post);
    p.w.notifications.mark_read(p.ada, {});
    p.w.react(p.cleo, p.ada, p.post);
    p.w.unreact(p.cleo, p.ada, p.post);
    CHECK(p.after(1min) == "");
    CHECK(p.w.rows("push_queue") == 0);
    CHECK(p.w.rows("push_deliveries") == 0);
}

TEST_CASE("nothing is pushed to who switched pushes off, paused them, or has no device; security always is") {
    PushWorld p;
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.w.rows("push_queue") == 0);
    p.device(p.ada);
    p.w.settings(p.ada, "push_enabled = 0");
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(5s) == "");
    p.w.publish(users::PayoutAddressChanged{p.ada.id});
    CHECK(p.after(5s) == "Grover: Your payout address was changed");
    p.w.settings(p.ada, "push_enabled = 1, muted_until = " + std::to_string((p.w.clock.now() + 1h).us));
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(5s) == "");
}

TEST_CASE("without preview no word of others leaves the server") {
    PushWorld p;
    p.device(p.ada);
    p.w.settings(p.ada, "push_preview = 0");
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(2s) == "User commented on your post: New notification");
    CHECK(p.expo.last().find("bob") == std::string::npos);
}

TEST_CASE("quiet hours hold pushes back, and end in one summary of what is still unread") {
    PushWorld p;  // 10:11 UTC, 11:11 in Berlin
    p.device(p.ada);
    p.w.settings(p.ada,
                 "quiet_hours_enabled = 1, quiet_hours_start = '11:00', quiet_hours_end = '12:00', timezone "
                 "= 'Europe/Berlin'");
    for (int i = 0; i < 3; ++i) p.w.comment(p.bob, p.post, p.ada.id);
    const auto newest = NotificationId(p.w.member(p.ada, "notification_id"));
    p.w.publish(users::PayoutAddressChanged{p.ada.id});
    CHECK(p.after(2s) == "Grover: Your payout address was changed");
    CHECK(p.after(48min) == "");
    p.w.notifications.mark_one_read(p.ada, newest);
    CHECK(p.after(2min) == "Grover: You have 2 new notifications");
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(2s) == "bob: commented on your post");
}

TEST_CASE("one thing is pushed once a minute at most; the rest becomes one summary a quarter of an hour") {
    PushWorld p;
    p.device(p.ada);
    p.w.react(p.bob, p.ada, p.post);
    CHECK(p.after(31s) == "bob: reacted 👍 to your post");
    p.w.react(p.cleo, p.ada, p.post);
    CHECK(p.after(35s) == "");
    CHECK(p.after(15min) == "Grover: You have 1 new notification");
    CHECK(p.after(30min) == "");
}

TEST_CASE("at most 30 pushes an hour") {
    PushWorld p;
    p.device(p.ada);
    for (int i = 0; i < 40; ++i) p.w.comment(p.bob, p.post, p.ada.id);
    const auto sent = p.after(5s);
    CHECK(std::ranges::count(sent, '\n') == 29);
    CHECK(p.after(15min) == "Grover: You have 10 new notifications");
}

TEST_CASE("a new account that tells thirty people within the hour is written down, not pushed") {
    PushWorld p;
    const auto fresh = p.w.user("fresh");
    p.w.execute("UPDATE users SET created_at = " + std::to_string(p.w.clock.now().us) + " WHERE user_id = '" +
                fresh.id.str() + "'");
    p.w.touch(fresh);
    for (int i = 0; i < 30; ++i) {
        const auto other = p.w.user("user" + std::to_string(i));
        if (i % 2 == 0) {
            p.w.follow(fresh, other);
        } else {
            p.w.comment(fresh, p.w.post(other), other.id);
        }
    }
    p.device(p.ada);
    p.w.comment(fresh, p.post, p.ada.id);
    CHECK(p.after(5s) == "");
    CHECK(p.w.told(p.ada) == "comment: fresh commented on your post");
}
