// A connection's socket, plain or TLS. Private to platform/http.
#pragma once

#include <sys/uio.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "platform/http/tls.hpp"

namespace grover::http {

using Executor = boost::asio::io_context::executor_type;

// Everything named _now returns at once.
class Socket {
public:
    using Plain = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

    // Takes over a connected, non-blocking socket.
    Socket(boost::asio::io_context& context, int fd, bool ipv6, const TlsContext* tls);

    bool is_tls() const { return tls_ != nullptr; }
    // Both directions are closed.
    bool is_reset();
    // The peer sends nothing more.
    bool has_ended();

    IoResult handshake_now() { return tls_->handshake(); }
    IoResult read_now(std::span<char> buffer);
    IoResult write_now(std::string_view first, std::string_view second);
    // Part of a file from `offset` on; `size` of the result says how far it came. `end`: the file is shorter
    // than that.
    IoResult send_file_now(int file, std::uint64_t offset, std::uint64_t length);

    // Plain sockets only: waits and reads in one.
    template <class OnRead>
    void read(std::span<char> buffer, OnRead on_read) {
        socket_.async_read_some(boost::asio::buffer(buffer.data(), buffer.size()), std::move(on_read));
    }
    template <class OnReady>
    void when_readable(OnReady on_ready) {
        socket_.async_wait(Plain::wait_read, std::move(on_ready));
    }
    template <class OnReady>
    void when_writable(OnReady on_ready) {
        socket_.async_wait(Plain::wait_write, std::move(on_ready));
    }

    // Nothing more is sent; the peer still may.
    void end_sending();
    // Ends all waits with an error.
    void close();
    // Gives the descriptor and the session away.
    std::pair<int, std::unique_ptr<TlsSession>> release();

private:
    Plain socket_;
    std::unique_ptr<TlsSession> tls_;
};

}  // namespace grover::http
