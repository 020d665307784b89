// The gateway in front of a real server: when sockets end, and what they may send how fast.
#include "platform/sockets/gateway.hpp"

#include <doctest/doctest.h>

#include <map>
#include <mutex>
#include <stdexcept>

#include "platform/observability/reports_testing.hpp"
#include "platform/realtime/realtime_fixture.hpp"
#include "testing/stopped_clock.hpp"

using namespace grover;
using namespace grover::sockets;
using namespace std::chrono_literals;
using realtime::WsClient;

namespace {

// Sessions by hand: a token and a cookie are the session's own id.
class Sessions final : public Identifier {
public:
    void begin(const std::string& id, const std::string& user, Time until) {
        const std::lock_guard lock(mutex_);
        known_[id] = {.user_id = UserId(user), .session_id = SessionId(id), .expires_at = until};
    }
    void end(const std::string& id) {
        const std::lock_guard lock(mutex_);
        known_.erase(id);
    }
    // Ends the next one that is proved, right after its proof.
    std::atomic<bool> ends_when_proved{false};

    std::optional<Identity> by_token(std::string_view token, bool) override {
        auto found = find(token);
        if (found && ends_when_proved.exchange(false)) end(std::string(token));
        return found;
    }
    std::optional<Identity> by_cookie(std::string_view value) override { return find(value); }
    std::optional<Identity> by_session(const SessionId& session) override { return find(session.view()); }

private:
    std::optional<Identity> find(std::string_view id) {
        const std::lock_guard lock(mutex_);
        const auto found = known_.find(id);
        return found == known_.end() ? std::nullopt : std::optional(found->second);
    }

    std::mutex mutex_;
    std::map<std::string, Identity, std::less<>> known_;
};

struct Say {
    std::string text;
    static constexpr EventInfo event{.name = "say", .limit = per_minute(60)};
    static constexpr auto fields = Pack{wire::field("text", &Say::text)};
};

struct Break {
    bool on_purpose = false;
    static constexpr EventInfo event{.name = "break"};
    static constexpr auto fields = Pack{wire::field("on_purpose", &Break::on_purpose)};
};

struct Nothing {
    static constexpr auto fields = Pack{};
};
struct Enter {
    static constexpr EventInfo event{.name = "enter"};
    static constexpr auto fields = Pack{};
};
struct Name {
    static constexpr EventInfo event{.name = "name"};
    static constexpr auto fields = Pack{};
};
struct NameAck {
    std::string id;
    static constexpr auto fields = Pack{wire::field("id", &NameAck::id)};
};
struct Linger {
    static constexpr EventInfo event{.name = "linger"};
    static constexpr auto fields = Pack{};
};
const Room kHall = Room::post(PostId("hall"));

class Entrance {
public:
    explicit Entrance(bool limits = false)
        : http([this](http::Exchange& exchange) { server->handle(exchange); }),
          bus(bus::local()),
          hub(http.loops, clock, *bus, "n1", nullptr),
          gateway(table, hub, sessions, {.rate_limits = limits}) {
        table.on<Say>([this](const Caller& me, Socket&, const Say&) {
            ++said;
            from =
                std::string(me.address) + ' ' + std::string(me.user_agent) + ' ' + std::string(me.base_url);
        });
        table.on<Enter>([](const Caller&, Socket& socket, const Enter&) { socket.join(kHall); });
        table.on<Name>(
            [](const Caller&, Socket& socket, const Name&) { return NameAck{std::string(socket.id())}; });
        table.on<Linger>([](const Caller&, Socket& socket, const Linger&) {
            socket.later("linger", 1h, [&socket] { socket.emit_json("over", "{}"); });
        });
        table.on<Break>([](const Caller&, Socket&, const Break& in) {
            if (in.on_purpose) throw unavailable("Chats are disabled", 1s);
            throw std::out_of_range("vector::at");
        });
        server = std::make_unique<realtime::Server>(
            http.loops, realtime::ServerOptions{.node = "n1", .sweep_period = 2ms}, &gateway);
        hub.attach(server->add_namespace("/", gateway));
        hub.start();
        gateway.start();
    }
    ~Entrance() {
        hub.stop();
        http.stop();
        server.reset();  // its sockets know the hub
    }
    Entrance(const Entrance&) = delete;
    Entrance& operator=(const Entrance&) = delete;

    // Connected, and told that it is ready.
    std::unique_ptr<WsClient> client(std::string_view connect, std::string_view headers = {}) {
        auto made = std::make_unique<WsClient>(http, std::string_view{}, 0, headers);
        CHECK(made->read().starts_with(R"(0{"sid":)"));
        made->send("40" + std::string(connect));
        CHECK(made->read().starts_with(R"(40{"sid":")"));
        ready = made->read();
        CHECK(ready.starts_with(R"(42["ready",{)"));
        return made;
    }
    static std::string token(std::string_view session) {
        return R"({"token":")" + std::string(session) + R"("})";
    }
    // It is there, and was told nothing meanwhile.
    static bool is_well(WsClient& client) {
        client.send(R"(421["ping"])");
        return client.read().starts_with(R"(431[{"ok":true)");
    }

    testing::StoppedClock clock;
    Sockets table;
    Sessions sessions;
    std::unique_ptr<realtime::Server> server;
    http::TestServer http;
    std::unique_ptr<bus::Bus> bus;
    NodeHub hub;
    Gateway gateway;
    std::string ready;
    std::atomic<int> said{0};
    std::string from;  // address, client and base URL of who said something last
};

constexpr auto kRevoked = R"(42["error",{"detail":"session_revoked","status":401,"code":"unauthenticated"}])";

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

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
        clients[name]->send(R"(420["enter",{}])");
        CHECK(clients[name]->read().starts_with(R"(430[{"ok":true)"));
    }
    const auto bob_again = w.client(w.token("bob"));
    bob_again->send(R"(420["enter",{}])");
    CHECK(bob_again->read().starts_with(R"(430[{"ok":true)"));
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
    const auto enter = [](WsClient& client) {
        client.send(R"(420["enter",{}])");
        CHECK(client.read().starts_with(R"(430[{"ok":true)"));
    };
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
    enter(*bob);
    CHECK(told({.also_socket = id}) == "101");
    CHECK(told({.only_user = UserId("user_ada"), .also_socket = id}) == "100");
    enter(*ada);
    enter(*again);
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
    const auto linger = [](WsClient& client) {
        client.send(R"(420["linger",{}])");
        CHECK(client.read().starts_with(R"(430[{"ok":true)"));
    };
    w.hub.finish(UserId("user_ada"), "linger");
    linger(*one);
    linger(*bob);
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
