// Whom the gateway lets in, when sockets end, and what they are told.
#include "platform/sockets/gateway_test.hpp"

using namespace grover;
using namespace grover::sockets;
using namespace std::chrono_literals;

TEST_CASE("a guest stays half an hour, and is then dropped to come back; users stay") {
    Entrance w;
    w.sessions.begin("s1", "user_ada", w.clock.now() + 24h);
    const auto ada = w.client(w.token("s1"));
    const auto guest = w.client(R"({"userId":"user_ada"})");
    CHECK(has(w.ready, R"("guest":true)"));
    CHECK(has(w.ready, R"("user_id":null)"));
    w.clock.advance(29min);
    CHECK(w.is_well(*guest));
    w.clock.advance(2min);
    // Not 41: clients do not come back from that.
    CHECK(guest->read().starts_with("close:"));
    CHECK(w.is_well(*ada));
}

TEST_CASE("a socket ends with its session, told so, and one whose session was used meanwhile stays") {
    Entrance w;
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    w.sessions.begin("s2", "user_ada", w.clock.now() + 1h);
    const auto ending = w.client(w.token("s1"));
    const auto used = w.client(w.token("s2"));
    w.sessions.begin("s2", "user_ada", w.clock.now() + 24h);
    w.sessions.end("s1");
    w.clock.advance(61min);
    CHECK(ending->read() == kRevoked);
    CHECK(ending->read() == "41");
    CHECK(w.is_well(*used));
}

TEST_CASE("a revoked session's sockets are told and leave, the user's others do not notice") {
    Entrance w;
    for (const auto* session : {"s1", "s2"}) w.sessions.begin(session, "user_ada", w.clock.now() + 1h);
    w.sessions.begin("s3", "user_bob", w.clock.now() + 1h);
    const auto one = w.client(w.token("s1")), same = w.client(w.token("s1")), other = w.client(w.token("s2")),
               bob = w.client(w.token("s3"));
    w.hub.close_session(UserId("user_ada"), SessionId("s1"));
    for (const auto* gone : {one.get(), same.get()}) {
        CHECK(const_cast<WsClient*>(gone)->read() == kRevoked);
        CHECK(const_cast<WsClient*>(gone)->read() == "41");
    }
    CHECK(w.is_well(*other));
    w.hub.close_user(UserId("user_ada"));
    CHECK(other->read() == kRevoked);
    CHECK(w.is_well(*bob));
}

TEST_CASE("whom an event leaves out does not hear it, on any of their sockets; all others do") {
    Entrance w;
    std::map<std::string, std::unique_ptr<WsClient>> clients;
    for (const std::string name : {"ada", "bob", "eve", "kim"}) {
        w.sessions.begin(name, "user_" + name, w.clock.now() + 1h);
        clients[name] = w.client(w.token(name));
        w.ask(*clients[name], "enter");
    }
    const auto bob_again = w.client(w.token("bob"));
    w.ask(*bob_again, "enter");
    const auto hears = [&](const Delivery& delivery) {
        w.hub.emit_as("told", kHall, Nothing{}, delivery);
        std::string out;
        for (auto& [name, client] : clients) {
            client->send(R"(421["ping"])");
            const auto first = client->read();
            if (first == R"(42["told",{}])") {
                out += name + ' ';
                CHECK(client->read().starts_with(R"(431[{"ok":true)"));
            } else {
                CHECK(first.starts_with(R"(431[{"ok":true)"));
            }
        }
        return out;
    };
    const UserId ada("user_ada"), bob("user_bob"), eve("user_eve"), kim("user_kim"), none("user_zoe");
    // Not in the order of their ids.
    CHECK(hears({.except_users = {none, kim, bob}}) == "ada eve ");
    CHECK(w.is_well(*bob_again));
    w.clock.advance(2s);
    CHECK(hears({.except_user = kim, .except_users = {ada}}) == "bob eve ");
    CHECK(bob_again->read() == R"(42["told",{}])");
    w.clock.advance(2s);
    CHECK(hears({.only_user = eve, .except_users = {bob}}) == "eve ");
    CHECK(w.is_well(*bob_again));
}

