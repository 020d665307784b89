#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

#include "platform/realtime/id.hpp"
#include "platform/realtime/io_thread_asio.hpp"
#include "platform/realtime/polling.hpp"

namespace grover::realtime {

namespace {

// Sockets handled in one turn.
constexpr int kEventsAtOnce = 256;
// What a client gets to take the close frame and say goodbye.
constexpr std::int64_t kFinish = 3'000;

int make_epoll() {
    const int fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    return fd;
}

}  // namespace

IoThread::IoThread(EngineState& its_state, unsigned its_index, boost::asio::io_context& context)
    : state(its_state),
      index(its_index),
      context_(context),
      epoll_(context.get_executor(), make_epoll()),
      timer_(context.get_executor()),
      read_buffer_(std::make_unique<char[]>(kReadBuffer)) {}

IoThread::~IoThread() = default;

void IoThread::start() {
    runs_on = std::this_thread::get_id();
    wait_for_events();
    sweep();
}

std::int64_t IoThread::now() const {
    const auto time = state.options.now ? state.options.now() : runtime::Steady::now();
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

void IoThread::wait_for_events() {
    epoll_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                      [this](const boost::system::error_code& error) {
                          if (error) return;
                          run_events();
                          wait_for_events();
                      });
}

void IoThread::run_events() {
    std::array<epoll_event, kEventsAtOnce> events;
    const int count = ::epoll_wait(epoll_.native_handle(), events.data(), kEventsAtOnce, 0);
    in_turn_ = true;
    for (int i = 0; i < count; ++i) {
        // One that was closed in this turn is still there, and knows that it is closed.
        const auto& event = events[static_cast<std::size_t>(i)];
        static_cast<WebSocket*>(event.data.ptr)->on_ready(event.events);
    }
    in_turn_ = false;
    end_turn();
}

void IoThread::end_turn() {
    in_turn_ = true;
    end_is_posted_ = false;
    for (auto* socket : std::exchange(unread_sockets_, {})) socket->read();
    // Closing and answering may make more of each.
    while (!doomed_.empty() || !dirty_sockets_.empty() || !dirty_polls_.empty()) {
        for (const auto& [session, reason] : std::exchange(doomed_, {})) session->close(reason);
        for (auto* session : std::exchange(dirty_polls_, {})) {
            session->poll_is_dirty = false;
            session->answer_poll();
        }
        flushing_.swap(dirty_sockets_);
        // Each write leaves the cache to the kernel: what the next ones need is on its way while it works.
        constexpr std::size_t kAhead = 2;
        for (std::size_t i = 0; i < flushing_.size(); ++i) {
            if (i + 2 * kAhead < flushing_.size()) flushing_[i + 2 * kAhead]->prefetch();
            if (i + kAhead < flushing_.size()) __builtin_prefetch(flushing_[i + kAhead]->queue.head());
            flushing_[i]->flush();
        }
        flushing_.clear();
    }
    in_turn_ = false;
    dead_sessions_.clear();
    dead_sockets_.clear();
    dead_users_.clear();
    if (!unread_sockets_.empty()) end_turn_soon();
}

// What happens outside run_events(), in fibers and posted calls, is collected until the loop comes back to us.
void IoThread::end_turn_soon() {
    if (in_turn_ || std::exchange(end_is_posted_, true)) return;
    boost::asio::post(context_, [this] { end_turn(); });
}

void IoThread::sweep() {
    const auto time = now();
    // Backwards: one that ends is replaced by the last, which was looked at already.
    for (std::size_t i = sessions_.size(); i-- > 0;) {
        if (i < sessions_.size()) sessions_[i]->tell_time(time);
    }
    for (std::size_t i = finishing_.size(); i-- > 0;) {
        if (finishing_[i]->finish_by > time) continue;
        finishing_[i]->drop();
        bury(*finishing_[i]);
    }
    timer_.expires_after(state.options.sweep_period);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) sweep();
    });
}

