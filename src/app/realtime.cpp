#include "app/realtime.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>

#include "platform/base/random_text.hpp"
#include "platform/observability/log.hpp"
#include "platform/observability/metrics.hpp"

namespace grover::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kDrainLimit = 5s;
constexpr auto kSweepEvery = 30s;

std::unique_ptr<bus::Bus> make_bus(const Config& config, db::Engine engine) {
    const auto postgres = [&] { return bus::over_postgres(config.database_url); };
    switch (config.realtime_bus) {
        case RealtimeBus::redis:
            return bus::over_redis(config.redis_url);
        case RealtimeBus::postgres:
            return postgres();
        case RealtimeBus::local:
            return bus::local();
        case RealtimeBus::automatic:
            break;
    }
    if (bus::is_redis_reachable(config.redis_url)) return bus::over_redis(config.redis_url);
    return engine == db::Engine::postgres ? postgres() : bus::local();
}

// Where the other nodes reach this one: what it listens on, or its first address that is not its own alone.
std::string internal_address(const Config& config) {
    const std::string port = ':' + std::to_string(config.backend_port);
    if (config.backend_host != "0.0.0.0" && config.backend_host != "::") return config.backend_host + port;
    std::string address = "127.0.0.1";
    ifaddrs* all = nullptr;
    if (getifaddrs(&all) != 0) return address + port;
    for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET ||
            (one->ifa_flags & IFF_LOOPBACK) != 0)
            continue;
        char text[NI_MAXHOST];
        if (getnameinfo(one->ifa_addr, sizeof(sockaddr_in), text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
            0) {
            address = text;
            break;
        }
    }
    freeifaddrs(all);
    return address + port;
}

sockets::GatewayOptions gateway_options(const Config& config) {
    sockets::GatewayOptions options{
        .origins = {.allowed_origins = config.allowed_origins, .public_base_url = config.public_base_url},
        .port = static_cast<std::uint16_t>(config.backend_port),
        .rate_limits = config.rate_limit_enabled,
    };
    for (const auto& network : config.trusted_proxies) options.trusted_proxies.push_back(to_string(network));
    return options;
}

realtime::ServerOptions server_options(const Config& config, const std::string& node) {
    realtime::ServerOptions options;
    options.node = node;
    options.ping_interval = config.socket_ping_interval_ms;
    options.ping_timeout = config.socket_ping_timeout_ms;
    if (config.socket_permessage_deflate) options.compression = realtime::Compression::deflate;
    if (!config.rate_limit_enabled) options.flood_messages = 0;
    return options;
}

// Answered before routing, by the rules of its protocol (platform/realtime); here for the list of endpoints.
struct SocketPoll {
    std::string protocol;  // "EIO" is a macro
    std::string transport;
    std::optional<std::string> sid;

    static constexpr std::array aliases{api::Alias{http::Method::post, "/socket.io/"}};
    static constexpr api::Route route{.method = http::Method::get,
                                      .path = "/socket.io/",
                                      .summary = "Socket.IO: polling, and where a WebSocket begins.",
                                      .auth = api::Auth::none,
                                      .limit = api::RateClass::exempt,
                                      .aliases = aliases,
                                      .absolute = true};
    static constexpr auto fields = Pack{wire::field("EIO", &SocketPoll::protocol, wire::in_query),
                                        wire::field("transport", &SocketPoll::transport, wire::in_query),
                                        wire::field("sid", &SocketPoll::sid, wire::in_query)};
};

struct RealtimeConfigGet {
    static constexpr api::Route route{.method = http::Method::get,
                                      .path = "/realtime/config",
                                      .summary = "How sockets are reached.",
                                      .auth = api::Auth::none,
                                      .cache_control = "public, max-age=300"};
    static constexpr auto fields = Pack{};
};
struct RealtimeConfig {
    std::string path = "/socket.io/";
    std::vector<std::string> transports{"websocket", "polling"};
    std::int64_t ping_interval = 0;
    std::int64_t ping_timeout = 0;
    std::string ticket_url = "/api/auth/socket-ticket";
    std::int64_t protocol = 5;
    static constexpr auto fields = Pack{
        wire::field("path", &RealtimeConfig::path),
        wire::field("transports", &RealtimeConfig::transports),
        wire::field("ping_interval", &RealtimeConfig::ping_interval),
        wire::field("ping_timeout", &RealtimeConfig::ping_timeout),
        wire::field("ticket_url", &RealtimeConfig::ticket_url),
        wire::field("protocol", &RealtimeConfig::protocol),
    };
};

}  // namespace

