#include "platform/realtime/server.hpp"

#include <stdexcept>
#include <utility>

#include "platform/base/random_text.hpp"
#include "platform/realtime/client.hpp"
#include "platform/realtime/server_state.hpp"

namespace grover::realtime {

namespace {

ServerOptions with_node(ServerOptions options) {
    if (options.node.empty()) options.node = random_text(6);
    return options;
}

}  // namespace

ServerState::ServerState(runtime::Loops& its_loops, ServerOptions its_options, Gate* gate,
                         Adapter* its_adapter, Observer* observer)
    : loops(its_loops),
      options(with_node(std::move(its_options))),
      adapter(its_adapter),
      engine(its_loops, options, *this, gate, this, observer) {}

std::shared_ptr<SessionUser> ServerState::on_open(Session& session, std::unique_ptr<Handshake> handshake) {
    session.set_deadline(Deadline::connect, options.connect_timeout);
    return std::make_shared<Client>(*this, session, std::move(handshake));
}

bool ServerState::forward(std::string_view node, http::Exchange& exchange) {
    return adapter != nullptr && adapter->forward(node, exchange);
}

Namespace* ServerState::find(std::string_view name) const {
    for (const auto& nsp : namespaces) {
        if (nsp->name() == name) return nsp.get();
    }
    return nullptr;
}

Server::Server(runtime::Loops& loops, ServerOptions options, Gate* gate, Adapter* adapter, Observer* observer)
    : state_(std::make_unique<ServerState>(loops, std::move(options), gate, adapter, observer)) {}

Server::~Server() = default;

Namespace& Server::add_namespace(std::string name, Application& application) {
    if (!name.starts_with('/')) throw std::invalid_argument("a namespace begins with /");
    state_->namespaces.push_back(std::make_unique<Namespace>(*state_, std::move(name), application));
    return *state_->namespaces.back();
}

bool Server::takes(std::string_view path) const { return state_->engine.takes(path); }
void Server::handle(http::Exchange& exchange) { state_->engine.handle(exchange); }
std::size_t Server::sessions(TransportKind transport) const { return state_->engine.sessions(transport); }
std::string_view Server::node() const { return state_->options.node; }
void Server::drain(std::chrono::milliseconds limit) { state_->engine.drain(limit); }

}  // namespace grover::realtime
