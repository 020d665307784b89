// The HTTP side of a WebSocket's beginning (RFC 6455 §4.2).
#pragma once

#include <string>
#include <string_view>

#include "platform/http/message.hpp"

namespace grover::realtime {

// The client asks for a WebSocket, rightly or not.
bool asks_for_websocket(const http::RequestHead& request);
// 101 when it may have one; else 400, or 426 for another version. Fills in status and headers.
bool answer_websocket(const http::RequestHead& request, http::Response& response);

}  // namespace grover::realtime
