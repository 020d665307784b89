// Lets a socket server's requests in beside the endpoints.
#pragma once

#include "platform/api/dispatcher.hpp"

namespace grover::app {

template <class Server>
class SocketDoor final : public api::SideDoor {
public:
    explicit SocketDoor(Server& server) : server_(server) {}

    bool takes(std::string_view path) const override { return server_.takes(path); }
    void handle(http::Exchange& exchange) override { server_.handle(exchange); }

private:
    Server& server_;
};

}  // namespace grover::app
