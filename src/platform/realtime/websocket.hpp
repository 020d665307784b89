// The WebSocket transport: one connected socket, frames in, shared frames out. On one I/O thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "platform/http/upgrade.hpp"
#include "platform/realtime/out_queue.hpp"
#include "platform/realtime/reason.hpp"
#include "platform/realtime/websocket_frame.hpp"

namespace grover::realtime {

class IoThread;
class Session;

class WebSocket final : FrameReader::Sink {
public:
    // Takes the descriptor over. `deflate_window`: Extensions::deflate_window.
    WebSocket(IoThread& thread, int fd, std::unique_ptr<http::TlsSession> tls, std::size_t max_message,
              int deflate_window);
    ~WebSocket();
    WebSocket(const WebSocket&) = delete;
    WebSocket& operator=(const WebSocket&) = delete;

    // Begins to read; `read_ahead` came behind the handshake.
    void start(Session& session, std::string read_ahead);
    // The session has ended: nothing is told to it any more.
    void forget_session() { session_ = nullptr; }
    // The client has said something: pings are counted anew.
    void forget_pings() { pings_ = 0; }

    void send(PacketPtr packet, Delivery delivery);
    // A close frame behind what is queued; the connection ends when the client has seen it, or soon.
    void finish(CloseCode code);
    // Nothing more is read until resume().
    void pause();
    void resume();

    // Closes at once.
    void drop();

    // What epoll says.
    void on_ready(std::uint32_t events);
    // For read_later().
    void read();
    // Writes what is queued, as far as the kernel takes it.
    void flush();
    void prefetch() const {
        __builtin_prefetch(&queue);
        __builtin_prefetch(&fd_);
    }
    bool is_open() const { return fd_ >= 0; }
    bool is_first_cut() const { return sent_ > 0; }

    OutQueue queue;
    bool dirty = false;          // is in its thread's list of those with something to write
    std::int64_t finish_by = 0;  // of a finishing one
    std::uint32_t slot = 0;      // in its thread's list of finishing ones

private:
    friend class IoThread;

    bool on_message(std::string_view payload, bool binary) override;
    bool on_ping(std::string_view payload) override;
    bool on_close(CloseCode code) override;

    bool take(std::span<char> bytes);
    bool write_plain();
    bool write_tls();
    void written(std::size_t size);
    void wait_to_write();
    void watch(std::uint32_t events);
    void on_flushed();
    // Closes at once and tells its session.
    void fail(Reason reason);

    IoThread* thread_;
    Session* session_ = nullptr;
    std::unique_ptr<http::TlsSession> tls_;
    FrameReader reader_;
    int fd_;
    std::uint32_t watched_ = 0;              // epoll events
    std::uint32_t sent_ = 0;                 // of the first packet
    std::uint32_t pings_ = 0;                // since forget_pings()
    CloseCode peer_code_ = CloseCode::none;  // the client has closed
    std::uint8_t deflate_window_;
    bool finishing_ = false;
    bool paused_ = false;
    bool wants_write_ = false;
};

}  // namespace grover::realtime
