// The way in: who a socket is, what it may send, and how fast (contract/realtime.md §3, §4, §6, §10). Stands between the
// Socket.IO server and the table of events.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "platform/api/rate_limit.hpp"
#include "platform/http/client_address.hpp"
#include "platform/realtime/application.hpp"
#include "platform/realtime/server.hpp"
#include "platform/sockets/identity.hpp"
#include "platform/sockets/live_socket.hpp"
#include "platform/sockets/node_hub.hpp"
#include "platform/sockets/sockets.hpp"

namespace grover::sockets {

struct GatewayOptions {
    OriginRules origins;
    std::uint16_t port = 8001;
    std::vector<std::string> trusted_proxies;
    bool rate_limits =
        true;  // handshakes per address, events per socket; numbers of sockets are bounded anyway
};

class Gateway final : public realtime::Application, public realtime::Gate {
public:
    // References outlive it. Adds `authenticate` and `ping` to the table.
    Gateway(Sockets& sockets, NodeHub& hub, Identifier& identifier, GatewayOptions options);

    // Begins to end sockets whose time is over. When the loops run, or are about to.
    void start();

    // --- realtime::Gate ---
    int admit(const http::RequestHead& request, http::Response& response) override;

    // --- realtime::Application ---
    void on_connect(realtime::Socket& socket, realtime::Connect& connect) override;
    void on_connected(realtime::Socket& socket) override;
    void on_event(realtime::Socket& socket, realtime::Event& event) override;
    void on_disconnected(realtime::Socket& socket, realtime::Reason reason) override;
    bool takes_binary() const override { return false; }

private:
    // One more handshake of this address (http::rate_key).
    bool may_enter(const std::string& address);
    void add_own_events();
    std::optional<Identity> prove(const Credential& credential);
    std::optional<Identity> look_up(const Credential& credential);
    void settle(LiveSocket& socket);
    std::string answer_to(LiveSocket& socket, const Handler& handler, const realtime::Event& event);
    void refuse_too_fast(LiveSocket& socket, const Handler& handler) const;
    void fail(LiveSocket& socket, realtime::Event& event, const Error& error) const;
    void look_for_overdue();
    void end_overdue();
    void note_users();
    void look_again_by(Time at);
    std::shared_ptr<const std::string> kept(std::string_view text);

    Sockets& sockets_;
    NodeHub& hub_;
    Identifier& identifier_;
    const GatewayOptions options_;
    const http::TrustedProxies proxies_;
    api::RateLimiter limiter_;
    std::atomic<std::int64_t> next_end_us_{INT64_MAX};  // no socket ends before

    // User agents and hosts repeat: one copy of each, bounded.
    std::mutex kept_mutex_;
    std::vector<std::shared_ptr<const std::string>> kept_;
};

}  // namespace grover::sockets
