#include "platform/db/postgres_wait.hpp"

#include <poll.h>

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "platform/runtime/fiber.hpp"

namespace grover::db {
namespace {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using Timer = asio::basic_waitable_timer<Steady, asio::wait_traits<Steady>, Executor>;

bool poll_socket(int socket, SocketWait::For what, Steady::time_point until) {
    pollfd wanted{.fd = socket,
                  .events = what == SocketWait::For::reading ? short{POLLIN} : short{POLLOUT},
                  .revents = 0};
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now()).count();
        const int ready = poll(&wanted, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
        if (ready > 0) return true;
        if (ready == 0 && left <= 0) return false;
    }
}

}  // namespace

// Shared with the handlers, which the loop may run when the connection is gone.
struct SocketWait::OnLoop {
    OnLoop(int socket, asio::io_context& context)
        : descriptor(context.get_executor(), socket), timer(context.get_executor()) {}

    Descriptor descriptor;
    Timer timer;
    bool timed_out = false;
};

SocketWait::SocketWait(int socket, void* io_context) : socket_(socket) {
    if (io_context != nullptr) {
        on_loop_ = std::make_shared<OnLoop>(socket, *static_cast<asio::io_context*>(io_context));
    }
}

SocketWait::~SocketWait() {
    if (on_loop_) on_loop_->descriptor.release();
}

bool SocketWait::wait(For what, Steady::time_point until) {
    if (!on_loop_ || !runtime::in_fiber()) return poll_socket(socket_, what, until);
    const auto self = on_loop_;
    const runtime::Ticket ticket = runtime::next_wait();
    self->timed_out = false;
    self->timer.expires_at(until);
    self->timer.async_wait([self, ticket](const boost::system::error_code& error) {
        if (error || !runtime::is_waiting(ticket)) return;
        self->timed_out = true;
        self->descriptor.cancel();
    });
    const auto kind = what == For::reading ? Descriptor::wait_read : Descriptor::wait_write;
    self->descriptor.async_wait(kind, [self, ticket](const boost::system::error_code&) {
        self->timer.cancel();
        runtime::wake(ticket);
    });
    runtime::suspend();
    return !self->timed_out;
}

}  // namespace grover::db
