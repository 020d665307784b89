// What both servers of this folder, Engine.IO's and Socket.IO's, are told by their application.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "platform/http/message.hpp"
#include "platform/realtime/handshake.hpp"
#include "platform/realtime/reason.hpp"
#include "platform/realtime/websocket_frame.hpp"
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
    std::chrono::milliseconds attachments_timeout{
        10'000};  // of one packet, from its text to the last of them
    std::chrono::milliseconds handler_timeout{25'000};
    std::size_t max_payload = 1'000'000;  // of a POST, a WebSocket message, a packet with all its attachments
    std::size_t max_packets = 1'000;      // of a POST
    // Whether WebSockets get permessage-deflate that offer it. It costs about 7 µs for each KB sent to one client alone.
    Compression compression = Compression::none;
    // Outgoing, for each connection; over it packets that may be lost are, and after the grace the connection.
    std::size_t max_queued_bytes = 1024 * 1024;
    std::size_t max_queued_packets = 1'000;
    std::chrono::milliseconds queue_grace{10'000};
    // More packets than this, of whatever type, in each of so many seconds on end close the connection; 0: no limit.
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

}  // namespace grover::realtime
