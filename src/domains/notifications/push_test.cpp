#include <zlib.h>

#include <array>
#include <deque>

#include "domains/auth/auth.hpp"
#include "domains/notifications/deliveries.hpp"
#include "domains/notifications/devices_api.hpp"
#include "domains/notifications/notifications_test.hpp"
#include "domains/notifications/push_queue.hpp"
#include "sql/push.hpp"
#include "testing/http_peer.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::notifications;
using namespace grover::notifications::test;
using namespace std::chrono_literals;
using testing::HttpPeer;

namespace {

std::string unzipped(const std::string& body) {
    if (!body.starts_with("\x1f\x8b")) return body;
    std::string out(1 << 20, '\0');
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    inflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

// Expo as it behaves: a ticket for each message, and receipts when asked. What `answers` holds is sent instead.
class Expo {
public:
    Expo()
        : peer_([this](const testing::PeerRequest& request) { return answer(request); }),
          push(http_, {.push_url = peer_.url("/send"),
                       .receipts_url = peer_.url("/getReceipts"),
                       .access_token = ""}) {}

    // "title: body" of all messages since the last call, in order, one on each line.
    std::string sent() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(sent_, {});
    }
    std::string last() const { return last_; }
    std::size_t requests() const { return peer_.requests().size(); }

    std::deque<std::string> answers;  // to the next sends
    std::string receipts = "{}";

private:
    std::string answer(const testing::PeerRequest& request) {
        const std::scoped_lock lock(mutex_);
        if (request.target == "/getReceipts") return HttpPeer::json("{\"data\":" + receipts + "}");
        if (!answers.empty()) {
            auto next = std::move(answers.front());
            answers.pop_front();
            return next;
        }
        last_ = unzipped(request.body);
        const auto messages = wire::JsonDocument::parse(last_);
        std::string tickets;
        for (std::size_t i = 0; i < messages->root().size(); ++i) {
            const auto message = messages->root().at(i);
            if (!sent_.empty()) sent_ += '\n';
            sent_ += std::string(message.find("title").string()) + ": " +
                     std::string(message.find("body").string());
            if (i > 0) tickets += ',';
            tickets += "{\"status\":\"ok\",\"id\":\"ticket" + std::to_string(++tickets_) + "\"}";
        }
        return HttpPeer::json("{\"data\":[" + tickets + "]}");
    }

    std::mutex mutex_;
    std::string sent_;
    std::string last_;
    int tickets_ = 0;
    HttpPeer peer_;
    integrations::HttpClient http_{nullptr};

public:
    integrations::ExpoPush push;
};

std::string failure(std::string_view error) {
    return HttpPeer::json(R"({"data":[{"status":"error","details":{"error":")" + std::string(error) +
                          "\"}}]}");
}

struct PushWorld {
    Expo expo;
    World w{true, {.expo = &expo.push}};
    Caller ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo");
    PostId post = w.post(ada);

    DeviceId device(const Caller& me, const std::string& token = "ExponentPushToken[ada]") {
        DeviceRegister in;
        in.token.text = token;
        return w.notifications.register_device(me, in).device_id;
    }
    // What is due within so long, each at its time.
    template <class Duration>
    std::string after(Duration time) {
        const auto end = w.clock.now() + time;
        while (true) {
            const auto next = w.number(
                "SELECT min(due) FROM (SELECT min(due_at) AS due FROM jobs WHERE parked_at IS NULL "
                "UNION ALL SELECT min(next_run_at) FROM periodic_jobs) AS both_kinds");
            const Time due = std::max(Time{next}, w.clock.now());
            if (due > end) break;
            w.wait(std::chrono::microseconds{due.us - w.clock.now().us});
        }
        w.wait(std::chrono::microseconds{std::max<std::int64_t>(0, end.us - w.clock.now().us)});
        return expo.sent();
    }
};

}  // namespace

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
    for (int i = 0; i < 30; ++i) p.w.follow(fresh, p.w.user("user" + std::to_string(i)));
    p.device(p.ada);
    p.w.comment(fresh, p.post, p.ada.id);
    CHECK(p.after(5s) == "");
    CHECK(p.w.told(p.ada) == "comment: fresh commented on your post");
}

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
