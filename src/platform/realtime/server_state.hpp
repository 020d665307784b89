// What the parts of a Socket.IO server share. Private to platform/realtime.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "platform/realtime/adapter.hpp"
#include "platform/realtime/engine_server.hpp"
#include "platform/realtime/namespace.hpp"
#include "platform/realtime/server.hpp"

namespace grover::realtime {

struct ServerState final : EngineApplication, Forwarder {
    ServerState(runtime::Loops& its_loops, ServerOptions its_options, Gate* gate, Adapter* its_adapter,
                Observer* observer);

    std::shared_ptr<SessionUser> on_open(Session& session, std::unique_ptr<Handshake> handshake) override;
    bool forward(std::string_view node, http::Exchange& exchange) override;
    Namespace* find(std::string_view name) const;

    runtime::Loops& loops;
    const ServerOptions options;
    Adapter* const adapter;
    std::vector<std::unique_ptr<Namespace>> namespaces;
    EngineServer engine;
};

}  // namespace grover::realtime
