// A gateway in front of a real server, for tests of what it lets in, tells and ends.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "platform/realtime/realtime_fixture.hpp"
#include "platform/sockets/gateway.hpp"
#include "testing/stopped_clock.hpp"

namespace grover::sockets {

using namespace std::chrono_literals;
using realtime::WsClient;

// Sessions by hand: a token and a cookie are the session's own id.
class Sessions final : public Identifier {
public:
    void begin(const std::string& id, const std::string& user, Time until, bool email_verified = true) {
        const std::lock_guard lock(mutex_);
        known_[id] = {.user_id = UserId(user),
                      .session_id = SessionId(id),
                      .expires_at = until,
                      .email_verified = email_verified};
    }
    // How often they were asked whether a session still lives.
    std::atomic<int> asked{0};
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
    std::optional<Identity> by_session(const SessionId& session) override {
        ++asked;
        return find(session.view());
    }

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
struct Publish {
    static constexpr EventInfo event{.name = "publish"};
    static constexpr auto fields = Pack{};
};
struct Linger {
    static constexpr EventInfo event{.name = "linger"};
    static constexpr auto fields = Pack{};
};
inline const Room kHall = Room::post(PostId("hall"));

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
        table.on<Publish>([](const Caller& me, Socket&, const Publish&) {
            if (!me.email_verified) throw not_authorized("Email not verified");
        });
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
    // Sends that event, without data, and is answered that it was done.
    static void ask(WsClient& client, std::string_view event) {
        client.send(R"(420[")" + std::string(event) + R"(",{}])");
        CHECK(client.read().starts_with(R"(430[{"ok":true)"));
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

inline constexpr auto kRevoked =
    R"(42["error",{"detail":"session_revoked","status":401,"code":"unauthenticated"}])";

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace grover::sockets
