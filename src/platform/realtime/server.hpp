// A Socket.IO server (protocol 5 on Engine.IO 4) over platform/http: https://socket.io/docs/v4/socket-io-protocol/.
//
//     Server server(loops, {.node = "a1"});
//     Namespace& chat = server.add_namespace("/", application);
//     ... http::Handler::handle(exchange): if (server.takes(exchange.request().path)) return server.handle(exchange);
//
// A connection lives on one loop's thread from its first request to its end, also when polling requests arrive on
// others. An idle WebSocket is a few hundred bytes: no fiber, no buffer, no timer.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "platform/http/message.hpp"
#include "platform/realtime/adapter.hpp"
#include "platform/realtime/namespace.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::realtime {

struct ServerOptions {
    std::string path = "/socket.io";  // also with a slash behind it
    // Stands at the beginning of every id; 1 to 8 characters of [A-Za-z0-9]. Empty: random.
    std::string node;
    std::chrono::milliseconds ping_interval{25'000};
    std::chrono::milliseconds ping_timeout{60'000};
    std::chrono::milliseconds connect_timeout{45'000};
    std::chrono::milliseconds upgrade_timeout{10'000};
    std::chrono::milliseconds handler_timeout{25'000};
    std::size_t max_payload = 1'000'000;  // of a POST or a WebSocket message
    std::size_t max_packets = 1'000;      // of a POST
    // Outgoing, for each connection; over it packets that may be lost are, and after the grace the connection.
    std::size_t max_queued_bytes = 1024 * 1024;
    std::size_t max_queued_packets = 1'000;
    std::chrono::milliseconds queue_grace{10'000};
    // More messages than this in each of so many seconds on end close the connection; 0: no limit.
    unsigned flood_messages = 100;
    unsigned flood_seconds = 5;
    std::size_t max_sessions = 20'000;  // of all threads; more are answered 503
    // How often the time limits are looked at.
    std::chrono::milliseconds sweep_period{250};
    // What they are measured by; tests move it. Called by any thread. Empty: the steady clock.
    std::function<runtime::Steady::time_point()> now;
};

// Asked before a session is opened, in the request's fiber.
class Gate {
public:
    virtual ~Gate() = default;
    // 0, or the status to refuse with (403, 429), when it may also add headers.
    virtual int admit(const http::RequestHead& request, http::Response& response) = 0;
};

// Hears what metrics count. Any thread; must not wait.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void opened(TransportKind transport) = 0;
    virtual void upgraded() = 0;
    // Once for each opened; of the transport it had last.
    virtual void closed(TransportKind transport, Reason reason) = 0;
    // Packets that may be lost and were.
    virtual void dropped(std::size_t packets) = 0;
};

class Server {
public:
    // All pointers may be null and outlive the server.
    Server(runtime::Loops& loops, ServerOptions options, Gate* gate = nullptr, Adapter* adapter = nullptr,
           Observer* observer = nullptr);
    // When the loops no longer run, and before them.
    ~Server();

    // Before the loops run. `name` begins with "/".
    Namespace& add_namespace(std::string name, Application& application);

    bool takes(std::string_view path) const;
    // A request that takes() says yes to. In a fiber; CORS headers are the caller's.
    void handle(http::Exchange& exchange);

    // Clients connected now, by transport.
    std::size_t sessions(TransportKind transport) const;
    // The node part of every id.
    std::string_view node() const;

    // Opens no more sessions and closes all, in the way that makes clients reconnect elsewhere. Returns when they are
    // gone, or after `limit`. Not on a loop's thread, and while the loops run.
    void drain(std::chrono::milliseconds limit);

private:
    std::unique_ptr<ServerState> state_;
};

}  // namespace grover::realtime
