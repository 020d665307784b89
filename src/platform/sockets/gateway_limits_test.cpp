// What sockets may send, and how fast; what becomes of a handler that fails.
#include "platform/observability/reports_testing.hpp"
#include "platform/sockets/gateway_test.hpp"

using namespace grover;
using namespace grover::sockets;
using namespace std::chrono_literals;

TEST_CASE("an exception of a handler is reported once, and the socket stays; a refusal is not reported") {
    reports_testing::Reports heard;
    Entrance w;
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    const auto ada = w.client(w.token("s1"));
    ada->send(R"(427["break",{"on_purpose":false}])");
    CHECK(has(ada->read(), R"("detail":"Internal server error","status":500)"));
    ada->send(R"(428["break",{"on_purpose":true}])");
    CHECK(has(ada->read(), R"("status":503)"));
    CHECK(w.is_well(*ada));
    CHECK(heard.said() ==
          std::vector<std::string>{"realtime break: std::out_of_range: vector::at (unhandled)"});
    CHECK(heard.users() == std::vector<std::string>{"user_ada"});
}

TEST_CASE("what guests send has no effect, and they are told at most once in ten seconds") {
    Entrance w;
    const auto guest = w.client("");
    for (int i = 0; i < 3; ++i) guest->send(R"(42["say",{"text":"x","user_id":"user_ada"}])");
    CHECK(
        guest->read() ==
        R"(42["error",{"detail":"Not authenticated","event":"say","status":401,"code":"unauthenticated"}])");
    guest->send(R"(427["say",{"text":"x"}])");
    CHECK(has(guest->read(), R"(437[{"ok":false,"error":"unauthenticated")"));
    guest->send(R"(428["no:such",{}])");
    CHECK(has(guest->read(), R"(438[{"ok":false,"error":"unauthenticated")"));
    w.clock.advance(11s);
    guest->send(R"(42["say",{"text":"x"}])");
    CHECK(has(guest->read(), "Not authenticated"));
    CHECK(w.said == 0);
}

TEST_CASE("connecting again on one connection is no way around the limits") {
    Entrance w(true);
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    const auto client = w.client(w.token("s1"));
    for (int i = 0; i < 40; ++i) {
        client->send(R"(421["say",{"text":"x"}])");
        CHECK(has(client->read(), R"("ok":true)"));
    }
    client->send("41");
    client->send("40" + w.token("s1"));
    CHECK(client->read().starts_with("40{"));
    CHECK(has(client->read(), R"(42["ready")"));
    client->send(R"(421["say",{"text":"x"}])");
    CHECK_MESSAGE(has(client->read(), R"("error":"rate_limited")"), "what was used up stays used up");

    int entered = 0;
    for (int i = 0; i < 100; ++i) {
        client->send("41");
        client->send("40" + w.token("s1"));
        const auto answer = client->read();
        if (answer.starts_with("44")) {
            CHECK(answer == R"(44{"message":"Too many requests","data":{"status":429}})");
            break;
        }
        CHECK(has(client->read(), R"(42["ready")"));
        ++entered;
    }
    CHECK_MESSAGE(entered == 58, "sixty handshakes of an address in a minute");
}

TEST_CASE("events come 20 in a second, 40 at once, and each as often as it says") {
    Entrance w(true);
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    const auto client = w.client(w.token("s1"));
    const auto send = [&](int count) {
        int good = 0;
        for (int i = 0; i < count; ++i) {
            client->send(R"(421["say",{"text":"x"}])");
            const auto answer = client->read();
            if (has(answer, R"("ok":true)")) {
                ++good;
            } else {
                CHECK(has(answer, R"("error":"rate_limited")"));
            }
        }
        return good;
    };
    CHECK(send(45) == 40);
    w.clock.advance(1s);
    CHECK(send(25) == 20);
    // Of this event 60 came, which is all of a minute; one more is due each second.
    w.clock.advance(2s);
    CHECK(send(10) <= 4);
}

TEST_CASE("payloads over 64 KiB and binary ones are refused, and the connection stays") {
    Entrance w;
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    const auto client = w.client(w.token("s1"));
    client->send(R"(421["say",{"text":")" + std::string(70'000, 'x') + R"("}])");
    CHECK(has(client->read(), R"("ok":false,"error":"invalid")"));
    std::string huge = R"(421["say",{"text":[0)";
    while (huge.size() < 990'000) huge += ",0";
    client->send(huge + "]}]");
    CHECK(has(client->read(), R"("ok":false,"error":"invalid")"));
    client->send(R"(451-2["say",{"text":{"_placeholder":true,"num":0}}])");
    client->send_binary("abc");
    CHECK(has(client->read(), R"("ok":false,"error":"invalid")"));
    CHECK(w.is_well(*client));
    CHECK(w.said == 0);
}

TEST_CASE("an address opens 60 connections in a minute, and a user has 20 at a time") {
    Entrance w(true);
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    std::vector<std::unique_ptr<WsClient>> clients;
    for (int i = 0; i < 20; ++i) clients.push_back(w.client(w.token("s1")));
    WsClient refused(w.http);
    refused.read();
    refused.send("40" + w.token("s1"));
    CHECK(refused.read() == R"(44{"message":"Too many connections","data":{"status":429}})");
    int opened = 21;
    http::Answer answer;
    do {
        http::Client client(w.http);
        answer = client.ask(http::get("/socket.io/?EIO=4&transport=polling"));
        opened += answer.status == 200 ? 1 : 0;
    } while (answer.status == 200 && opened < 100);
    CHECK(opened == 60);
    CHECK(answer.status == 429);
    CHECK(answer.header("Retry-After") == "1");
}
