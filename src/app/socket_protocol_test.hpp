// What the public conformance suites of Engine.IO and Socket.IO talk to, in the place of the real sockets
// (SOCKET_PROTOCOL_TEST, contract/realtime.md §2).
#pragma once

#include <chrono>
#include <memory>

#include "platform/api/dispatcher.hpp"
#include "platform/config/config.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::app {

class SocketProtocolTest {
public:
    SocketProtocolTest(runtime::Loops& loops, api::Dispatcher& dispatcher, const Config& config);
    // When the loops no longer run.
    ~SocketProtocolTest();

    void drain(std::chrono::milliseconds limit);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace grover::app
