// The floor that every figure of the benchmark is a ratio to: a bare epoll loop on one thread that answers
// each HTTP request with the same bytes, 200 if nothing is said. It parses nothing, so no server on this machine can be
// faster at the same job.
//
//     build/release/bench_floor PORT [BYTES]
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr int kAnswerBytes = 200;

// Of so many bytes, give or take the digits of the length.
std::string make_answer(int bytes) {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
    const auto around = head.size() + 3 + 4;  // a length of three digits, the blank line
    const auto body = std::max(static_cast<std::size_t>(bytes), around) - around;
    return head + std::to_string(body) + "\r\n\r\n" + std::string(body, 'x');
}

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

int listen_on(std::uint16_t port) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
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

// A load generator without pipelining has at most one request under way, so one read is one or more whole
// requests.
bool serve_once(int connection, std::string_view answer) {
    std::array<char, 16'384> buffer;
    const ssize_t got = read(connection, buffer.data(), buffer.size());
    if (got <= 0) return false;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
    for (auto end = text.find("\r\n\r\n"); end != text.npos; end = text.find("\r\n\r\n", end + 4)) {
        if (write(connection, answer.data(), answer.size()) < 0) return false;
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 && argc != 3) {
        std::fprintf(stderr, "usage: floor PORT [BYTES]\n");
        return 64;
    }
    const std::string answer = make_answer(argc == 3 ? std::atoi(argv[2]) : kAnswerBytes);
    const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(argv[1])));
    const int poller = epoll_create1(0);
    epoll_event wanted{.events = EPOLLIN, .data = {.fd = listener}};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &wanted);
    std::array<epoll_event, 256> ready;
    for (;;) {
        const int count = epoll_wait(poller, ready.data(), static_cast<int>(ready.size()), -1);
        for (std::size_t i = 0; i < static_cast<std::size_t>(count < 0 ? 0 : count); ++i) {
            const int socket = ready[i].data.fd;
            if (socket != listener) {
                if (!serve_once(socket, answer)) close(socket);
                continue;
            }
            const int connection = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
            if (connection < 0) continue;
            const int on = 1;
            setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            epoll_event reading{.events = EPOLLIN, .data = {.fd = connection}};
            epoll_ctl(poller, EPOLL_CTL_ADD, connection, &reading);
        }
    }
}