class SocketIdentity final : public sockets::Identifier {
public:
    explicit SocketIdentity(auth::AuthService& auth) : auth_(auth) {}

    std::optional<sockets::Identity> by_token(std::string_view token, bool tickets_too) override {
        if (tickets_too && token.starts_with("gtk_")) return identity(auth_.redeem_ticket(token));
        return identity(auth_.identify_token(token));
    }
    std::optional<sockets::Identity> by_cookie(std::string_view value) override {
        return identity(auth_.identify_cookie(value));
    }
    std::optional<sockets::Identity> by_session(const SessionId& session) override {
        return identity(auth_.identify_session(session));
    }

private:
    static std::optional<sockets::Identity> identity(const std::optional<auth::SocketIdentity>& found) {
        if (!found) return std::nullopt;
        return sockets::Identity{.user_id = found->user_id,
                                 .session_id = found->session_id,
                                 .expires_at = found->expires_at,
                                 .is_admin = found->is_admin,
                                 .email_verified = found->email_verified};
    }

    auth::AuthService& auth_;
};

Realtime::Realtime(const Ground& ground, Domains& domains)
    : domains_(domains),
      bus_(make_bus(ground.config, ground.db.engine())),
      node_(random_text(6)),
      hub_(*ground.loops, ground.clock, *bus_, node_,
           ground.db.engine() == db::Engine::postgres
               ? (attendance_ = std::make_unique<sockets::Attendance>(
                      ground.db, ground.clock, node_,
                      sockets::Forwarder::address_for(internal_address(ground.config),
                                                      ground.config.tls_enabled)))
                     .get()
               : nullptr),
      identity_(std::make_unique<SocketIdentity>(domains.auth)),
      gateway_(std::make_unique<sockets::Gateway>(table_, hub_, *identity_, gateway_options(ground.config))),
      forwarder_(attendance_ ? std::make_unique<sockets::Forwarder>(*ground.loops, *attendance_,
                                                                    ground.config.tls_cert_file)
                             : nullptr),
      server_(*ground.loops, server_options(ground.config, node_), gateway_.get(), forwarder_.get(),
              &metrics_) {
    hub_.attach(server_.add_namespace("/", *gateway_));
    auto& events = ground.background.events();
    domains.add_sockets(table_, hub_, events);
    events.on_every_node<auth::SessionEnded>("sockets.sessions", [this](const auth::SessionEnded& event) {
        hub_.close_session(event.user_id, event.session_id);
    });
    events.on_every_node<users::AccountHidden>(
        "sockets.sessions", [this](const users::AccountHidden& event) { hub_.close_user(event.user_id); });
    if (attendance_) {
        ground.background.jobs().every("realtime.nodes", kSweepEvery, [this, &domains] {
            attendance_->sweep([&](const std::vector<UserId>& users) { domains.presence->node_died(users); });
        });
    }
    sockets::register_socket_metrics();
    metrics::gauge_from("grover_bus_up", "Whether the bus between nodes is connected.", {},
                        [bus = bus_.get()] { return bus->is_up() ? 1.0 : 0.0; });
    metrics::gauge_from("grover_bus_lag_seconds", "How long a message to all nodes takes to come back.", {},
                        [this] { return hub_.bus_lag(); });
}

Realtime::~Realtime() = default;

void Realtime::start() {
    hub_.start();
    gateway_->start();
}

void Realtime::drain() {
    const auto connected = hub_.crowd().users();
    server_.drain(kDrainLimit);
    sockets::run_logged("presence", [&] { domains_.presence->node_stops(connected); });
}

void Realtime::stop() { hub_.stop(); }

void add_realtime_api(Api& api, const Config& config) {
    api.on<SocketPoll>(
        [](const Caller&, const SocketPoll&) -> api::NoContent { throw not_found("Not Found"); });
    api.on<RealtimeConfigGet>([&](const Caller&, const RealtimeConfigGet&) {
        return RealtimeConfig{.ping_interval = config.socket_ping_interval_ms.count(),
                              .ping_timeout = config.socket_ping_timeout_ms.count()};
    });
}

}  // namespace grover::app
