// The HTTP side of a WebSocket's beginning (RFC 6455 §4.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/http/message.hpp"
#include "platform/realtime/websocket_extensions.hpp"
#include "platform/realtime/websocket_frame.hpp"

namespace grover::realtime {

// The client asks for a WebSocket, rightly or not.
bool asks_for_websocket(const http::RequestHead& request);
// 101 and what was agreed on when it may have one; else 400, or 426 for another version. Fills in status and headers.
// With Compression::none no offer of an extension is looked at.
std::optional<Extensions> answer_websocket(const http::RequestHead& request, http::Response& response,
                                           Compression compression);

}  // namespace grover::realtime
