#include "client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace bench {
namespace {

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

constexpr std::size_t kPerAddress = 150;

}  // namespace

Client::Client() : poller_(epoll_create1(0)) {}

Connection& Client::open(std::uint16_t port, const std::string& token, bool raw) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) fail("socket");
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in from{};
    from.sin_family = AF_INET;
    const auto place = one_address ? 2'000 : 1 + opened_++ / kPerAddress % 1'000;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(place));
    if (bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) fail("bind");
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS)
        fail("connect");

    auto& connection = *connections_.emplace_back(std::make_unique<Connection>());
    connection.client = this;
    connection.fd = fd;
    connection.index = static_cast<int>(connections_.size()) - 1;
    if (!raw) {
        connection.request =
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: "
            "13\r\n\r\n";
        connection.connect_packet = token.empty() ? "40" : "40{\"token\":\"" + token + "\"}";
    }
    epoll_event wanted{.events = EPOLLOUT, .data = {.ptr = &connection}};
    epoll_ctl(poller_, EPOLL_CTL_ADD, fd, &wanted);
    return connection;
}

void Client::close(Connection& connection) {
    if (connection.state == Connection::State::closed) return;
    connection.state = Connection::State::closed;
    ::close(connection.fd);
}

void Connection::send_text(std::string_view text) {
    std::array<char, 4'096> frame;
    std::size_t size = 0;
    frame[size++] = '\x81';
    if (text.size() < 126) {
        frame[size++] = static_cast<char>(0x80 | text.size());
    } else {
        frame[size++] = static_cast<char>(0xfe);
        frame[size++] = static_cast<char>(text.size() >> 8);
        frame[size++] = static_cast<char>(text.size() & 0xff);
    }
    for (int i = 0; i < 4; ++i) frame[size++] = 0;
    std::memcpy(frame.data() + size, text.data(), text.size());
    size += text.size();
    if (::send(fd, frame.data(), size, MSG_NOSIGNAL) != static_cast<ssize_t>(size)) {
        std::fprintf(stderr, "a frame could not be sent at once\n");
        std::exit(1);
    }
}

int Client::poll(std::chrono::microseconds limit) {
    std::array<epoll_event, 512> events;
    const timespec wait{.tv_sec = limit.count() / 1'000'000, .tv_nsec = limit.count() % 1'000'000 * 1'000};
    const int count = epoll_pwait2(poller_, events.data(), static_cast<int>(events.size()), &wait, nullptr);
    for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        handle(*static_cast<Connection*>(event.data.ptr), event.events);
    }
    return count;
}

void Client::poll_awake() {
    constexpr std::chrono::microseconds kBatch{4};
    constexpr int kFew = 2;
    if (poll({}) > kFew) return;
    for (const auto end = Clock::now() + kBatch; Clock::now() < end;) {
    }
}

void Client::handle(Connection& connection, std::uint32_t events) {
    if (connection.state == Connection::State::closed) return;
    if (connection.state == Connection::State::connecting && (events & EPOLLOUT) != 0) {
        // Told once of what arrives: a poll would otherwise look again at every socket that was just read.
        epoll_event wanted{.events = EPOLLIN | EPOLLET, .data = {.ptr = &connection}};
        epoll_ctl(poller_, EPOLL_CTL_MOD, connection.fd, &wanted);
        connection.state = Connection::State::upgrading;
        if (connection.request.empty()) {
            connection.ready = true;
            ++ready_count;
            connection.state = Connection::State::open;
            return;
        }
        if (::send(connection.fd, connection.request.data(), connection.request.size(), MSG_NOSIGNAL) < 0)
            fail("send");
        return;
    }
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
        while (read(connection)) {
        }
    }
}

// True if there may be more: a buffer that was not filled is all that had come.
bool Client::read(Connection& connection) {
    if (connection.state == Connection::State::closed) return false;
    const auto size = ::recv(connection.fd, buffer_.data(), buffer_.size(), 0);
    if (size <= 0) {
        if (size < 0 && errno == EAGAIN) return false;
        close(connection);
        on_closed(connection);
        return false;
    }
    const bool full = static_cast<std::size_t>(size) == buffer_.size();
    const std::string_view got(buffer_.data(), static_cast<std::size_t>(size));
    if (connection.request.empty()) {
        bytes += got.size();
    } else if (connection.left.empty()) {
        parse(connection, got);
    } else {
        connection.left += got;
        const std::string whole = std::exchange(connection.left, {});
        parse(connection, whole);
    }
    return full;
}

void Client::parse(Connection& connection, std::string_view text) {
    if (connection.state == Connection::State::upgrading) {
        const auto end = text.find("\r\n\r\n");
        if (end == text.npos) {
            connection.left = text;
            return;
        }
        if (!text.starts_with("HTTP/1.1 101")) {
            close(connection);
            return on_closed(connection);
        }
        text.remove_prefix(end + 4);
        connection.state = Connection::State::open;
        connection.send_text(connection.connect_packet);
        connection.connect_packet = {};
    }
    while (text.size() >= 2) {
        std::size_t head = 2;
        std::size_t size = static_cast<unsigned char>(text[1]) & 0x7f;
        if (size == 126) {
            if (text.size() < 4) break;
            head = 4;
            size = static_cast<std::size_t>(static_cast<unsigned char>(text[2])) << 8 |
                   static_cast<unsigned char>(text[3]);
        }
        if (text.size() < head + size) break;
        const int opcode = text[0] & 0x0f;
        const auto payload = text.substr(head, size);
        text.remove_prefix(head + size);
        if (opcode == 8) {
            close(connection);
            return on_closed(connection);
        }
        if (opcode == 1) packet(connection, payload);
        if (connection.state == Connection::State::closed) return;
    }
    if (!text.empty()) connection.left.assign(text);
}

void Client::packet(Connection& connection, std::string_view text) {
    if (text == "2") return connection.send_text("3");
    if (text.starts_with("42[\"ready\"")) {
        connection.ready = true;
        ++ready_count;
        return on_ready(connection);
    }
    if (text.starts_with("44")) {
        std::fprintf(stderr, "refused: %.*s\n", static_cast<int>(text.size()), text.data());
        std::exit(1);
    }
    if (text.size() > 2 && text[0] == '4') on_packet(connection, text);
}

std::vector<Connection*> Client::open_all(std::uint16_t port, const std::vector<std::string>& tokens,
                                          std::size_t window) {
    std::vector<Connection*> out;
    const auto before = ready_count;
    const auto end = Clock::now() + std::chrono::seconds{120};
    while (ready_count - before < tokens.size()) {
        while (out.size() < tokens.size() && out.size() - (ready_count - before) < window)
            out.push_back(&open(port, tokens[out.size()]));
        poll(std::chrono::milliseconds{10});
        if (Clock::now() > end) {
            std::fprintf(stderr, "only %zu of %zu got ready\n", ready_count - before, tokens.size());
            std::exit(1);
        }
    }
    return out;
}

double percentile(std::vector<double>& values, double share) {
    if (values.empty()) return 0;
    const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
    return values[at];
}

}  // namespace bench
