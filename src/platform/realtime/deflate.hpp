// What permessage-deflate (RFC 7692) does to the payload of a message. Nothing is carried over from one message to the
// next ("no context takeover"), so nothing of it belongs to a connection: each thread has one compressor and one
// decompressor, made when it first needs them (some 300 KB together).
#pragma once

#include <string>
#include <string_view>

#include "platform/realtime/websocket_frame.hpp"

namespace grover::realtime {

// What is compressed may refer back 2^15 bytes, the most there is.
inline constexpr int kDeflateWindow = 15;

std::string deflate_message(std::string_view message);

// Not none: the connection must be closed with that code. Writes no more than one byte above `max_message`, however much
// the payload stands for.
CloseCode inflate_message(std::string_view payload, std::size_t max_message, std::string& message);

}  // namespace grover::realtime
