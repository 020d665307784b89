// Why a connection ended, in the words that metrics and the WebSocket's close frame use.
#pragma once

#include <cstdint>
#include <string_view>

#include "platform/realtime/websocket_frame.hpp"

namespace grover::realtime {

enum class Reason : std::uint8_t {
    transport_closed,   // the client went away without a word
    client_closed,      // Engine.IO packet 1, or a WebSocket close frame
    client_disconnect,  // Socket.IO packet 41
    server_disconnect,  // Socket::disconnect
    server_closed,      // Socket::close
    ping_timeout,
    connect_timeout,      // no CONNECT in time
    attachments_timeout,  // the rest of a packet did not come
    protocol_error,       // what came was no packet, or not now
    invalid_text,         // not UTF-8
    too_large,
    too_slow,  // its outgoing queue stayed too full for too long
    flood,
    handler_failed,
    shutdown,
};
std::string_view to_string(Reason reason);

// What the WebSocket is closed with.
CloseCode close_code(Reason reason);
// What made a frame unacceptable.
Reason reason_of(CloseCode code);

}  // namespace grover::realtime
