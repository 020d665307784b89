// Requests of sessions that live on another node, behind a balancer that knows nothing of them (contract/realtime.md §9):
// polling is asked there in the client's stead, a WebSocket is joined to one that leads there. With TLS between nodes that
// have it; a node is one of ours if it holds the key of our own certificate.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/http/tls.hpp"
#include "platform/realtime/adapter.hpp"
#include "platform/runtime/runtime.hpp"
#include "platform/sockets/attendance.hpp"

namespace grover::sockets {

class Forwarder final : public realtime::Adapter {
public:
    // `tls_cert_file`: this node's certificate; empty: it speaks plain HTTP.
    Forwarder(runtime::Loops& loops, Attendance& attendance, const std::string& tls_cert_file);
    ~Forwarder() override;

    // What a node writes down for the others (Attendance).
    static std::string address_for(const std::string& host_and_port, bool tls);

    // Emissions to all nodes go through the hub's bus.
    void publish(const realtime::Namespace&, const realtime::Audience&, const realtime::Outgoing&) override {}
    bool forward(std::string_view node, http::Exchange& exchange) override;

private:
    runtime::Loops& loops_;
    Attendance& attendance_;
    std::unique_ptr<const http::TlsContext> peers_;
};

// The answer to a forwarded request, without its body.
struct ForwardedHead {
    int status = 0;
    std::size_t content_length = 0;
    bool is_json = false;
    std::string websocket_accept;
    std::string websocket_extensions;
    std::size_t size = 0;  // of the head in the text
};
// Nothing while it is not complete. Throws std::invalid_argument for what no node of ours writes.
std::optional<ForwardedHead> parse_forwarded_head(std::string_view text);

}  // namespace grover::sockets
