#include "platform/realtime/client.hpp"

#include <algorithm>
#include <exception>

#include "platform/observability/log.hpp"
#include "platform/observability/reports.hpp"
#include "platform/realtime/id.hpp"
#include "platform/realtime/io_thread_asio.hpp"
#include "platform/realtime/rooms.hpp"
#include "platform/realtime/server_state.hpp"

namespace grover::realtime {

namespace {

// What waits for a handler above this is not taken from the client yet.
constexpr std::size_t kWaitingPackets = 64;
constexpr std::size_t kWaitingBytes = 256 * 1024;

}  // namespace

struct Client::Unfinished {
    Incoming packet;
    std::size_t room;  // for what is missing
    unsigned missing;
    bool is_kept;
};

struct Client::Work {
    std::deque<Incoming> inbox;
    std::size_t bytes = 0;
    std::vector<std::pair<SocketPtr, Reason>> goodbyes;
};

Client::Client(ServerState& server, Session& session, std::unique_ptr<Handshake> handshake)
    : server_(server), session_(&session), handshake_(std::move(handshake)) {}

Client::~Client() {
    // The server ends with connections still open: whoever holds a socket must not find us.
    for (SocketPtr socket = std::move(sockets_); socket; socket = std::exchange(socket->next_, nullptr)) {
        socket->client_ = nullptr;
        socket->memberships_.clear();
    }
}

void Client::send(const PacketPtr& packet, Delivery delivery) {
    if (session_ != nullptr) session_->send(packet, delivery);
}

void Client::fail(Reason reason) {
    if (session_ != nullptr) session_->close(reason);
}

bool Client::is_busy() const {
    return work_ && (work_->inbox.size() > kWaitingPackets || work_->bytes > kWaitingBytes);
}

void Client::on_message(std::string_view data, bool binary) {
    if (binary != (unfinished_ != nullptr)) return fail(Reason::protocol_error);
    if (binary) return add_attachment(data);
    const auto packet = decode_socket_packet(data);
    if (!packet) return fail(Reason::protocol_error);
    if (!std::exchange(has_begun_, true) && packet->type != SocketPacketType::connect) {
        return fail(Reason::protocol_error);
    }
    if (packet->attachments == 0) return complete({std::string(data), {}});
    begin_packet(data, *packet);
}

void Client::begin_packet(std::string_view text, const SocketPacket& packet) {
    const auto limit = server_.options.max_payload;
    const Namespace* nsp = server_.find(packet.nsp);
    unfinished_ = std::make_unique<Unfinished>(
        Unfinished{.packet = {std::string(text), {}},
                   .room = limit - std::min(limit, text.size()),
                   .missing = packet.attachments,
                   .is_kept = nsp != nullptr && nsp->application().takes_binary()});
    wait_for_attachments();
}

void Client::wait_for_attachments() {
    session_->set_deadline(Deadline::attachments, server_.options.attachments_timeout);
}

void Client::add_attachment(std::string_view data) {
    if (data.size() > unfinished_->room) return fail(Reason::too_large);
    unfinished_->room -= data.size();
    unfinished_->packet.attachments.emplace_back(unfinished_->is_kept ? data : std::string_view());
    if (--unfinished_->missing > 0) return;
    session_->set_deadline(Deadline::attachments, {});
    complete(std::move(std::exchange(unfinished_, nullptr)->packet));
}

// All of a packet is there.
void Client::complete(Incoming incoming) {
    const auto packet = *decode_socket_packet(incoming.text);
    // A handler may be waiting for just this.
    if (packet.is_ack()) return on_ack(packet, incoming);
    if (!running_) return begin(std::move(incoming));
    if (!work_) work_ = std::make_unique<Work>();
    work_->bytes += incoming.text.size();
    for (const auto& attachment : incoming.attachments) work_->bytes += attachment.size();
    work_->inbox.push_back(std::move(incoming));
}

void Client::on_ack(const SocketPacket& packet, Incoming& incoming) const {
    Socket* socket = find(packet.nsp);
    if (socket == nullptr) return;
    socket->on_ack(*packet.id, Answer{std::string(packet.json), std::move(incoming.attachments)});
}

void Client::on_deadline(Deadline deadline) {
    if (deadline == Deadline::connect) return fail(Reason::connect_timeout);
    // It may have sent them long ago: while many packets wait for their handlers nothing is read.
    if (work_ && !work_->inbox.empty()) return wait_for_attachments();
    fail(Reason::attachments_timeout);
}

void Client::on_closed(Reason reason) {
    session_ = nullptr;
    handshake_.reset();
    earlier_.reset();
    unfinished_.reset();
    while (sockets_) detach(*sockets_, reason);
}

void Client::detach(Socket& socket, Reason reason) {
    const SocketPtr keep(&socket);
    for (SocketPtr* at = &sockets_; *at; at = &(*at)->next_) {
        if (at->get() != &socket) continue;
        SocketPtr next = std::move(socket.next_);
        *at = std::move(next);
        break;
    }
    socket.nsp().here().remove(socket);
    socket.client_ = nullptr;
    socket.end_asking();
    if (session_ != nullptr && !sockets_) {
        session_->set_deadline(Deadline::connect, server_.options.connect_timeout);
        if (forgets_handshake()) earlier_ = keep;
    }
    if (!socket.announced_) return;
    if (!work_) work_ = std::make_unique<Work>();
    work_->goodbyes.emplace_back(keep, reason);
    if (!running_) begin({});
}

void Client::begin(Incoming first) {
    running_ = true;
    runtime::spawn(
        [self = shared_from_this(), first = std::move(first)]() mutable { self->run(std::move(first)); });
}

// The fiber of this client: ends when there is nothing left to do.
void Client::run(Incoming first) {
    Incoming incoming = std::move(first);
    do {
        if (session_ != nullptr && !incoming.text.empty()) handle(incoming);
        say_goodbyes();
    } while (next(incoming));
    running_ = false;
}

bool Client::next(Incoming& incoming) {
    if (!work_) return false;
    if (session_ == nullptr || work_->inbox.empty()) {
        work_.reset();
        return false;
    }
    incoming = std::move(work_->inbox.front());
    work_->inbox.pop_front();
    work_->bytes -= incoming.text.size();
    for (const auto& attachment : incoming.attachments) work_->bytes -= attachment.size();
    if (!work_->inbox.empty()) return true;
    if (unfinished_) wait_for_attachments();
    session_->go_on();
    return true;
}

void Client::say_goodbyes() {
    while (work_ && !work_->goodbyes.empty()) {
        for (const auto& [socket, reason] : std::exchange(work_->goodbyes, {})) {
            call([&, &who = socket, why = reason] { who->nsp().application().on_disconnected(*who, why); });
        }
    }
}

void Client::call(FunctionRef<void()> f) {
    const runtime::DeadlineScope deadline(runtime::Steady::now() + server_.options.handler_timeout);
    try {
        f();
    } catch (const runtime::Cancelled&) {
        throw;  // the loops end
    } catch (const std::exception& failure) {
        log::error("socket handler failed", {{"cause", reports::cause_of(failure)}});
        reports::report_exception("realtime", "handler", failure);
        fail(Reason::handler_failed);
    }
}

Socket* Client::find(std::string_view nsp) const {
    for (Socket* socket = sockets_.get(); socket != nullptr; socket = socket->next_.get()) {
        if (socket->nsp().name() == nsp) return socket;
    }
    return nullptr;
}

// Nothing else is left to connect to.
bool Client::forgets_handshake() const { return server_.namespaces.size() == 1; }

void Client::handle(const Incoming& incoming) {
    const auto packet = *decode_socket_packet(incoming.text);
    if (packet.type == SocketPacketType::connect) return handle_connect(packet);
    if (packet.is_event()) return handle_event(packet, incoming);
    if (Socket* socket = find(packet.nsp)) detach(*socket, Reason::client_disconnect);
}

void Client::handle_connect(const SocketPacket& packet) {
    Namespace* nsp = server_.find(packet.nsp);
    if (nsp == nullptr) {
        return send(Packet::message(encode_refused(packet.nsp, "Invalid namespace", {})));
    }
    if (find(packet.nsp) != nullptr) return fail(Reason::protocol_error);
    std::optional<wire::JsonDocument> payload;
    if (!packet.json.empty()) {
        payload = wire::JsonDocument::parse(packet.json);
        if (!payload || payload->root().kind() != wire::JsonKind::object) return fail(Reason::protocol_error);
    }
    const SocketPtr socket(new Socket(*this, *nsp, make_id(server_.options.node, session_->thread().index)));
    // The connection may end while the application decides.
    auto handshake = std::move(handshake_);
    auto earlier = std::move(earlier_);
    static const Handshake forgotten(http::RequestHead{}, TransportKind::websocket);
    Connect connect(handshake ? *handshake : forgotten, earlier.get(),
                    payload ? payload->root() : wire::JsonView(), packet.json);
    call([&] { nsp->application().on_connect(*socket, connect); });
    if (session_ == nullptr) {
        socket->client_ = nullptr;
        return;
    }
    if (!socket->connected() || connect.refusal()) {
        socket->client_ = nullptr;
        handshake_ = std::move(handshake);
        earlier_ = std::move(earlier);
        if (!connect.refusal()) return;
        const auto& [message, data] = *connect.refusal();
        return send(Packet::message(encode_refused(nsp->name(), message, data)));
    }
    socket->next_ = std::exchange(sockets_, socket);
    nsp->here().add(*socket);
    session_->set_deadline(Deadline::connect, {});
    if (!forgets_handshake()) handshake_ = std::move(handshake);
    send(Packet::message(encode_connected(nsp->name(), socket->id(), connect.answer_members)));
    socket->announced_ = true;
    call([&] { nsp->application().on_connected(*socket); });
}

void Client::handle_event(const SocketPacket& packet, const Incoming& incoming) {
    // One that was disconnected a moment ago may still be sending.
    const SocketPtr socket(find(packet.nsp));
    if (!socket) return;
    const auto document = wire::JsonDocument::parse(packet.json);
    if (!document) return fail(Reason::protocol_error);
    const auto array = document->root();
    if (array.kind() != wire::JsonKind::array || array.size() == 0 ||
        array.at(0).kind() != wire::JsonKind::string) {
        return fail(Reason::protocol_error);
    }
    Event event{.name = array.at(0).string(),
                .array = array,
                .arguments = arguments_of(packet.json),
                .attachments = incoming.attachments,
                .ack = packet.id ? Ack(socket, *packet.id) : Ack()};
    call([&] { socket->nsp().application().on_event(*socket, event); });
}

}  // namespace grover::realtime
