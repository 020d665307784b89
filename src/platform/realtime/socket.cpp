#include "platform/realtime/socket.hpp"

#include <unordered_map>
#include <utility>

#include "platform/realtime/application.hpp"
#include "platform/realtime/client.hpp"
#include "platform/realtime/id.hpp"
#include "platform/realtime/namespace.hpp"
#include "platform/realtime/rooms.hpp"
#include "platform/realtime/socket_codec.hpp"

namespace grover::realtime {

// Events that wait for the client's answer.
struct Socket::Asked {
    struct Wait {
        runtime::Signal over;
        std::optional<Answer> answer;
    };
    std::uint64_t last_id = 0;
    std::unordered_map<std::uint64_t, std::shared_ptr<Wait>> waits;
};

Socket::Socket(Client& client, Namespace& nsp, std::string id)
    : client_(&client), namespace_(&nsp), id_(std::move(id)), key_(parse_id(id_)->key) {}

// What others keep here goes first: it may still ask the socket for its id.
Socket::~Socket() { data.reset(); }

Rooms& Socket::rooms_here() const { return namespace_->here(); }

TransportKind Socket::transport() const {
    return connected() && client_->session() != nullptr ? client_->session()->transport()
                                                        : TransportKind::websocket;
}

std::size_t Socket::queued_bytes() const {
    return connected() && client_->session() != nullptr ? client_->session()->queued_bytes() : 0;
}

void Socket::emit(const Outgoing& event, Delivery delivery) {
    if (connected()) send(namespace_->encode(event), delivery);
}

void Socket::send(const PacketPtr& packet, Delivery delivery) {
    if (connected()) client_->send(packet, delivery);
}

std::optional<Answer> Socket::ask(const Outgoing& event, std::chrono::milliseconds patience) {
    if (!connected()) return std::nullopt;
    const SocketPtr keep(this);
    if (!asked_) asked_ = std::make_unique<Asked>();
    const auto wait = std::make_shared<Asked::Wait>();
    const auto id = ++asked_->last_id;
    asked_->waits.emplace(id, wait);
    send(Packet::messages(encode_event(namespace_->name(), event, id), event.attachments));
    const auto forget = [&] {
        if (asked_) asked_->waits.erase(id);
    };
    try {
        wait->over.wait_for(patience);
    } catch (...) {
        forget();
        throw;
    }
    forget();
    return std::move(wait->answer);
}

void Socket::on_ack(std::uint64_t id, Answer answer) {
    if (!asked_) return;
    const auto found = asked_->waits.find(id);
    if (found == asked_->waits.end()) return;
    const auto document = wire::JsonDocument::parse(answer.arguments);
    if (!document || document->root().kind() != wire::JsonKind::array) return close(Reason::protocol_error);
    const auto wait = std::move(found->second);
    asked_->waits.erase(found);
    wait->answer = std::move(answer);
    wait->over.notify();
}

void Socket::end_asking() {
    const auto asked = std::exchange(asked_, nullptr);
    if (!asked) return;
    for (const auto& [id, wait] : asked->waits) wait->over.notify();
}

bool Socket::join(std::string_view room) { return connected() && rooms_here().join(*this, room); }
bool Socket::leave(std::string_view room) { return connected() && rooms_here().leave(*this, room); }
void Socket::leave_all() {
    if (connected()) rooms_here().leave_all(*this);
}
bool Socket::is_in(std::string_view room) const { return connected() && rooms_here().has(*this, room); }

std::vector<std::string> Socket::rooms() const {
    std::vector<std::string> names;
    names.reserve(memberships_.size());
    for (const auto& membership : memberships_) names.emplace_back(membership.room->name);
    return names;
}

void Socket::disconnect() {
    if (!connected()) return;
    client_->send(Packet::message(encode_disconnect(namespace_->name())));
    client_->detach(*this, Reason::server_disconnect);
}

void Socket::close(Reason reason) {
    if (connected() && client_->session() != nullptr) client_->session()->close(reason);
}

void Ack::answer(std::string_view arguments, const std::vector<std::string_view>& attachments) {
    const auto socket = std::exchange(socket_, nullptr);
    if (!socket) return;
    socket->send(
        Packet::messages(encode_ack(socket->nsp().name(), id_, arguments, attachments.size()), attachments));
}

}  // namespace grover::realtime
