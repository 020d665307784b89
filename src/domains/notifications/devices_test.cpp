// Devices: whose they are, and what reaches them.
#include "domains/auth/auth.hpp"
#include "domains/notifications/push_world_test.hpp"

using namespace grover;
using namespace grover::notifications;
using namespace grover::notifications::test;

TEST_CASE("a push never reaches a device after its owner logged out, nor two accounts") {
    PushWorld p;
    p.device(p.ada);
    p.w.comment(p.bob, p.post, p.ada.id);
    // The event of the logout is not told yet.
    p.w.sessions.ended.push_back(p.ada.session_id);
    CHECK(p.after(5s) == "");
    CHECK(p.w.rows("push_devices") == 0);

    p.w.sessions.ended.clear();
    p.device(p.ada);
    p.w.comment(p.bob, p.post, p.ada.id);
    p.w.publish(auth::SessionEnded{p.ada.session_id, p.ada.id, auth::SessionEndReason::logged_out});
    CHECK(p.after(5s) == "");

    // The same phone, another account.
    p.device(p.ada);
    p.w.comment(p.bob, p.post, p.ada.id);
    p.device(p.cleo);
    CHECK(p.after(5s) == "");
    CHECK(p.w.rows("push_devices") == 1);
    p.w.follow(p.bob, p.cleo);
    CHECK(p.after(35s) == "bob: started following you");
    p.device(p.cleo);
    p.w.publish(users::AccountHidden{.user_id = p.cleo.id});
    CHECK(p.w.rows("push_devices") == 0);
}

TEST_CASE("devices: one for each token, ten for each user, unregistered only by their owner") {
    PushWorld p;
    const auto first = p.device(p.ada);
    CHECK(p.device(p.ada) == first);
    p.w.notifications.unregister_device(p.bob, "ExponentPushToken[ada]");
    CHECK(p.w.rows("push_devices") == 1);
    for (int i = 0; i < 10; ++i) {
        p.w.wait(1s);
        p.device(p.ada, "ExponentPushToken[" + std::to_string(i) + "]");
    }
    CHECK(p.w.rows("push_devices") == 10);
    CHECK(p.w.text("SELECT count(*) FROM push_devices WHERE token = 'ExponentPushToken[ada]'") == "0");
    p.w.notifications.unregister_device(p.ada, "ExponentPushToken[3]");
    p.w.notifications.unregister_device(p.ada, "never registered");
    CHECK(p.w.rows("push_devices") == 9);
    p.device(p.bob, "some other provider's token");
    p.w.follow(p.ada, p.bob);
    CHECK(p.after(35s) == "");
    DeviceRegister lie;
    lie.token.endpoint = "http://127.0.0.1/push";
    CHECK_THROWS_AS(p.w.notifications.register_device(p.ada, lie), Error);
    // With keys that a browser made: only the host is wrong. The example of RFC 8291 §5.
    lie.token.p256dh =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    lie.token.auth = "BTBZMqHH6r4Tts7J_aSIgg";
    for (const char* inside :
         {"https://127.0.0.1/push", "https://localhost/push", "https://[::1]:8443/push"}) {
        lie.token.endpoint = inside;
        CHECK_THROWS_AS(p.w.notifications.register_device(p.ada, lie), Error);
    }
    CHECK(p.w.rows("push_devices") == 10);
}

TEST_CASE("devices are shown to their owner alone, without tokens, and removed by nobody else") {
    PushWorld p;
    const auto first = p.device(p.ada);
    p.w.wait(1s);
    Caller elsewhere = p.ada;
    elsewhere.session_id = SessionId("session_elsewhere");
    const auto second = p.device(elsewhere, "ExponentPushToken[tablet]");
    const auto shown = p.w.notifications.devices(p.ada);
    REQUIRE(shown.size() == 2);
    CHECK(shown[0].device_id == second);
    CHECK_FALSE(shown[0].current);
    CHECK(shown[1].device_id == first);
    CHECK(shown[1].current);
    CHECK(wire::to_json(shown).find("ExponentPushToken") == std::string::npos);
    CHECK(p.w.notifications.devices(p.bob).empty());
    p.w.notifications.remove_device(p.bob, first);
    CHECK(p.w.rows("push_devices") == 2);
    p.w.notifications.remove_device(p.ada, first);
    p.w.notifications.remove_device(p.ada, first);
    CHECK(p.w.notifications.devices(p.ada).size() == 1);
    CHECK_THROWS_AS(p.w.notifications.vapid_public_key(), Error);
}
