// The only part that knows of other nodes; without one there are none.
#pragma once

#include <string_view>

#include "platform/http/message.hpp"
#include "platform/realtime/namespace.hpp"

namespace grover::realtime {

class Adapter {
public:
    virtual ~Adapter() = default;

    // An emission of this node's that is meant for everybody: told to the other nodes, each of which calls
    // Namespace::emit. Any thread; must not wait. May be lost.
    virtual void publish(const Namespace& nsp, const Audience& audience, const Outgoing& event) = 0;

    // A request whose session lives on another node: polling, or the WebSocket that a polling session upgrades to. In
    // the request's fiber. False: no such node, and the client is told that its session is unknown.
    virtual bool forward(std::string_view node, http::Exchange& exchange) = 0;
};

}  // namespace grover::realtime
