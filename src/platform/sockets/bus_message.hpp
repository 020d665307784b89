// One ephemeral event on the bus, for sockets or for nodes. Private to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/sockets/hub.hpp"

namespace grover::sockets {

struct BusMessage {
    std::string_view node;
    std::string_view room;  // empty: for the nodes themselves
    std::string_view name;
    Delivery delivery;
    std::string_view payload;
};

std::string encode(const BusMessage& message);
// Views into `text`. Nothing for what no node wrote.
std::optional<BusMessage> decode(std::string_view text);

}  // namespace grover::sockets
