#include "platform/sockets/bus_message.hpp"

#include <array>

namespace grover::sockets {
namespace {

// Stands in no id, no event name and, unescaped, in no JSON.
constexpr char kSeparator = '\x1f';

}  // namespace

std::string encode(const BusMessage& message) {
    const auto& delivery = message.delivery;
    std::string out;
    out.reserve(message.payload.size() + 256);
    for (const std::string_view part :
         {message.node, message.room, message.name, delivery.only_user.view(), delivery.except_user.view(),
          std::string_view(delivery.except_socket), std::string_view(delivery.also_socket)}) {
        out += part;
        out += kSeparator;
    }
    out += message.payload;
    return out;
}

std::optional<BusMessage> decode(std::string_view text) {
    std::array<std::string_view, 7> parts;
    for (auto& part : parts) {
        const auto end = text.find(kSeparator);
        if (end == text.npos) return std::nullopt;
        part = text.substr(0, end);
        text.remove_prefix(end + 1);
    }
    if (parts[1].empty() || parts[3].size() > kMaxIdLength || parts[4].size() > kMaxIdLength)
        return std::nullopt;
    return BusMessage{.node = parts[0],
                      .room = parts[1],
                      .name = parts[2],
                      .delivery = {.only_user = UserId(parts[3]),
                                   .except_user = UserId(parts[4]),
                                   .except_socket = std::string(parts[5]),
                                   .also_socket = std::string(parts[6])},
                      .payload = text};
}

}  // namespace grover::sockets
