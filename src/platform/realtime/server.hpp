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
#include <memory>
#include <string>
#include <string_view>

#include "platform/http/message.hpp"
#include "platform/realtime/adapter.hpp"
#include "platform/realtime/namespace.hpp"
#include "platform/realtime/options.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::realtime {

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
