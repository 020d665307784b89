#include "platform/sockets/gateway.hpp"

#include <algorithm>

#include "platform/api/origin.hpp"
#include "platform/observability/active_users.hpp"
#include "platform/observability/log.hpp"
#include "platform/observability/reports.hpp"
#include "platform/sockets/metrics.hpp"

namespace grover::sockets {
namespace {

using namespace std::chrono_literals;

constexpr log::Logger kLog{"sockets"};
constexpr auto kGuestStays = 30min;
constexpr auto kLooksForOverdue = 500ms;
constexpr auto kNotesUsers = 60s;  // of the five minutes for which somebody counts as active
constexpr auto kGuestErrorEvery = 10s;
constexpr auto kAskAgain = 5s;
constexpr double kHandshakesPerMinute = 60;
constexpr std::int64_t kEventInterval_us = 50'000;  // 20 per second
constexpr std::int64_t kEventBurst = 40;
constexpr std::size_t kLargestPayload = 64 * 1024;
constexpr std::size_t kMostKept = 4'096;
constexpr std::size_t kLongestUserAgent = 200;

struct Ready {
    std::optional<UserId> user_id;
    std::optional<SessionId> session_id;
    Time server_time;
    bool guest = false;
    bool recovered = false;
    static constexpr std::string_view name = "ready";
    static constexpr auto fields = Pack{
        wire::field("user_id", &Ready::user_id),         wire::field("session_id", &Ready::session_id),
        wire::field("server_time", &Ready::server_time), wire::field("guest", &Ready::guest),
        wire::field("recovered", &Ready::recovered),
    };
};

struct Authenticate {
    std::string token;
    static constexpr EventInfo event{.name = "authenticate", .limit = per_minute(5), .guests = true};
    static constexpr auto fields = Pack{
        wire::field("token", &Authenticate::token, wire::also("session_token", "access_token", "ticket"))};
};
struct AuthenticateAck {
    UserId user_id;
    static constexpr auto fields = Pack{wire::field("user_id", &AuthenticateAck::user_id)};
};

struct Ping {
    static constexpr EventInfo event{.name = "ping", .limit = per_second(1), .guests = true};
    static constexpr auto fields = Pack{};
};
struct PingAck {
    Time server_time;
    static constexpr auto fields = Pack{wire::field("server_time", &PingAck::server_time)};
};

std::string status_data(int status) { return "{\"status\":" + std::to_string(status) + '}'; }

// The one argument that handlers take; absent when the client sent none.
wire::JsonView argument_of(const realtime::Event& event) {
    return event.array.size() > 1 ? event.array.at(1) : wire::JsonView{};
}

Error too_fast() { return rate_limited(1s); }

}  // namespace

Gateway::Gateway(Sockets& sockets, NodeHub& hub, Identifier& identifier, GatewayOptions options)
    : sockets_(sockets),
      hub_(hub),
      identifier_(identifier),
      options_(std::move(options)),
      proxies_(options_.trusted_proxies),
      limiter_(hub.clock(), 60, 1 << 14) {
    add_own_events();
}

void Gateway::add_own_events() {
    sockets_.on<Ping>([this](const Caller&, Socket&, const Ping&) { return PingAck{hub_.clock().now()}; });
    sockets_.on<Authenticate>([this](const Caller&, Socket& socket, const Authenticate& in) {
        auto& live = static_cast<LiveSocket&>(socket);
        const auto identity = identifier_.by_token(without_scheme(in.token), true);
        if (!identity) throw not_authenticated();
        if (!live.is_guest()) {
            if (live.user_id() != identity->user_id) throw conflict("Already connected as another user");
            return AuthenticateAck{live.user_id()};
        }
        if (!hub_.crowd().promote(identity->user_id, http::rate_key(live.address()), live.id()))
            throw rate_limited(1s, "Too many connections");
        count_connection(live.transport().transport(), true, -1);
        live.become(*identity);
        count_connection(live.transport().transport(), false, 1);
        settle(live);
        return AuthenticateAck{identity->user_id};
    });
}

void Gateway::start() {
    look_for_overdue();
    note_users();
}

void Gateway::look_for_overdue() {
    hub_.after(kLooksForOverdue, [this] {
        end_overdue();
        look_for_overdue();
    });
}

// Who has a live socket is active, whatever they do.
void Gateway::note_users() {
    hub_.after(kNotesUsers, [this] {
        hub_.nsp().for_each({}, [](realtime::Socket& socket) {
            const auto* const live = LiveSocket::of(socket);
            if (live != nullptr && !live->is_guest())
                metrics::saw_user(live->user_id().view(), std::chrono::steady_clock::now());
        });
        note_users();
    });
}

bool Gateway::may_enter(const std::string& address) {
    return !options_.rate_limits ||
           limiter_.take(address, {.per_minute = kHandshakesPerMinute, .burst = kHandshakesPerMinute});
}

int Gateway::admit(const http::RequestHead& request, http::Response& response) {
    if (may_enter(http::rate_key(proxies_.client_address(request)))) return 0;
    response.add_header("Retry-After", "1");
    return 429;
}

std::optional<Identity> Gateway::prove(const Credential& credential) {
    if (credential.kind == Credential::Kind::none) return std::nullopt;
    auto identity = credential.session ? identifier_.by_session(*credential.session) : look_up(credential);
    // A client that says it is somebody else has changed accounts: the cookie is a left-over.
    if (identity && credential.claimed_user && identity->user_id.view() != *credential.claimed_user)
        return std::nullopt;
    return identity;
}

std::optional<Identity> Gateway::look_up(const Credential& credential) {
    if (credential.kind == Credential::Kind::cookie) return identifier_.by_cookie(credential.text);
    return identifier_.by_token(credential.text, credential.kind != Credential::Kind::header);
}

void Gateway::on_connect(realtime::Socket& socket, realtime::Connect& connect) {
    const auto& handshake = connect.handshake;
    const auto& request = handshake.request();
    // Of a client that was connected before on this connection, whose handshake is forgotten.
    const auto* const earlier = connect.earlier != nullptr ? LiveSocket::of(*connect.earlier) : nullptr;
    // As dear as a handshake, and counted with them.
    if (earlier != nullptr && !may_enter(http::rate_key(earlier->address())))
        return connect.refuse("Too many requests", status_data(429));
    const auto credential =
        earlier != nullptr ? find_credential_again(connect.payload, earlier->proof, earlier->session_id())
                           : find_credential(request, handshake.query("ticket"), handshake.query("token"),
                                             connect.payload, options_.origins);
    std::optional<Identity> identity;
    try {
        identity = prove(credential);
    } catch (const Error& error) {
        if (error.kind != ErrorKind::not_authorized) throw;
        // A suspended account's cookie is no credential that the client knows of.
        if (credential.kind != Credential::Kind::cookie)
            return connect.refuse(error.detail, status_data(error.status));
    }
    const bool explicit_one =
        credential.kind != Credential::Kind::none && credential.kind != Credential::Kind::cookie;
    if (explicit_one && !identity) return connect.refuse("Not authenticated", status_data(401));

    auto live = std::make_unique<LiveSocket>(
        socket, hub_, earlier != nullptr ? earlier->address() : proxies_.client_address(request));
    if (identity) {
        live->become(*identity);
        live->proof = credential.kind;
    }
    if (!live->enter_crowd()) return connect.refuse("Too many connections", status_data(429));
    live->connected_at = hub_.clock().now();
    if (live->is_guest()) live->ends_at = live->connected_at + kGuestStays;
    if (earlier != nullptr) {
        live->go_on_from(*earlier);
        live->user_agent = earlier->user_agent;
        live->base_url = earlier->base_url;
    } else {
        live->user_agent = kept(request.header("user-agent").substr(0, kLongestUserAgent));
        live->base_url =
            kept(api::base_url_for(options_.origins.public_base_url, request.header("host"), request.https,
                                   options_.origins.allowed_origins, options_.port));
    }
    socket.data = std::move(live);
}

void Gateway::on_connected(realtime::Socket& socket) {
    auto& live = *LiveSocket::of(socket);
    live.counted_transport = socket.transport();
    count_connection(socket.transport(), live.is_guest(), 1);
    if (live.is_guest()) {
        look_again_by(live.ends_at);
        live.emit(Ready{.server_time = hub_.clock().now(), .guest = true});
    } else {
        settle(live);
    }
    kLog.debug("socket opened",
               {{"transport", realtime::to_string(socket.transport())}, {"guest", live.is_guest()}});
}

// What a socket of a user gets, at CONNECT or when a guest proves to be one.
void Gateway::settle(LiveSocket& socket) {
    socket.join(Room::user(socket.user_id()));
    // The session may have ended between the proof and the moment from which its end finds this socket.
    const auto identity = identifier_.by_session(socket.session_id());
    if (!identity) return NodeHub::cut(socket);
    socket.become(*identity);
    look_again_by(socket.ends_at);
    hub_.note_connected(socket);
    metrics::saw_user(socket.user_id().view(), std::chrono::steady_clock::now());
    socket.emit(Ready{
        .user_id = socket.user_id(), .session_id = socket.session_id(), .server_time = hub_.clock().now()});
    const auto caller = socket.caller();
    for (const auto& passage : sockets_.connected())
        run_logged("on_connect", [&] { passage(caller, socket); });
}

void Gateway::on_event(realtime::Socket& socket, realtime::Event& event) {
    auto& live = *LiveSocket::of(socket);
    const auto* const handler = sockets_.find(event.name);
    count_event(handler != nullptr ? event.name : "unknown", Direction::in);
    try {
        if (options_.rate_limits && !live.all_events.take(hub_.clock().now(), kEventInterval_us, kEventBurst))
            throw too_fast();
        if (handler == nullptr) {
            // To a guest names that are not theirs are all alike (contract/realtime.md §4).
            if (live.is_guest()) throw not_authenticated();
            if (event.ack.wanted()) event.ack.answer(R"({"ok":false,"error":"unknown_event","status":404})");
            return;
        }
        event.ack.answer(answer_to(live, *handler, event));
    } catch (const Error& error) {
        if (error.status >= 500)
            kLog.error("socket event failed", {{"event", event.name}, {"cause", reports::cause_of(error)}});
        reports::report_exception("realtime", event.name, error, live.user_id().view());
        fail(live, event, error);
    } catch (const runtime::Cancelled&) {
        throw;
    } catch (const std::exception& error) {
        kLog.error("unexpected error", {{"event", event.name}, {"cause", error.what()}});
        reports::report_exception("realtime", event.name, error, live.user_id().view());
        fail(live, event, Error(ErrorKind::internal_error, "Internal server error"));
    }
}

std::string Gateway::answer_to(LiveSocket& socket, const Handler& handler, const realtime::Event& event) {
    if (socket.is_guest() && !handler.event.guests) throw not_authenticated();
    if (event.arguments.size() > kLargestPayload) throw Error(ErrorKind::too_large, "Payload too large");
    if (!event.attachments.empty()) throw validation_error("Binary data is not accepted");
    refuse_too_fast(socket, handler);
    // Who had not verified their address when the socket was opened may have done so since.
    if (!socket.caller().email_verified) {
        if (const auto identity = identifier_.by_session(socket.session_id())) socket.become(*identity);
    }
    return handler.run(socket.caller(), socket, argument_of(event));
}

void Gateway::refuse_too_fast(LiveSocket& socket, const Handler& handler) const {
    const auto& limit = handler.event.limit;
    if (limit.count == 0 || !options_.rate_limits) return;
    const auto interval = std::chrono::microseconds(limit.period).count() / limit.count;
    if (!socket.bucket_of(handler.index).take(hub_.clock().now(), interval, limit.count)) throw too_fast();
}

void Gateway::fail(LiveSocket& socket, realtime::Event& event, const Error& error) const {
    if (event.ack.wanted()) return event.ack.answer(failed_ack(error));
    // A guest's client sends what it always sent: it is told now and then, not each time.
    if (error.kind == ErrorKind::not_authenticated && socket.is_guest() &&
        !socket.first_in("error " + std::string(event.name.substr(0, 64)), kGuestErrorEvery))
        return;
    socket.emit_json("error", error_payload(error, event.name, argument_of(event)));
}

void Gateway::on_disconnected(realtime::Socket& socket, realtime::Reason reason) {
    auto& live = *LiveSocket::of(socket);
    live.finish_all();
    hub_.note_gone(live);
    live.leave_crowd();
    count_connection(live.counted_transport, live.is_guest(), -1);
    const auto stayed = hub_.clock().now() - live.connected_at;
    kLog.info("socket closed", {{"transport", realtime::to_string(live.counted_transport)},
                                {"guest", live.is_guest()},
                                {"duration_ms", stayed.count() / 1'000},
                                {"reason", realtime::to_string(reason)}});
    if (live.is_guest()) return;
    const auto caller = live.caller();
    for (const auto& passage : sockets_.disconnected())
        run_logged("on_disconnect", [&] { passage(caller, live); });
}

void Gateway::look_again_by(Time at) {
    auto known = next_end_us_.load(std::memory_order_relaxed);
    while (at.us < known && !next_end_us_.compare_exchange_weak(known, at.us, std::memory_order_relaxed)) {
    }
}

// Sessions that expired and guests that stayed too long. Rare: a session that is used does not expire.
void Gateway::end_overdue() {
    const Time now = hub_.clock().now();
    if (next_end_us_.load(std::memory_order_relaxed) > now.us) return;
    next_end_us_.store(INT64_MAX, std::memory_order_relaxed);
    hub_.nsp().for_each({}, [this, now](realtime::Socket& socket) {
        auto* const live = LiveSocket::of(socket);
        if (live == nullptr) return;
        if (live->ends_at > now) return look_again_by(live->ends_at);
        if (live->is_guest()) return socket.close();
        // Should the store not answer, it is asked again.
        live->ends_at = now + kAskAgain;
        look_again_by(live->ends_at);
        runtime::spawn([this, alive = realtime::SocketPtr(&socket)] {
            run_logged("expiry", [&] {
                auto& own = *LiveSocket::of(*alive);
                const auto identity = identifier_.by_session(own.session_id());
                if (!identity) return NodeHub::cut(own);
                own.become(*identity);
                look_again_by(own.ends_at);
            });
        });
    });
}

std::shared_ptr<const std::string> Gateway::kept(std::string_view text) {
    const std::lock_guard lock(kept_mutex_);
    const auto place =
        std::ranges::lower_bound(kept_, text, {}, [](const auto& one) -> std::string_view { return *one; });
    if (place != kept_.end() && **place == text) return *place;
    auto made = std::make_shared<const std::string>(text);
    if (kept_.size() >= kMostKept) std::erase_if(kept_, [](const auto& one) { return one.use_count() == 1; });
    if (kept_.size() < kMostKept) {
        const auto again = std::ranges::lower_bound(kept_, text, {},
                                                    [](const auto& one) -> std::string_view { return *one; });
        kept_.insert(again, made);
    }
    return made;
}

}  // namespace grover::sockets
