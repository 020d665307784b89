// Engine.IO packets (contract of protocol 4): one of them as text, several as the body of a polling request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/realtime/packet.hpp"

namespace grover::realtime {

enum class EngineType : std::uint8_t { open, close, ping, pong, message, upgrade, noop };

struct EnginePacket {
    EngineType type = EngineType::message;
    std::string_view data;
};

// Nothing for what is no packet. An empty text is none.
std::optional<EnginePacket> decode_engine_packet(std::string_view text);

// What a client sent in one POST. Owns what it decoded; views lie in the body or in here.
class Payload {
public:
    struct Item {
        EnginePacket packet;
        bool binary = false;
    };
    // False if any of it is no packet, or there are more than `max_packets`.
    bool decode(std::string_view body, std::size_t max_packets);
    const std::vector<Item>& items() const { return items_; }

private:
    std::vector<Item> items_;
    std::vector<std::unique_ptr<std::string>> decoded_;
};

// Adds all of a packet to the body of a GET's answer.
void append_to_payload(std::string& body, const Packet& packet);
// The same for a packet of one character: "1", "6".
void append_to_payload(std::string& body, std::string_view packet);

}  // namespace grover::realtime
