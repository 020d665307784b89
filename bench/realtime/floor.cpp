// The floor W of the real-time benchmark: a bare epoll program that writes one pre-built 200-byte WebSocket frame to each of
// its sockets in turn, one kernel call for each delivery, as fast as they take it. It reads nothing and decides nothing.
//
//     build/release/bench_realtime_floor PORT SOCKETS
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

int listen_on(std::uint16_t port) {
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
    if (listen(listener, 1024) != 0) fail("listen");
    return listener;
}

std::string frame() {
    std::string bytes{'\x81', '\x7e', '\0', static_cast<char>(196)};
    bytes.resize(200, 'x');
    return bytes;
}

// Frames are never cut: a socket that has no room for all of one is left out until it has.
void write_frame(int socket, const std::string& bytes, int poller) {
    std::size_t written = 0;
    while (written < bytes.size()) {
        const auto size = send(socket, bytes.data() + written, bytes.size() - written, MSG_NOSIGNAL);
        if (size > 0) {
            written += static_cast<std::size_t>(size);
            continue;
        }
        if (errno != EAGAIN) std::exit(0);
        epoll_event wanted{.events = EPOLLOUT, .data = {.fd = socket}};
        epoll_ctl(poller, EPOLL_CTL_ADD, socket, &wanted);
        epoll_event ready;
        epoll_wait(poller, &ready, 1, 1'000);
        epoll_ctl(poller, EPOLL_CTL_DEL, socket, nullptr);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: bench_realtime_floor PORT SOCKETS\n");
        return 64;
    }
    const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(argv[1])));
    const int poller = epoll_create1(0);
    std::vector<int> sockets;
    while (sockets.size() < static_cast<std::size_t>(std::atoi(argv[2]))) {
        const int socket = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        if (socket < 0) fail("accept");
        const int on = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockets.push_back(socket);
    }
    const std::string bytes = frame();
    for (;;) {
        for (const int socket : sockets) write_frame(socket, bytes, poller);
    }
}
