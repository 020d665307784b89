// Everything of real time above the domains: the Socket.IO server, the gateway before it, the bus to the other nodes.
// contract/realtime.md. Made before the loops run.
#pragma once

#include <memory>

#include "app/domains.hpp"
#include "platform/api/dispatcher.hpp"
#include "platform/bus/bus.hpp"
#include "platform/realtime/server.hpp"
#include "platform/sockets/attendance.hpp"
#include "platform/sockets/forwarder.hpp"
#include "platform/sockets/gateway.hpp"
#include "platform/sockets/metrics.hpp"
#include "platform/sockets/node_hub.hpp"

namespace grover::app {

class SocketIdentity;

class Realtime final : public api::SideDoor {
public:
    // Registers the domains' events and listeners: before the background starts. The domains outlive it.
    Realtime(const Ground& ground, Domains& domains);
    ~Realtime() override;

    // Joins the other nodes. Just before the loops run.
    void start();
    // Sends clients away so that they come back to another node, or to this one's successor. Then nothing is told any more.
    void drain();
    void stop();

    std::string_view bus_kind() const { return bus_->kind(); }
    bool is_bus_up() const { return bus_->is_up(); }

    // --- api::SideDoor ---
    bool takes(std::string_view path) const override { return server_.takes(path); }
    void handle(http::Exchange& exchange) override { server_.handle(exchange); }

private:
    Domains& domains_;
    std::unique_ptr<bus::Bus> bus_;
    std::unique_ptr<sockets::Attendance> attendance_;  // null: one process alone
    std::string node_;
    sockets::NodeHub hub_;
    sockets::Sockets table_;
    std::unique_ptr<SocketIdentity> identity_;
    std::unique_ptr<sockets::Gateway> gateway_;
    std::unique_ptr<sockets::Forwarder> forwarder_;
    sockets::TransportMetrics metrics_;
    realtime::Server server_;
};

// GET /realtime/config.
void add_realtime_api(Api& api, const Config& config);

}  // namespace grover::app
