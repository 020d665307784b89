#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "platform/http/socket_asio.hpp"

namespace grover::http {

namespace {

// A file that is not cached holds up the loop while the disk reads; pieces bound for how long.
constexpr std::uint64_t kFilePiece = 256 * 1024;
constexpr std::size_t kTlsFilePiece = 16 * 1024;

IoResult result_of(ssize_t returned, IoStatus when_full) {
    if (returned > 0) return {IoStatus::done, static_cast<std::size_t>(returned)};
    if (returned == 0) return {IoStatus::end};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {when_full};
    return {IoStatus::failed};
}

}  // namespace

Socket::Socket(boost::asio::io_context& context, int fd, bool ipv6, const TlsContext* tls)
    : socket_(context.get_executor()),
      tls_(tls != nullptr ? std::make_unique<TlsSession>(*tls, fd) : nullptr) {
    socket_.assign(ipv6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4(), fd);
}

bool Socket::is_reset() {
    pollfd state{.fd = socket_.native_handle(), .events = 0, .revents = 0};
    return ::poll(&state, 1, 0) == 1 && (state.revents & (POLLERR | POLLHUP)) != 0;
}

bool Socket::has_ended() {
    char next = 0;
    const auto got = ::recv(socket_.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

IoResult Socket::read_now(std::span<char> buffer) {
    if (tls_) return tls_->read(buffer);
    return result_of(::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT),
                     IoStatus::wants_read);
}

IoResult Socket::write_now(std::string_view first, std::string_view second) {
    if (tls_) return tls_->write(first.empty() ? second : first);
    if (second.empty()) {
        return result_of(
            ::send(socket_.native_handle(), first.data(), first.size(), MSG_DONTWAIT | MSG_NOSIGNAL),
            IoStatus::wants_write);
    }
    std::array<iovec, 2> parts{iovec{const_cast<char*>(first.data()), first.size()},
                               iovec{const_cast<char*>(second.data()), second.size()}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    return result_of(::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL),
                     IoStatus::wants_write);
}

IoResult Socket::send_file_now(int file, std::uint64_t offset, std::uint64_t length) {
    if (!tls_) {
        auto from = static_cast<off_t>(offset);
        return result_of(::sendfile(socket_.native_handle(), file, &from, std::min(length, kFilePiece)),
                         IoStatus::wants_write);
    }
    std::array<char, kTlsFilePiece> piece;
    const ssize_t size = ::pread(file, piece.data(), std::min<std::uint64_t>(length, piece.size()),
                                 static_cast<off_t>(offset));
    if (size == 0) return {IoStatus::end};
    if (size < 0) return {IoStatus::failed};
    return tls_->write({piece.data(), static_cast<std::size_t>(size)});
}

void Socket::end_sending() {
    if (tls_) tls_->close_notify();
    ::shutdown(socket_.native_handle(), SHUT_WR);
}

void Socket::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
}

std::pair<int, std::unique_ptr<TlsSession>> Socket::release() {
    boost::system::error_code ignored;
    const int fd = socket_.release(ignored);
    return {fd, std::move(tls_)};
}

}  // namespace grover::http
