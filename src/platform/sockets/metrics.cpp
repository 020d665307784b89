#include "platform/sockets/metrics.hpp"

#include <string>
#include <unordered_map>

#include "platform/observability/metrics.hpp"

namespace grover::sockets {
namespace {

// One table for each thread: nothing is shared, and a name is looked up once.
metrics::Counter& cached(std::unordered_map<std::string, metrics::Counter>& known, std::string_view key,
                         metrics::Counter (*make)(const std::string&)) {
    const std::string name(key);
    const auto found = known.find(name);
    return found != known.end() ? found->second : known.emplace(name, make(name)).first->second;
}

metrics::Counter event_counter(const std::string& event, const char* direction) {
    return metrics::counter("grover_socket_events_total", "Socket events by name and direction.",
                            {{"event", event}, {"direction", direction}});
}

metrics::Counter disconnects(const std::string& reason) {
    return metrics::counter("grover_socket_disconnects_total", "Ended connections by reason.",
                            {{"reason", reason}});
}

metrics::Counter slow_reader_drops() {
    return metrics::counter("grover_socket_dropped_total", "Packets that were not sent, by reason.",
                            {{"reason", "slow_reader"}});
}

}  // namespace

void count_event(std::string_view event, Direction direction) {
    thread_local std::unordered_map<std::string, metrics::Counter> in;
    thread_local std::unordered_map<std::string, metrics::Counter> out;
    if (direction == Direction::in) {
        cached(in, event, [](const std::string& name) { return event_counter(name, "in"); }).add();
    } else {
        cached(out, event, [](const std::string& name) { return event_counter(name, "out"); }).add();
    }
}

void register_socket_metrics() {
    for (const auto transport : {realtime::TransportKind::polling, realtime::TransportKind::websocket}) {
        count_connection(transport, false, 0);
        count_connection(transport, true, 0);
    }
    for (int reason = 0; reason <= static_cast<int>(realtime::Reason::shutdown); ++reason)
        (void)disconnects(std::string(realtime::to_string(static_cast<realtime::Reason>(reason))));
    for (const auto* direction : {"in", "out"}) (void)event_counter("unknown", direction);
    (void)slow_reader_drops();
}

void count_connection(realtime::TransportKind transport, bool guest, int by) {
    const auto gauge = [](const char* its_transport, const char* kind) {
        return metrics::up_down("grover_socket_connections", "Connected sockets.",
                                {{"transport", its_transport}, {"kind", kind}});
    };
    static const metrics::UpDown gauges[2][2] = {{gauge("polling", "user"), gauge("polling", "guest")},
                                                 {gauge("websocket", "user"), gauge("websocket", "guest")}};
    gauges[static_cast<std::size_t>(transport)][guest ? 1 : 0].add(by);
}

void TransportMetrics::closed(realtime::TransportKind, realtime::Reason reason) {
    thread_local std::unordered_map<std::string, metrics::Counter> known;
    cached(known, realtime::to_string(reason), &disconnects).add();
}

void TransportMetrics::dropped(std::size_t packets) {
    static const metrics::Counter slow = slow_reader_drops();
    slow.add(packets);
}

}  // namespace grover::sockets