TEST_CASE("one socket that is meant too hears an event once, in the room or not") {
    Entrance w;
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    w.sessions.begin("s2", "user_bob", w.clock.now() + 1h);
    const auto ada = w.client(w.token("s1")), again = w.client(w.token("s1")), bob = w.client(w.token("s2"));
    ada->send(R"(420["name",{}])");
    const auto named = ada->read();
    const auto id = named.substr(named.find(R"("id":")") + 6, named.rfind('"') - named.find(R"("id":")") - 6);
    REQUIRE_MESSAGE(id.size() >= 20, named);
    const auto hears = [](WsClient& client) {
        int out = 0;
        client.send(R"(421["ping"])");
        while (client.read() == R"(42["told",{}])") ++out;
        return out;
    };
    const auto told = [&](const Delivery& delivery) {
        w.clock.advance(2s);
        w.hub.emit_as("told", kHall, Nothing{}, delivery);
        return std::to_string(hears(*ada)) + std::to_string(hears(*again)) + std::to_string(hears(*bob));
    };
    CHECK_MESSAGE(told({.also_socket = id}) == "100", "nobody is in the room");
    w.ask(*bob, "enter");
    CHECK(told({.also_socket = id}) == "101");
    CHECK(told({.only_user = UserId("user_ada"), .also_socket = id}) == "100");
    w.ask(*ada, "enter");
    w.ask(*again, "enter");
    CHECK(told({.also_socket = id}) == "111");
    CHECK(told({.only_user = UserId("user_ada"), .also_socket = id}) == "110");
    CHECK_MESSAGE(told({.also_socket = "n2-" + id.substr(3)}) == "111",
                  "a socket of another node is not here");
}

TEST_CASE("what waits on a user's sockets can be ended from outside, once, and nobody else's is") {
    Entrance w;
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    w.sessions.begin("s2", "user_bob", w.clock.now() + 1h);
    const auto one = w.client(w.token("s1")), idle = w.client(w.token("s1")), bob = w.client(w.token("s2"));
    w.hub.finish(UserId("user_ada"), "linger");
    w.ask(*one, "linger");
    w.ask(*bob, "linger");
    CHECK(w.is_well(*one));
    w.hub.finish(UserId("user_ada"), "something else");
    w.hub.finish(UserId("user_ada"), "linger");
    CHECK(one->read() == R"(42["over",{}])");
    w.hub.finish(UserId("user_ada"), "linger");
    w.clock.advance(2s);
    CHECK(w.is_well(*one));
    CHECK(w.is_well(*idle));
    CHECK(w.is_well(*bob));
}

TEST_CASE("a session that ends between its proof and the room is not missed") {
    Entrance w;
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    w.sessions.ends_when_proved = true;
    WsClient client(w.http);
    client.read();
    client.send("40" + w.token("s1"));
    CHECK(client.read().starts_with(R"(40{"sid":")"));
    CHECK(client.read() == kRevoked);
    CHECK(client.read() == "41");
}

TEST_CASE("a socket may do what needs a verified address as soon as the address is verified") {
    Entrance w;
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h, false);
    w.sessions.begin("s2", "user_bob", w.clock.now() + 1h);
    const auto ada = w.client(w.token("s1")), bob = w.client(w.token("s2"));
    ada->send(R"(421["publish",{}])");
    CHECK(has(ada->read(), R"("detail":"Email not verified","status":403)"));
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    w.ask(*ada, "publish");
    // Nobody else's session is looked up for an event.
    const int asked = w.sessions.asked;
    w.ask(*ada, "publish");
    w.ask(*bob, "publish");
    CHECK(w.sessions.asked == asked);
}

TEST_CASE("a credential that is given counts or refuses; a cookie counts for its own user alone") {
    Entrance w;
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    const auto cookie = "Cookie: grover_rt=s1\r\n";
    for (const auto* connect : {"", R"({"userId":"user_ada"})"}) {
        w.client(connect, cookie);
        CHECK(has(w.ready, R"("user_id":"user_ada")"));
    }
    w.client(R"({"userId":"user_bob"})", cookie);
    CHECK(has(w.ready, R"("guest":true)"));
    w.client("", std::string(cookie) + "Origin: https://evil.example\r\n");
    CHECK(has(w.ready, R"("guest":true)"));
    WsClient refused(w.http, {}, 0, cookie);
    refused.read();
    refused.send("40" + w.token("s9"));
    CHECK(refused.read() == R"(44{"message":"Not authenticated","data":{"status":401}})");
}

TEST_CASE(
    "who connects again on one connection is who the handshake proved just before, or a token proves now") {
    Entrance w;
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    w.sessions.begin("s2", "user_bob", w.clock.now() + 1h);
    const auto again = [&](WsClient& client, std::string_view connect) {
        client.send("41");
        client.send("40" + std::string(connect));
        auto answer = client.read();
        return answer.starts_with(R"(40{"sid":")") ? client.read() : answer;
    };
    const std::string ada = R"("user_id":"user_ada")", bob = R"("user_id":"user_bob")",
                      guest = R"("guest":true)";
    const std::string_view refused = R"(44{"message":"Not authenticated","data":{"status":401}})";

    const auto cookie = w.client("", "Cookie: grover_rt=s1\r\nUser-Agent: test\r\n");
    CHECK(has(again(*cookie, ""), ada));
    cookie->send(R"(421["say",{"text":"x"}])");
    CHECK(has(cookie->read(), R"("ok":true)"));
    CHECK(w.from == "127.0.0.1 test http://localhost:8001");
    CHECK(has(again(*cookie, R"({"userId":"user_ada"})"), ada));
    // A forged one is not forgiven for what was proved before, and changes nothing about that.
    CHECK(again(*cookie, w.token("s9")) == refused);
    cookie->send("40");
    CHECK(cookie->read().starts_with("40{"));
    CHECK(has(cookie->read(), ada));
    CHECK(w.is_well(*cookie));
    w.hub.close_user(UserId("user_ada"));
    CHECK(cookie->read() == kRevoked);
    CHECK(cookie->read() == "41");

    const auto left_over = w.client("", "Cookie: grover_rt=s1\r\n");
    CHECK(has(again(*left_over, R"({"userId":"user_bob"})"), guest));
    CHECK(has(again(*left_over, w.token("s2")), bob));
    // A token speaks for the CONNECT that has it.
    CHECK(has(again(*left_over, ""), guest));
    CHECK(has(again(*left_over, R"({"userId":"user_bob"})"), guest));

    const auto header = w.client(R"({"userId":"user_bob"})", "Authorization: Bearer s1\r\n");
    CHECK(has(w.ready, ada));
    CHECK(has(again(*header, R"({"userId":"user_bob"})"), ada));
    // What the session could do ends with it.
    w.sessions.end("s1");
    CHECK(again(*header, "") == refused);
    const auto late = w.client("", "Cookie: grover_rt=s2\r\n");
    w.sessions.end("s2");
    CHECK(has(again(*late, ""), guest));

    // A guest that proved to be somebody did so for that time.
    w.sessions.begin("s1", "user_ada", w.clock.now() + 1h);
    const auto proved = w.client("");
    proved->send(R"(421["authenticate",{"token":"s1"}])");
    CHECK(has(proved->read(), R"(42["ready")"));
    CHECK(has(proved->read(), R"("ok":true)"));
    CHECK(has(again(*proved, ""), guest));
}
