#include "platform/realtime/websocket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "platform/realtime/io_thread_asio.hpp"

namespace grover::realtime {

namespace {

// Packets given to the kernel in one call.
constexpr std::size_t kPiecesAtOnce = 64;
// TLS is decrypted until nothing is left, because the kernel does not tell of what OpenSSL holds; a fast client waits for
// another turn after so many.
constexpr int kReadsAtOnce = 16;
// Pings between two messages, or answers to ours: who says nothing but that wants to keep us busy.
constexpr unsigned kPingsInARow = 1'000;
// A TLS record: what is written together should not be more.
constexpr std::size_t kTlsPiece = 16 * 1024;

}  // namespace

WebSocket::WebSocket(IoThread& thread, int fd, std::unique_ptr<http::TlsSession> tls, std::size_t max_message,
                     int deflate_window)
    : thread_(&thread),
      tls_(std::move(tls)),
      reader_(max_message, deflate_window == 0 ? Compression::none : Compression::deflate),
      fd_(fd),
      deflate_window_(static_cast<std::uint8_t>(deflate_window)) {
    thread_->state.sockets.fetch_add(1, std::memory_order_relaxed);
}

WebSocket::~WebSocket() {
    if (fd_ >= 0) ::close(fd_);
    thread_->state.socket_gone();
}

void WebSocket::start(Session& session, std::string read_ahead) {
    session_ = &session;
    if (!thread_->watch(*this, fd_, EPOLLIN, true)) return fail(Reason::transport_closed);
    watched_ = EPOLLIN;
    if (!read_ahead.empty() && !take(read_ahead)) return;
    if (tls_ && is_open()) thread_->read_later(*this);
}

void WebSocket::send(PacketPtr packet, Delivery delivery) {
    if (finishing_ || !is_open()) return;
    if (deflate_window_ != 0) {
        if (auto smaller = packet->deflated(deflate_window_)) packet = std::move(smaller);
    }
    queue.push(std::move(packet), delivery);
    thread_->flush_soon(*this);
}

void WebSocket::finish(CloseCode code) {
    finishing_ = true;
    paused_ = false;
    queue.push(Packet::raw_frames(close_frame(peer_code_ == CloseCode::none ? code : peer_code_)),
               Delivery::durable);
    thread_->flush_soon(*this);
    watch(EPOLLIN | (wants_write_ ? EPOLLOUT : 0U));
}

void WebSocket::pause() {
    if (std::exchange(paused_, true) || finishing_ || !is_open()) return;
    watch(wants_write_ ? EPOLLOUT : 0U);
}

void WebSocket::resume() {
    if (!std::exchange(paused_, false) || finishing_ || !is_open()) return;
    watch(EPOLLIN | (wants_write_ ? EPOLLOUT : 0U));
    if (tls_) thread_->read_later(*this);
}

void WebSocket::watch(std::uint32_t events) {
    if (events == watched_) return;
    watched_ = events;
    thread_->watch(*this, fd_, events, false);
}

void WebSocket::on_ready(std::uint32_t events) {
    if ((events & EPOLLIN) != 0) {
        read();
    } else if ((events & (EPOLLERR | EPOLLHUP)) != 0 && is_open()) {
        return fail(Reason::transport_closed);
    }
    if ((events & EPOLLOUT) != 0 && is_open()) flush();
}

void WebSocket::read() {
    const auto buffer = thread_->read_buffer();
    for (int i = 0; i < kReadsAtOnce; ++i) {
        if (!is_open() || paused_) return;
        http::IoResult result;
        if (tls_) {
            result = tls_->read(buffer);
        } else {
            const auto got = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
            result = {got > 0 ? http::IoStatus::done : http::IoStatus::end,
                      static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
        }
        switch (result.status) {
            case http::IoStatus::done:
                break;
            case http::IoStatus::wants_read:
                return;
            case http::IoStatus::wants_write:
                wants_write_ = true;
                return watch(watched_ | EPOLLOUT);
            case http::IoStatus::end:
            case http::IoStatus::failed:
                return fail(Reason::transport_closed);
        }
        // What comes after the end is read only so that the client gets to see it.
        if (!finishing_ && !take(buffer.first(result.size))) return;
        if (!tls_) return;
    }
    thread_->read_later(*this);
}

// False when nothing more is wanted.
bool WebSocket::take(std::span<char> bytes) {
    const auto code = reader_.feed(bytes, *this);
    if (code != CloseCode::none && session_ != nullptr) session_->on_websocket_closed(*this, reason_of(code));
    return is_open() && !finishing_;
}

bool WebSocket::on_message(std::string_view payload, bool binary) {
    session_->on_websocket_message(*this, payload, binary);
    return session_ != nullptr;
}

bool WebSocket::on_ping(std::string_view payload) {
    if (++pings_ > kPingsInARow || session_->is_flooded()) {
        session_->on_websocket_closed(*this, Reason::flood);
        return false;
    }
    // One answer is enough, to whatever was asked last (RFC 6455 §5.5.3): pings cannot fill the queue.
    if (queue.empty()) send(Packet::raw_frames(pong_frame(payload)), Delivery::durable);
    return true;
}

bool WebSocket::on_close(CloseCode code) {
    peer_code_ = code;
    session_->on_websocket_closed(*this, Reason::client_closed);
    return false;
}

void WebSocket::flush() {
    dirty = false;
    while (is_open() && !queue.empty()) {
        if (!(tls_ ? write_tls() : write_plain())) return;
    }
    if (is_open()) on_flushed();
}

// Takes what was written out of the queue.
void WebSocket::written(std::size_t size) {
    size += sent_;
    while (!queue.empty() && size >= queue.head()->packet->frames().size()) {
        size -= queue.head()->packet->frames().size();
        queue.pop();
    }
    sent_ = static_cast<std::uint32_t>(size);
}

// False if it has to wait, or failed.
bool WebSocket::write_plain() {
    std::array<iovec, kPiecesAtOnce> pieces;
    std::size_t count = 0;
    std::size_t size = 0;
    std::size_t skip = sent_;
    for (const auto* node = queue.head(); node != nullptr && count < pieces.size(); node = node->next) {
        const auto bytes = node->packet->frames().substr(std::exchange(skip, 0));
        pieces[count++] = {const_cast<char*>(bytes.data()), bytes.size()};
        size += bytes.size();
    }
    ssize_t done = 0;
    if (count == 1) {
        done = ::send(fd_, pieces[0].iov_base, pieces[0].iov_len, MSG_DONTWAIT | MSG_NOSIGNAL);
    } else {
        msghdr message{};
        message.msg_iov = pieces.data();
        message.msg_iovlen = count;
        done = ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    if (done < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS) {
        fail(Reason::transport_closed);
        return false;
    }
    if (done > 0) written(static_cast<std::size_t>(done));
    if (done == static_cast<ssize_t>(size)) return true;
    wait_to_write();
    return false;
}

bool WebSocket::write_tls() {
    std::string_view bytes = queue.head()->packet->frames().substr(sent_);
    std::string joined;
    if (bytes.size() < kTlsPiece && queue.head()->next != nullptr) {
        std::size_t skip = sent_;
        for (const auto* node = queue.head(); node != nullptr && joined.size() < kTlsPiece;
             node = node->next) {
            joined += node->packet->frames().substr(std::exchange(skip, 0));
        }
        bytes = joined;
    }
    const auto result = tls_->write(bytes.substr(0, kTlsPiece));
    if (result.status == http::IoStatus::done) {
        written(result.size);
        return true;
    }
    if (result.status == http::IoStatus::wants_write || result.status == http::IoStatus::wants_read) {
        wait_to_write();
    } else {
        fail(Reason::transport_closed);
    }
    return false;
}

void WebSocket::wait_to_write() {
    wants_write_ = true;
    watch(watched_ | EPOLLOUT);
}

void WebSocket::on_flushed() {
    if (std::exchange(wants_write_, false)) watch(watched_ & ~static_cast<std::uint32_t>(EPOLLOUT));
    if (!finishing_) return;
    if (peer_code_ != CloseCode::none) return fail(Reason::client_closed);
    if (tls_) tls_->close_notify();
    ::shutdown(fd_, SHUT_WR);
}

void WebSocket::drop() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    queue.clear();
    sent_ = 0;
}

void WebSocket::fail(Reason reason) {
    drop();
    if (session_ != nullptr) return session_->on_websocket_closed(*this, reason);
    thread_->bury(*this);
}

}  // namespace grover::realtime
