// One I/O thread's share of a server: its sessions, its WebSockets in an epoll of their own, its clock. Private to
// platform/realtime.
//
// WebSockets are not given to Asio, which keeps a few hundred bytes for each descriptor: Asio watches one epoll, and what is
// ready in there is handled in one turn. At its end everything that was queued meanwhile is written, one call per
// socket.
#pragma once

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "platform/realtime/engine_server.hpp"
#include "platform/realtime/session.hpp"
#include "platform/realtime/websocket.hpp"

namespace grover::realtime {

// What all threads of an Engine.IO server share.
struct EngineState {
    EngineState(runtime::Loops& its_loops, ServerOptions its_options, EngineApplication& its_application,
                Gate* its_gate, Forwarder* its_forwarder, Observer* its_observer);
    ~EngineState();

    void opened(TransportKind transport);
    void upgraded();
    void closed(TransportKind transport, Reason reason);
    void dropped(std::size_t packets) const;
    void socket_gone();

    runtime::Loops& loops;
    const ServerOptions options;
    EngineApplication& application;
    Gate* gate;
    Forwarder* forwarder;
    Observer* observer;
    std::vector<std::unique_ptr<IoThread>> threads;
    std::atomic<std::size_t> polling_sessions{0};
    std::atomic<std::size_t> websocket_sessions{0};
    std::atomic<std::size_t> sockets{0};  // also those that are finishing
    std::atomic<bool> draining{false};
    std::mutex drain_mutex;
    std::condition_variable drained;

    // Which of these threads calls; -1: none of them, be it one of another server's loops.
    int here() const;

    bool all_gone() const { return polling_sessions == 0 && websocket_sessions == 0 && sockets == 0; }

private:
    void tell_drain();
};

class IoThread {
public:
    IoThread(EngineState& state, unsigned index, boost::asio::io_context& context);
    ~IoThread();
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    // All of these on this thread.
    void start();
    std::int64_t now() const;  // milliseconds

    // A polling session and its open packet.
    std::string open_polling(std::unique_ptr<Handshake> handshake);
    void open_websocket(std::unique_ptr<WebSocket> socket, std::unique_ptr<Handshake> handshake,
                        std::string read_ahead);
    // Of polling sessions; null for others.
    Session* find(std::string_view id) const;
    // It polls no more: nobody finds it by its id.
    void forget_id(std::string_view id);
    // They have ended: destroyed at the end of this turn.
    void bury(Session& session);
    void bury(std::shared_ptr<SessionUser> user) { dead_users_.push_back(std::move(user)); }
    // Owned from here until its client has seen the end.
    void let_finish(std::unique_ptr<WebSocket> socket, CloseCode code);
    void bury(WebSocket& socket);
    void close_all(Reason reason);
    // At the end of this turn: never while a list of sessions is being walked.
    void close_soon(Session& session, Reason reason);

    void flush_soon(WebSocket& socket);
    void answer_soon(Session& session);

    // Changes what a descriptor is watched for; `first`: it was not yet.
    bool watch(WebSocket& socket, int fd, std::uint32_t events, bool first);
    std::span<char> read_buffer() { return {read_buffer_.get(), kReadBuffer}; }
    // Reads again in another turn.
    void read_later(WebSocket& socket);

    EngineState& state;
    const unsigned index;
    std::atomic<std::thread::id> runs_on{};  // unset until it runs

private:
    static constexpr std::size_t kReadBuffer = 64 * 1024;
    using Executor = boost::asio::io_context::executor_type;
    using Timer = boost::asio::basic_waitable_timer<runtime::Steady,
                                                    boost::asio::wait_traits<runtime::Steady>, Executor>;

    Session& add(std::unique_ptr<Session> session, std::unique_ptr<Handshake> handshake);
    std::string open_packet(std::string_view id, bool upgradable) const;
    void wait_for_events();
    void run_events();
    void end_turn();
    void end_turn_soon();
    void sweep();

    boost::asio::io_context& context_;
    boost::asio::posix::basic_stream_descriptor<Executor> epoll_;
    Timer timer_;
    std::unique_ptr<char[]> read_buffer_;
    std::vector<std::unique_ptr<Session>> sessions_;
    std::unordered_map<std::string_view, Session*> by_id_;  // keys lie in the sessions
    std::vector<std::unique_ptr<WebSocket>> finishing_;
    // To be done at the end of this turn.
    std::vector<WebSocket*> dirty_sockets_;
    std::vector<WebSocket*> flushing_;
    std::vector<WebSocket*> unread_sockets_;
    std::vector<Session*> dirty_polls_;
    std::vector<std::pair<Session*, Reason>> doomed_;
    std::vector<std::unique_ptr<Session>> dead_sessions_;
    std::vector<std::unique_ptr<WebSocket>> dead_sockets_;
    std::vector<std::shared_ptr<SessionUser>> dead_users_;
    bool in_turn_ = false;
    bool end_is_posted_ = false;
};

}  // namespace grover::realtime
