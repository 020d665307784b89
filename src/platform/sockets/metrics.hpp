// What contract/monitoring.md §4 counts of sockets. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "platform/realtime/server.hpp"

namespace grover::sockets {

enum class Direction : std::uint8_t { in, out };

// `event`: a name from the tables of this server; what clients invent counts as "unknown".
void count_event(std::string_view event, Direction direction);
// Makes the known label sets, so that no rate is empty. Once, at the start.
void register_socket_metrics();
void count_connection(realtime::TransportKind transport, bool guest, int by);

// Ends and losses of connections.
class TransportMetrics final : public realtime::Observer {
public:
    void opened(realtime::TransportKind) override {}
    void upgraded() override {}
    void closed(realtime::TransportKind transport, realtime::Reason reason) override;
    void dropped(std::size_t packets) override;
};

}  // namespace grover::sockets
