#include "platform/http/worker_asio.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <ctime>
#include <exception>
#include <utility>

#include "platform/http/client_address.hpp"
#include "platform/http/connection_asio.hpp"
#include "platform/http/response_head.hpp"

namespace grover::http {

namespace {

constexpr std::size_t kTrashSize = 64 * 1024;
constexpr std::size_t kKeptRequests = 64;
// Between two looks at the connections already there.
constexpr int kAcceptsAtOnce = 64;
// When there are as many connections as there may be.
constexpr std::chrono::seconds kPatienceWhenFull{1};
constexpr std::size_t kEndedAtOnce = 256;
// Answers that wait for each other at most.
constexpr std::size_t kAnswersAtOnce = 8;

std::string text_of(const sockaddr_storage& address) {
    IpAddress out;
    if (address.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        std::copy_n(v6.sin6_addr.s6_addr, out.bytes.size(), out.bytes.begin());
    } else {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        const auto* bytes = reinterpret_cast<const unsigned char*>(&v4.sin_addr);
        out.bytes[10] = out.bytes[11] = 0xff;
        std::copy_n(bytes, sizeof v4.sin_addr, out.bytes.begin() + 12);
    }
    return to_string(out);
}

}  // namespace

void ServerState::connection_ended() {
    connections.fetch_sub(1, std::memory_order_relaxed);
    if (!draining.load(std::memory_order_relaxed)) return;
    const std::scoped_lock lock(drain_mutex);
    drained.notify_all();
}

Worker::Worker(ServerState& state, boost::asio::io_context& its_context, int listener, bool ipv6)
    : server(state),
      context(its_context),
      acceptor_(its_context.get_executor()),
      timer_(its_context.get_executor()),
      ipv6_(ipv6) {
    acceptor_.assign(ipv6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4(), listener);
    trash.resize(kTrashSize);
}

Worker::~Worker() {
    while (connections_ != nullptr) connections_->orphan();
    if (reserve_ >= 0) ::close(reserve_);
}

void Worker::start() {
    reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    sweep();
    wait_for_clients();
}

void Worker::send_soon(Connection& connection) {
    answering_.emplace_back(&connection);
    if (answering_.size() == 1) boost::asio::post(context, [this] { send_answers(); });
    if (answering_.size() >= kAnswersAtOnce) send_answers();
}

void Worker::send_answers() {
    // Sending may bring the next answer of a client that does not wait for the one before.
    if (std::exchange(sending_, true)) return;
    std::vector<boost::intrusive_ptr<Connection>> ready;
    ready.swap(answering_);
    for (const auto& connection : ready) connection->send_answer();
    sending_ = false;
    ready.clear();
    if (answering_.empty()) answering_.swap(ready);  // keeps its memory
}

void Worker::wait_for_clients() {
    acceptor_.async_wait(Acceptor::wait_read, [this](const boost::system::error_code& error) {
        if (!error) accept_clients();
    });
}

void Worker::accept_clients() {
    accept_paused_ = false;
    for (int i = 0; i < kAcceptsAtOnce && accept_one(); ++i) {
    }
    // Paused, the next sweep tries again: waiting would return at once, for ever.
    if (!accept_paused_ && acceptor_.is_open()) wait_for_clients();
}

bool Worker::accept_one() {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int fd = ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&address), &size,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        switch (errno) {
            case EAGAIN:
                return false;
            case EMFILE:
            case ENFILE:
                refuse_without_descriptors();
                return true;
            case ENOBUFS:
            case ENOMEM:
                accept_paused_ = true;
                return false;
            default:
                return true;  // that client is gone already
        }
    }
    if (server.connections.fetch_add(1, std::memory_order_relaxed) >= server.options.max_connections &&
        !make_room()) {
        server.connections.fetch_sub(1, std::memory_order_relaxed);
        ::close(fd);
        return true;
    }
    Connection::Ref connection;
    try {
        connection.reset(new Connection(*this, fd, ipv6_, text_of(address)));
    } catch (const std::exception&) {
        // No memory for this client, in us or in the kernel; there may be for the next.
        server.connections.fetch_sub(1, std::memory_order_relaxed);
        ::close(fd);
        return true;
    }
    connection->start();
    return true;
}

// All places are taken. Those that have waited longest for a request that does not come, and a second at least, give up
// theirs: one client that opens as many as it can keeps nobody else out.
bool Worker::make_room() {
    if (now == searched_at_) return false;
    std::vector<Connection*> silent;  // the newest first
    for (auto* connection = connections_; connection != nullptr; connection = connection->next_) {
        if (connection->has_been_idle(kPatienceWhenFull)) silent.push_back(connection);
    }
    if (silent.empty()) searched_at_ = now;
    const auto oldest = silent.end() - static_cast<std::ptrdiff_t>(std::min(silent.size(), kEndedAtOnce));
    const std::vector<Connection::Ref> ended(oldest, silent.end());
    for (const auto& connection : ended) connection->end();
    return !ended.empty();
}

// Without descriptors a client would wait in the backlog, and we would be told of it for ever: the reserve
// lets us take it out and close it.
void Worker::refuse_without_descriptors() {
    if (reserve_ >= 0) {
        ::close(reserve_);
        const int fd = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0) ::close(fd);
    }
    reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (reserve_ < 0) accept_paused_ = true;
}

void Worker::stop_accepting() {
    if (!acceptor_.is_open()) return;
    while (accept_one() && !accept_paused_) {
    }
    boost::system::error_code ignored;
    acceptor_.close(ignored);
}

template <class Condition>
void Worker::close_if(Condition condition) {
    // Ending one may end others, so the list is not walked meanwhile.
    std::vector<Connection::Ref> ended;
    for (auto* connection = connections_; connection != nullptr; connection = connection->next_) {
        if (condition(*connection)) ended.emplace_back(connection);
    }
    for (const auto& connection : ended) connection->end();
}

void Worker::close_idle() {
    send_answers();  // their connections are idle afterwards
    close_if([](const Connection& connection) { return connection.is_idle(); });
}

void Worker::close_all() {
    close_if([](const Connection&) { return true; });
}

void Worker::sweep() {
    fiber_now = runtime::Steady::now();
    now = server.options.now ? server.options.now() : fiber_now;
    tell_time();
    std::vector<Connection::Ref> late;
    for (auto* connection = connections_; connection != nullptr; connection = connection->next_) {
        if (connection->deadline_passed() || connection->lost_its_client()) late.emplace_back(connection);
    }
    for (const auto& connection : late) connection->on_late();
    if (accept_paused_ && acceptor_.is_open()) accept_clients();

    timer_.expires_after(server.options.sweep_period);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) sweep();
    });
}

void Worker::tell_time() {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME, &time);
    date = http_date(time.tv_sec);
}

std::unique_ptr<Request> Worker::take_request() {
    if (free_requests_.empty()) return std::make_unique<Request>();
    auto request = std::move(free_requests_.back());
    free_requests_.pop_back();
    return request;
}

void Worker::give_back(std::unique_ptr<Request> request) {
    if (!request || free_requests_.size() >= kKeptRequests) return;
    request->clear();
    free_requests_.push_back(std::move(request));
}

}  // namespace grover::http
