// Pushes on their way: tried again, given up, never twice.
#include "domains/notifications/deliveries.hpp"
#include "domains/notifications/push_queue.hpp"
#include "domains/notifications/push_world_test.hpp"

using namespace grover;
using namespace grover::notifications;
using namespace grover::notifications::test;

TEST_CASE("what fails is tried again after 1, 4, 16, 64 and 256 seconds, then given up") {
    PushWorld p;
    p.device(p.ada);
    for (int i = 0; i < 10; ++i) p.expo.answers.push_back(HttpPeer::response(503, ""));
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(700ms) == "");  // the second try comes 0.8 s later at the earliest
    CHECK(p.expo.requests() == 1);
    p.after(2s);
    CHECK(p.expo.requests() == 2);
    p.after(10min);
    CHECK(p.expo.requests() == 6);
    CHECK(p.w.rows("push_deliveries") == 0);

    p.expo.answers.clear();
    p.expo.answers.push_back(HttpPeer::response(429, "", "Retry-After: 30\r\n"));
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(25s) == "");
    CHECK(p.after(10s) == "bob: commented on your post");
}

TEST_CASE("the pushes of one device arrive in the order in which they were made, failures included") {
    PushWorld p;
    p.device(p.ada);
    p.expo.answers.push_back(HttpPeer::response(503, ""));
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(700ms) == "");  // the second try comes later
    p.w.comment(p.cleo, p.post, p.ada.id);
    CHECK(p.after(6s) == "bob: commented on your post\ncleo: commented on your post");
}

TEST_CASE("Expo's verdicts: a dead token goes, a hurried device pauses, our own mistake pauses all") {
    PushWorld p;
    p.device(p.ada);
    p.expo.answers.push_back(failure("MessageRateExceeded"));
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(55s) == "");
    CHECK(p.after(10s) == "bob: commented on your post");

    p.expo.answers.push_back(failure("InvalidCredentials"));
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(4min) == "");
    CHECK(p.after(2min) == "bob: commented on your post");

    p.expo.answers.push_back(failure("MessageTooBig"));
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(10min) == "");
    CHECK(p.w.rows("push_devices") == 1);

    p.expo.answers.push_back(failure("DeviceNotRegistered"));
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(2s) == "");
    CHECK(p.w.rows("push_devices") == 0);
}

TEST_CASE("receipts are asked for after a quarter of an hour, and dead tokens in them go") {
    PushWorld p;
    p.device(p.ada);
    p.w.comment(p.bob, p.post, p.ada.id);
    p.after(2s);
    const auto before = p.expo.requests();
    p.after(14min);
    CHECK(p.expo.requests() == before);
    p.after(3min);
    CHECK(p.expo.requests() == before + 1);  // not known yet
    p.expo.receipts = R"({"ticket1":{"status":"error","details":{"error":"DeviceNotRegistered"}}})";
    p.after(20min);
    CHECK(p.expo.requests() == before + 2);
    CHECK(p.w.rows("push_devices") == 0);
    CHECK(p.w.rows("push_deliveries") == 0);
}

TEST_CASE("receipts that never come are given up after a day") {
    PushWorld p;
    p.device(p.ada);
    p.w.comment(p.bob, p.post, p.ada.id);
    p.after(2s);
    CHECK(p.w.rows("push_deliveries") == 1);
    for (int hour = 0; hour < 24; ++hour) p.w.wait(1h);
    CHECK(p.w.rows("push_deliveries") == 0);
    CHECK(p.w.rows("push_devices") == 1);
}

TEST_CASE("a sender that died in between pushes nothing twice") {
    PushWorld p;
    p.device(p.ada);
    p.w.comment(p.bob, p.post, p.ada.id);
    // As the store looks when the process is killed after the commit that says "sending".
    p.expo.answers.push_back("");
    p.after(1s);
    p.w.execute("UPDATE push_deliveries SET state = 'sending', started_at = " +
                std::to_string(p.w.clock.now().us));
    CHECK(p.after(20min) == "");
    CHECK(p.w.rows("push_deliveries") == 0);
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(2s) == "bob: commented on your post");
}

TEST_CASE("what a dead process was sending holds up nobody after the next start") {
    PushWorld p;
    if (p.w.db().engine() != db::Engine::sqlite)
        return;  // there, another process may be at it for five minutes
    p.device(p.ada);
    p.w.comment(p.bob, p.post, p.ada.id);
    // As the store looks when it is killed while its provider does not answer, before anything was sent by the next.
    p.w.execute("UPDATE push_deliveries SET state = 'sending', attempts = 1, started_at = " +
                std::to_string((p.w.begun - 1s).us));
    p.w.comment(p.bob, p.post, p.ada.id);
    CHECK(p.after(2s) == "bob: commented on your post");
    CHECK(p.w.rows("push_deliveries") == 1);
}

TEST_CASE("an order that got lost is given again") {
    PushWorld p;
    p.device(p.ada);
    p.w.db().write([&](db::Write& tx) {
        tx.publish(comments::CommentCreated{.comment_id = CommentId("comment_1"),
                                            .post_id = p.post,
                                            .parent_comment_id = {},
                                            .user_id = p.bob.id,
                                            .replied_to = {},
                                            .commented_to = p.ada.id,
                                            .mentioned_users = {},
                                            .created_at = p.w.clock.now()});
    });
    p.w.run();
    p.expo.sent();
    p.w.comment(p.cleo, p.post, p.ada.id);
    p.w.execute("DELETE FROM jobs");
    CHECK(p.after(3min).ends_with("cleo: commented on your post"));
}

TEST_CASE("a hundred messages travel in one request") {
    PushWorld p;
    std::vector<Caller> many;
    for (int i = 0; i < 120; ++i) {
        many.push_back(p.w.user("many" + std::to_string(i)));
        p.device(many.back(), "ExponentPushToken[" + std::to_string(i) + "]");
    }
    std::vector<UserId> ids;
    for (const auto& one : many) ids.push_back(one.id);
    p.w.comment(p.bob, p.post, {}, "hi", {}, ids);
    const auto sent = p.after(2s);
    CHECK(std::ranges::count(sent, '\n') == 119);
    CHECK(p.expo.requests() == 2);
}
