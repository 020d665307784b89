// A connection to another node, or to a client that is joined to one: plain or TLS, waited for with Asio. Private to this
// folder.
#pragma once

#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "platform/http/tls.hpp"

namespace grover::sockets {

class Stream {
public:
    using Socket = boost::asio::ip::tcp::socket;

    explicit Stream(boost::asio::io_context& context) : socket_(context) {}
    // Takes over a connected, non-blocking socket and what is spoken over it.
    Stream(boost::asio::io_context& context, int fd, std::unique_ptr<http::TlsSession> tls)
        : socket_(context), tls_(std::move(tls)) {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
        socket_.assign(
            address.ss_family == AF_INET6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4(), fd);
    }

    Socket& socket() { return socket_; }
    // All bytes go through TLS from here on; handshake() comes first.
    void begin_tls(const http::TlsContext& context) {
        tls_ = std::make_unique<http::TlsSession>(context, socket_.native_handle());
    }

    // These return at once.
    http::IoResult handshake() { return tls_->handshake(); }
    http::IoResult read(std::span<char> buffer) {
        if (tls_) return tls_->read(buffer);
        boost::system::error_code error;
        const auto size = socket_.read_some(boost::asio::buffer(buffer.data(), buffer.size()), error);
        return result_of(error, size, http::IoStatus::wants_read);
    }
    http::IoResult write(std::string_view bytes) {
        if (tls_) return tls_->write(bytes);
        boost::system::error_code error;
        const auto size = socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
        return result_of(error, size, http::IoStatus::wants_write);
    }

    // Calls `f` with an error code when what one of the three wanted may go on.
    template <class F>
    void when_ready(http::IoStatus wanted, F f) {
        socket_.async_wait(wanted == http::IoStatus::wants_write ? Socket::wait_write : Socket::wait_read,
                           std::move(f));
    }

    // Ends all waits with an error.
    void close() {
        // The number of the descriptor may soon be another's.
        if (const auto tls = std::exchange(tls_, nullptr)) tls->close_notify();
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

private:
    static http::IoResult result_of(const boost::system::error_code& error, std::size_t size,
                                    http::IoStatus when_full) {
        if (!error) return {http::IoStatus::done, size};
        if (error == boost::asio::error::would_block) return {when_full};
        return {error == boost::asio::error::eof ? http::IoStatus::end : http::IoStatus::failed};
    }

    Socket socket_;
    std::unique_ptr<http::TlsSession> tls_;
};

inline bool must_wait(http::IoStatus status) {
    return status == http::IoStatus::wants_read || status == http::IoStatus::wants_write;
}

}  // namespace grover::sockets