std::string IoThread::open_packet(std::string_view id, bool upgradable) const {
    const auto& options = state.options;
    return R"(0{"sid":")" + std::string(id) + R"(","upgrades":[)" + (upgradable ? R"("websocket")" : "") +
           R"(],"pingTimeout":)" + std::to_string(options.ping_timeout.count()) + R"(,"pingInterval":)" +
           std::to_string(options.ping_interval.count()) + R"(,"maxPayload":)" +
           std::to_string(options.max_payload) + "}";
}

Session& IoThread::add(std::unique_ptr<Session> owned, std::unique_ptr<Handshake> handshake) {
    Session& session = *owned;
    session.slot = static_cast<std::uint32_t>(sessions_.size());
    sessions_.push_back(std::move(owned));
    state.opened(session.transport());
    session.open(state.application.on_open(session, std::move(handshake)));
    return session;
}

std::string IoThread::open_polling(std::unique_ptr<Handshake> handshake) {
    std::string id = make_id(state.options.node, index);
    Session& session = add(std::make_unique<Session>(*this, id), std::move(handshake));
    by_id_.emplace(session.id(), &session);
    return open_packet(id, true);
}

void IoThread::open_websocket(std::unique_ptr<WebSocket> socket, std::unique_ptr<Handshake> handshake,
                              std::string read_ahead) {
    WebSocket& transport = *socket;
    Session& session = add(std::make_unique<Session>(*this, std::move(socket)), std::move(handshake));
    // Nobody can ask for it, so it is not kept.
    session.send(Packet::control(open_packet(make_id(state.options.node, index), false)), Delivery::durable);
    transport.start(session, std::move(read_ahead));
}

Session* IoThread::find(std::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

void IoThread::forget_id(std::string_view id) { by_id_.erase(id); }

void IoThread::bury(Session& session) {
    const auto at = session.slot;
    dead_sessions_.push_back(std::move(sessions_[at]));
    if (at + 1 < sessions_.size()) {
        sessions_[at] = std::move(sessions_.back());
        sessions_[at]->slot = at;
    }
    sessions_.pop_back();
    end_turn_soon();
}

void IoThread::let_finish(std::unique_ptr<WebSocket> owned, CloseCode code) {
    WebSocket& socket = *owned;
    socket.forget_session();
    socket.slot = static_cast<std::uint32_t>(finishing_.size());
    socket.finish_by = now() + kFinish;
    finishing_.push_back(std::move(owned));
    if (code == CloseCode::none || !socket.is_open()) {
        socket.drop();
        bury(socket);
    } else {
        socket.finish(code);
    }
}

void IoThread::bury(WebSocket& socket) {
    const auto at = socket.slot;
    std::erase(unread_sockets_, &socket);
    dead_sockets_.push_back(std::move(finishing_[at]));
    if (at + 1 < finishing_.size()) {
        finishing_[at] = std::move(finishing_.back());
        finishing_[at]->slot = at;
    }
    finishing_.pop_back();
    end_turn_soon();
}

void IoThread::close_all(Reason reason) {
    while (!sessions_.empty()) sessions_.back()->close(reason);
}

void IoThread::close_soon(Session& session, Reason reason) {
    doomed_.emplace_back(&session, reason);
    end_turn_soon();
}

void IoThread::flush_soon(WebSocket& socket) {
    if (std::exchange(socket.dirty, true)) return;
    dirty_sockets_.push_back(&socket);
    end_turn_soon();
}

void IoThread::answer_soon(Session& session) {
    if (std::exchange(session.poll_is_dirty, true)) return;
    dirty_polls_.push_back(&session);
    end_turn_soon();
}

void IoThread::read_later(WebSocket& socket) {
    std::erase(unread_sockets_, &socket);
    unread_sockets_.push_back(&socket);
    end_turn_soon();
}

bool IoThread::watch(WebSocket& socket, int fd, std::uint32_t events, bool first) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &socket;
    return ::epoll_ctl(epoll_.native_handle(), first ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) == 0;
}

}  // namespace grover::realtime
