// The polling transport of a session, and its upgrade to a WebSocket.
#include "platform/realtime/polling.hpp"

#include <utility>

#include "platform/realtime/io_thread_asio.hpp"

namespace grover::realtime {

namespace {

constexpr std::string_view kClose = "1";
constexpr std::string_view kNoop = "6";

// While a client upgrades, a GET is answered with nothing, so that it can stop polling. One whose probe hangs would ask
// again and again: then it is left to the sweep.
constexpr unsigned kNoopsAtOnce = 4;

}  // namespace

bool Session::take_poll(const std::shared_ptr<Poll>& poll) {
    if (!tell_time(thread_->now()) || !polling_) return false;
    if (polling_->poll) {
        close(Reason::protocol_error);
        return false;
    }
    polling_->poll = poll;
    if (!polling_->queue.empty()) {
        answer_poll();
    } else if (polling_->probed && polling_->noops_at_once < kNoopsAtOnce) {
        ++polling_->noops_at_once;
        end_poll(kNoop);
    }
    return true;
}

void Session::answer_poll() {
    if (is_closed() || !polling_ || !polling_->poll || polling_->queue.empty()) return;
    end_poll({});
}

// Everything queued, then `last` if there is such.
void Session::end_poll(std::string_view last) {
    const auto poll = std::exchange(polling_->poll, nullptr);
    auto& queue = polling_->queue;
    poll->body.reserve(queue.bytes() + queue.count() + last.size() + 1);
    for (; !queue.empty(); queue.pop()) append_to_payload(poll->body, *queue.head()->packet);
    if (!last.empty()) append_to_payload(poll->body, last);
    poll->ready.notify();
}

void Session::end_polling(Reason reason) {
    drop_probe(reason);
    thread_->forget_id(polling_->id);
    if (polling_->poll) end_poll(reason == Reason::client_closed ? kNoop : kClose);
}

bool Session::begin_post() {
    if (!tell_time(thread_->now()) || !polling_) return false;
    if (polling_->posting) {
        close(Reason::protocol_error);
        return false;
    }
    polling_->posting = true;
    return true;
}

bool Session::end_post(const Payload& payload) {
    polling_->posting = false;
    for (const auto& item : payload.items()) {
        receive(item.packet, item.binary);
        if (is_closed()) return ended_by_ != Reason::protocol_error && ended_by_ != Reason::too_large;
    }
    return true;
}

void Session::tell_polling_time(std::int64_t now) {
    if (!polling_->probe) return;
    if (now >= polling_->probe_by) return drop_probe(Reason::ping_timeout);
    if (polling_->probed && polling_->poll) end_poll(kNoop);
}

bool Session::can_upgrade() const { return !is_closed() && polling_ && !polling_->probe; }

void Session::attach_probe(std::unique_ptr<WebSocket> socket, std::string read_ahead) {
    polling_->probe = std::move(socket);
    polling_->probe_by = thread_->now() + thread_->state.options.upgrade_timeout.count();
    polling_->probed = false;
    polling_->noops_at_once = 0;
    polling_->probe->start(*this, std::move(read_ahead));
}

void Session::on_probe_message(std::string_view payload, bool binary) {
    if (!binary && payload == "2probe" && !polling_->probed) {
        static const PacketPtr answer = Packet::control("3probe");
        polling_->probed = true;
        polling_->probe->send(answer, Delivery::durable);
        if (polling_->poll) end_poll(kNoop);
    } else if (!binary && payload == "5" && polling_->probed) {
        upgrade();
    } else {
        drop_probe(Reason::protocol_error);
    }
}

void Session::upgrade() {
    if (polling_->poll) end_poll(kNoop);
    thread_->forget_id(polling_->id);
    websocket_ = std::move(polling_->probe);
    websocket_->queue.take_all(polling_->queue);
    polling_.reset();
    thread_->flush_soon(*websocket_);
    thread_->state.upgraded();
}

// The session goes on without it.
void Session::drop_probe(Reason reason) {
    if (!polling_->probe) return;
    polling_->probed = false;
    const bool at_once = reason == Reason::transport_closed;
    thread_->let_finish(std::move(polling_->probe), at_once ? CloseCode::none : close_code(reason));
}

}  // namespace grover::realtime
