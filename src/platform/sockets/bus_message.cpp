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
    std::string except_users;
    for (const auto& user : delivery.except_users) except_users.append(user.view()).append(1, ',');
    for (const std::string_view part :
         {message.node, message.room, message.name, delivery.only_user.view(), delivery.except_user.view(),
          std::string_view(except_users), std::string_view(delivery.except_socket),
          std::string_view(delivery.also_socket)}) {
        out += part;
        out += kSeparator;
    }
    out += message.payload;
    return out;
}

std::optional<BusMessage> decode(std::string_view text) {
    std::array<std::string_view, 8> parts;
    for (auto& part : parts) {
        const auto end = text.find(kSeparator);
        if (end == text.npos) return std::nullopt;
        part = text.substr(0, end);
        text.remove_prefix(end + 1);
    }
    if (parts[2].empty() || parts[3].size() > kMaxIdLength || parts[4].size() > kMaxIdLength)
        return std::nullopt;
    std::vector<UserId> except_users;
    for (auto rest = parts[5]; !rest.empty();) {
        const auto end = rest.find(',');
        if (end == rest.npos || end > kMaxIdLength) return std::nullopt;
        except_users.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    return BusMessage{.node = parts[0],
                      .room = parts[1],
                      .name = parts[2],
                      .delivery = {.only_user = UserId(parts[3]),
                                   .except_user = UserId(parts[4]),
                                   .except_users = std::move(except_users),
                                   .except_socket = std::string(parts[6]),
                                   .also_socket = std::string(parts[7])},
                      .payload = text};
}

}  // namespace grover::sockets
