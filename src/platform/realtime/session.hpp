// One Engine.IO session. Lives on one I/O thread and is used there only.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "platform/realtime/engine_codec.hpp"
#include "platform/realtime/engine_server.hpp"
#include "platform/realtime/flood.hpp"
#include "platform/realtime/out_queue.hpp"

namespace grover::realtime {

class IoThread;
struct Polling;
struct Poll;
class WebSocket;

class Session {
public:
    // Opened by its first request: polling under `id`, or on a WebSocket.
    Session(IoThread& thread, std::string id);
    Session(IoThread& thread, std::unique_ptr<WebSocket> socket);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // For the application.
    void send(const PacketPtr& packet, Delivery delivery);
    void close(Reason reason);
    // From now; zero: none any more.
    void set_deadline(Deadline deadline, std::chrono::milliseconds from_now);
    // SessionUser::is_busy became false.
    void go_on();
    TransportKind transport() const;
    std::size_t queued_bytes() const;
    const std::string& id() const;  // of a polling one
    IoThread& thread() const { return *thread_; }
    void prefetch_queue() const { __builtin_prefetch(websocket_.get()); }

    // By its thread.
    void open(std::shared_ptr<SessionUser> user) { user_ = std::move(user); }
    bool is_closed() const { return user_ == nullptr; }
    bool is_busy() const { return user_ && user_->is_busy(); }

    // Polling, and the upgrade to a WebSocket: polling.cpp. False: the request is refused with 400.
    bool take_poll(const std::shared_ptr<Poll>& poll);
    bool begin_post();
    bool end_post(const Payload& payload);
    void answer_poll();
    bool can_upgrade() const;
    void attach_probe(std::unique_ptr<WebSocket> socket, std::string read_ahead);

    // From its WebSockets.
    void on_websocket_message(WebSocket& socket, std::string_view payload, bool binary);
    // Counts one packet, or one ping of a WebSocket: true if there are too many.
    bool is_flooded();
    void on_websocket_closed(WebSocket& socket, Reason reason);

    // Does what is due at that time. False: it has ended.
    bool tell_time(std::int64_t now);

    std::uint32_t slot = 0;      // in its thread's list
    bool poll_is_dirty = false;  // is in its thread's list of those with a poll to answer

private:
    // Of every transport.
    void receive(const EnginePacket& packet, bool binary);
    OutQueue& queue() const;
    void end_poll(std::string_view last);
    void end_polling(Reason reason);
    void tell_polling_time(std::int64_t now);
    void on_probe_message(std::string_view payload, bool binary);
    void upgrade();
    void drop_probe(Reason reason);

    Reason ended_by_{};
    Flood flood_;
    IoThread* thread_;
    std::shared_ptr<SessionUser> user_;     // null when closed
    std::unique_ptr<WebSocket> websocket_;  // one of these two
    std::unique_ptr<Polling> polling_;
    // Milliseconds of the thread's clock; 0: none.
    std::int64_t ping_at_ = 0;
    std::int64_t pong_by_ = 0;
    std::array<std::int64_t, 2> deadlines_{};  // by Deadline
    std::int64_t over_since_ = 0;              // its queue is too full
};

}  // namespace grover::realtime
