// Socket.IO packets (protocol 5) as text: <type>[<attachments>-][<namespace>,][<ack id>][<JSON>].
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/realtime/socket.hpp"

namespace grover::realtime {

enum class SocketPacketType : std::uint8_t {
    connect,
    disconnect,
    event,
    ack,
    connect_error,
    binary_event,
    binary_ack
};

struct SocketPacket {
    SocketPacketType type = SocketPacketType::event;
    unsigned attachments = 0;
    std::string_view nsp = "/";
    std::optional<std::uint64_t> id;
    std::string_view json;  // not looked into; empty if there is none

    bool is_event() const {
        return type == SocketPacketType::event || type == SocketPacketType::binary_event;
    }
    bool is_ack() const { return type == SocketPacketType::ack || type == SocketPacketType::binary_ack; }
};

inline constexpr unsigned kMaxAttachments = 10;
inline constexpr std::size_t kMaxNamespaceName = 256;

// Nothing for what no client may send.
std::optional<SocketPacket> decode_socket_packet(std::string_view text);

// The arguments behind the name in the text of an event's array, which is valid JSON: `1,{}` of `["name",1,{}]`.
std::string_view arguments_of(std::string_view array);

std::string encode_event(std::string_view nsp, const Outgoing& event, std::optional<std::uint64_t> id);
std::string encode_ack(std::string_view nsp, std::uint64_t id, std::string_view arguments,
                       std::size_t attachments);
std::string encode_connected(std::string_view nsp, std::string_view sid, std::string_view more_members);
std::string encode_refused(std::string_view nsp, std::string_view message, std::string_view data);
std::string encode_disconnect(std::string_view nsp);

}  // namespace grover::realtime
