#include "platform/realtime/namespace.hpp"

#include <utility>

#include "platform/realtime/client.hpp"
#include "platform/realtime/id.hpp"
#include "platform/realtime/rooms.hpp"
#include "platform/realtime/server_state.hpp"
#include "platform/realtime/socket_codec.hpp"

namespace grover::realtime {

Namespace::Namespace(ServerState& server, std::string name, Application& application)
    : server_(server), name_(std::move(name)), application_(application) {
    for (unsigned i = 0; i < server.loops.size(); ++i) rooms_.push_back(std::make_unique<Rooms>());
}

Namespace::~Namespace() = default;

Rooms& Namespace::here() const { return *rooms_[static_cast<std::size_t>(runtime::this_loop())]; }

PacketPtr Namespace::encode(const Outgoing& event) const {
    const auto text = encode_event(name_, event, std::nullopt);
    return event.attachments.empty() ? Packet::message(text) : Packet::messages(text, event.attachments);
}

template <class F>
void Namespace::on_threads(const Audience& audience, F f) {
    std::shared_ptr<const Audience> shared;
    const auto here_index = server_.engine.here();
    for (unsigned i = 0; i < rooms_.size(); ++i) {
        if (static_cast<int>(i) == here_index) continue;
        bool wanted = audience.rooms.empty();
        for (const auto& room : audience.rooms) wanted = wanted || rooms_[i]->may_have(room);
        if (!wanted) continue;
        if (!shared) shared = std::make_shared<const Audience>(audience);
        server_.loops.post(i, [rooms = rooms_[i].get(), shared, f] { f(*rooms, *shared); });
    }
    if (here_index >= 0) f(here(), audience);
}

void Namespace::emit(const Audience& audience, const Outgoing& event, Delivery delivery) {
    send(audience, encode(event), delivery);
}

void Namespace::send(const Audience& audience, const PacketPtr& packet, Delivery delivery) {
    on_threads(audience, [packet, delivery](Rooms& rooms, const Audience& to) {
        rooms.each(to, [&](Socket& socket) { socket.send(packet, delivery); });
    });
}

void Namespace::emit_everywhere(const Audience& audience, const Outgoing& event) {
    emit(audience, event, Delivery::may_be_lost);
    if (server_.adapter != nullptr) server_.adapter->publish(*this, audience, event);
}

void Namespace::for_each(const Audience& audience, std::function<void(Socket&)> f) {
    on_threads(audience, [f = std::move(f)](Rooms& rooms, const Audience& who) {
        // It may change the room that is walked.
        std::vector<SocketPtr> sockets;
        rooms.each(who, [&](Socket& socket) { sockets.emplace_back(&socket); });
        for (const auto& socket : sockets) {
            if (socket->connected()) f(*socket);
        }
    });
}

void Namespace::with(std::string_view socket_id, std::function<void(Socket&)> f) {
    const auto id = parse_id(socket_id);
    if (!id || id->node != server_.options.node || id->thread >= rooms_.size()) return;
    auto& rooms = *rooms_[id->thread];
    const auto run = [&rooms, socket_id = std::string(socket_id), f = std::move(f)] {
        if (const SocketPtr socket = rooms.find(socket_id)) f(*socket);
    };
    if (server_.engine.here() == static_cast<int>(id->thread)) return run();
    server_.loops.post(id->thread, run);
}

bool Namespace::has_members(std::string_view room) const {
    for (const auto& rooms : rooms_) {
        if (rooms->may_have(room)) return true;
    }
    return false;
}

}  // namespace grover::realtime
