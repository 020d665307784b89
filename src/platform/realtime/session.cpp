#include "platform/realtime/session.hpp"

#include <utility>

#include "platform/realtime/io_thread_asio.hpp"
#include "platform/realtime/polling.hpp"

namespace grover::realtime {

namespace {

// What is queued above this many times the limit is not waited for.
constexpr std::size_t kHardLimit = 4;
// A ping that was sent later than this (the machine slept) gives its client the whole time for the answer.
constexpr std::int64_t kLatePing = 1'000;

}  // namespace

Session::Session(IoThread& thread, std::string id)
    : thread_(&thread),
      polling_(std::make_unique<Polling>()),
      ping_at_(thread.now() + thread.state.options.ping_interval.count()) {
    polling_->id = std::move(id);
}

Session::Session(IoThread& thread, std::unique_ptr<WebSocket> socket)
    : thread_(&thread),
      websocket_(std::move(socket)),
      ping_at_(thread.now() + thread.state.options.ping_interval.count()) {}

Session::~Session() = default;

TransportKind Session::transport() const {
    return websocket_ ? TransportKind::websocket : TransportKind::polling;
}

const std::string& Session::id() const { return polling_->id; }

OutQueue& Session::queue() const { return websocket_ ? websocket_->queue : polling_->queue; }

std::size_t Session::queued_bytes() const { return is_closed() ? 0 : queue().bytes(); }

void Session::send(const PacketPtr& packet, Delivery delivery) {
    if (is_closed()) return;
    const auto& options = thread_->state.options;
    OutQueue& waiting = queue();
    const auto is_over = [&] {
        return waiting.bytes() + packet->frames().size() > options.max_queued_bytes ||
               waiting.count() >= options.max_queued_packets;
    };
    if (is_over() && !waiting.empty()) {
        if (delivery == Delivery::may_be_lost) return thread_->state.dropped(1);
        const auto dropped = waiting.drop_losable(websocket_ && websocket_->is_first_cut());
        if (dropped > 0) thread_->state.dropped(dropped);
        if (is_over() && over_since_ == 0) over_since_ = thread_->now();
        if (waiting.bytes() > kHardLimit * options.max_queued_bytes ||
            waiting.count() > kHardLimit * options.max_queued_packets) {
            // Whoever sends may be walking a room of which this is a member.
            return thread_->close_soon(*this, Reason::too_slow);
        }
    }
    if (websocket_) {
        websocket_->send(packet, delivery);
    } else {
        polling_->queue.push(packet, delivery);
        if (polling_->poll) thread_->answer_soon(*this);
    }
}

void Session::close(Reason reason) {
    if (is_closed()) return;
    auto user = std::exchange(user_, nullptr);
    ended_by_ = reason;
    thread_->state.closed(transport(), reason);
    if (polling_) end_polling(reason);
    if (websocket_) {
        const bool at_once = reason == Reason::transport_closed || reason == Reason::too_slow;
        thread_->let_finish(std::move(websocket_), at_once ? CloseCode::none : close_code(reason));
    }
    thread_->bury(*this);
    user->on_closed(reason);
    // It may be its own call that led here.
    thread_->bury(std::move(user));
}

void Session::set_deadline(Deadline deadline, std::chrono::milliseconds from_now) {
    deadlines_[static_cast<std::size_t>(deadline)] =
        from_now.count() == 0 ? 0 : thread_->now() + from_now.count();
}

void Session::go_on() {
    if (!is_closed() && websocket_) websocket_->resume();
}

bool Session::is_flooded() { return flood_.add(thread_->now(), thread_->state.options); }

void Session::receive(const EnginePacket& packet, bool binary) {
    if (is_flooded()) return close(Reason::flood);
    switch (packet.type) {
        case EngineType::message:
            if (websocket_) websocket_->forget_pings();
            user_->on_message(packet.data, binary);
            if (!is_closed() && websocket_ && user_->is_busy()) websocket_->pause();
            return;
        case EngineType::pong:
            // One that nobody asked for would put the next ping off, for ever if it is repeated.
            if (pong_by_ == 0) return;
            if (websocket_) websocket_->forget_pings();
            pong_by_ = 0;
            ping_at_ = thread_->now() + thread_->state.options.ping_interval.count();
            return;
        case EngineType::close:
            return close(Reason::client_closed);
        case EngineType::noop:
            return;
        case EngineType::open:
        case EngineType::ping:  // it is the server that asks, in this version
        case EngineType::upgrade:
            return close(Reason::protocol_error);
    }
}

void Session::on_websocket_message(WebSocket& socket, std::string_view payload, bool binary) {
    if (&socket != websocket_.get()) return on_probe_message(payload, binary);
    if (binary) return receive({EngineType::message, payload}, true);
    const auto packet = decode_engine_packet(payload);
    if (!packet) return close(Reason::protocol_error);
    receive(*packet, false);
}

void Session::on_websocket_closed(WebSocket& socket, Reason reason) {
    if (&socket != websocket_.get()) return drop_probe(reason);
    close(reason);
}

bool Session::tell_time(std::int64_t now) {
    if (is_closed()) return false;
    const auto& options = thread_->state.options;
    if (pong_by_ == 0 && now >= ping_at_) {
        static const PacketPtr ping = Packet::control("2");
        pong_by_ = (now - ping_at_ < kLatePing ? ping_at_ : now) + options.ping_timeout.count();
        send(ping, Delivery::durable);
    }
    if (pong_by_ != 0 && now >= pong_by_) {
        close(Reason::ping_timeout);
        return false;
    }
    if (polling_) tell_polling_time(now);
    if (over_since_ != 0) {
        if (queue().bytes() <= options.max_queued_bytes && queue().count() <= options.max_queued_packets) {
            over_since_ = 0;
        } else if (now - over_since_ >= options.queue_grace.count()) {
            close(Reason::too_slow);
            return false;
        }
    }
    for (const auto deadline : {Deadline::connect, Deadline::attachments}) {
        auto& by = deadlines_[static_cast<std::size_t>(deadline)];
        if (by == 0 || now < by) continue;
        by = 0;
        user_->on_deadline(deadline);
        if (is_closed()) return false;
    }
    return true;
}

}  // namespace grover::realtime
