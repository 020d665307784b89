#include "platform/http/server.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <latch>
#include <stdexcept>

#include "platform/http/worker_asio.hpp"

namespace grover::http {

namespace {

constexpr int kBacklog = 4096;

[[noreturn]] void fail(const ServerOptions& options, const std::string& why) {
    throw std::runtime_error("Cannot listen on " + options.host + " port " + std::to_string(options.port) +
                             ": " + why);
}

struct ListenAddress {
    sockaddr_storage address{};
    socklen_t size = 0;

    bool is_ipv6() const { return address.ss_family == AF_INET6; }
    std::uint16_t& port() {
        return is_ipv6() ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                         : reinterpret_cast<sockaddr_in&>(address).sin_port;
    }
};

ListenAddress resolve(const ServerOptions& options) {
    addrinfo hints{};
    hints.ai_flags = AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(options.host.c_str(), nullptr, &hints, &found) != 0) {
        fail(options,
             "the host is no address of this machine; set BACKEND_HOST to one, or to 0.0.0.0 for all");
    }
    ListenAddress result;
    std::memcpy(&result.address, found->ai_addr, found->ai_addrlen);
    result.size = found->ai_addrlen;
    ::freeaddrinfo(found);
    result.port() = htons(options.port);
    return result;
}

enum class Share : std::uint8_t { no, yes };

// -1 and errno if it cannot be bound.
int bind_socket(const ListenAddress& address, Share share) {
    const int fd = ::socket(address.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    const int on = 1;
    const int off = 0;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (share == Share::yes) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (address.is_ipv6()) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    // Accepted sockets inherit it.
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address.address), address.size) != 0) {
        const int why = errno;
        ::close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

std::string explain(int error) {
    if (error == EADDRINUSE)
        return "another program listens there; stop it, or set BACKEND_PORT to a free port";
    if (error == EACCES) return "ports below 1024 need a privilege; set BACKEND_PORT to a higher one";
    if (error == EADDRNOTAVAIL)
        return "the host is no address of this machine; set BACKEND_HOST to one, or to 0.0.0.0 for all";
    return std::strerror(error);
}

// One socket per thread on the same port. Sharing a port hides that somebody else has it, so that is asked
// first.
std::vector<int> listen_on(const ServerOptions& options, unsigned count, std::uint16_t& port, bool& ipv6) {
    ListenAddress address = resolve(options);
    const int probe = bind_socket(address, Share::no);
    if (probe < 0) fail(options, explain(errno));
    if (::listen(probe, 1) != 0) {
        const int why = errno;
        ::close(probe);
        fail(options, explain(why));
    }
    socklen_t size = sizeof address.address;
    ::getsockname(probe, reinterpret_cast<sockaddr*>(&address.address), &size);
    ::close(probe);

    port = ntohs(address.port());
    ipv6 = address.is_ipv6();
    std::vector<int> listeners;
    for (unsigned i = 0; i < count; ++i) {
        const int fd = bind_socket(address, Share::yes);
        if (fd < 0 || ::listen(fd, kBacklog) != 0) {
            const int why = errno;
            for (const int other : listeners) ::close(other);
            if (fd >= 0) ::close(fd);
            fail(options, explain(why));
        }
        listeners.push_back(fd);
    }
    return listeners;
}

// Many systems start programs with room for 1,024, and let them ask for more.
void make_room_for_descriptors(std::size_t connections) {
    constexpr rlim_t kBesides = 4096;  // files being sent, uploads, databases, calls to others
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const rlim_t wanted = std::min<rlim_t>(limit.rlim_max, connections + kBesides);
    if (wanted <= limit.rlim_cur) return;
    limit.rlim_cur = wanted;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

struct Server::Impl {
    Impl(runtime::Loops& its_loops, Handler& handler, ServerOptions options)
        : loops(its_loops), state(handler, std::move(options)) {}

    template <class What>
    void on_all(What what) {
        for (unsigned i = 0; i < workers.size(); ++i) {
            loops.post(i, [worker = workers[i].get(), what] { what(*worker); });
        }
    }

    runtime::Loops& loops;
    ServerState state;
    std::uint16_t port = 0;
    std::vector<std::unique_ptr<Worker>> workers;
};

Server::Server(runtime::Loops& loops, Handler& handler, ServerOptions options)
    : impl_(std::make_unique<Impl>(loops, handler, std::move(options))) {
    const ServerOptions& settings = impl_->state.options;
    if (!settings.tls_cert_file.empty()) {
        impl_->state.tls = std::make_unique<TlsContext>(settings.tls_cert_file, settings.tls_key_file);
    }
    // sendfile() and OpenSSL have no flag against it.
    std::signal(SIGPIPE, SIG_IGN);
    make_room_for_descriptors(settings.max_connections);
    bool ipv6 = false;
    const auto listeners = listen_on(settings, loops.size(), impl_->port, ipv6);
    for (unsigned i = 0; i < loops.size(); ++i) {
        auto& context = *static_cast<boost::asio::io_context*>(loops.io_context(i));
        impl_->workers.push_back(std::make_unique<Worker>(impl_->state, context, listeners[i], ipv6));
    }
    impl_->on_all([](Worker& worker) { worker.start(); });
}

Server::~Server() = default;

std::uint16_t Server::port() const { return impl_->port; }

std::size_t Server::connections() const { return impl_->state.connections.load(std::memory_order_relaxed); }

void Server::drain(std::chrono::seconds accept_for, std::chrono::seconds limit) {
    ServerState& state = impl_->state;
    const auto all_gone = [&] { return connections() == 0; };
    std::unique_lock lock(state.drain_mutex);
    state.drained.wait_for(lock, accept_for, [] { return false; });
    state.draining.store(true, std::memory_order_relaxed);
    lock.unlock();
    const auto stopped = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(impl_->workers.size()));
    impl_->on_all([stopped](Worker& worker) {
        worker.stop_accepting();
        worker.close_idle();
        stopped->count_down();
    });
    stopped->wait();
    lock.lock();
    if (state.drained.wait_for(lock, limit, all_gone)) return;
    lock.unlock();
    impl_->on_all([](Worker& worker) { worker.close_all(); });
    lock.lock();
    state.drained.wait(lock, all_gone);
}

}  // namespace grover::http
