#include "platform/http/server_fixture.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "platform/base/error.hpp"

namespace grover::http {

using namespace std::chrono_literals;

bool TestHandler::answer_at_once(const RequestHead& request, Response& response) {
    if (request.path != "/at-once") return false;
    response.body = "at once";
    return true;
}

void TestHandler::handle(Exchange& exchange) {
    ++handled;
    try {
        on_request(exchange);
    } catch (const Error& error) {
        exchange.response().clear();
        exchange.response().status = error.status;
        exchange.response().body = error.detail;
    } catch (const runtime::DeadlineExceeded&) {
        exchange.response().status = 503;
        exchange.response().body = "handler says: too late";
    }
}

void TestHandler::refuse(const RequestHead& request, int status, std::string_view detail,
                         Response& response) {
    response.status = status;
    response.content_type = "text/plain";
    response.body = detail;
    response.add_header("X-Refused", "yes");
    response.add_header("X-Seen-Origin", request.header("origin"));
}

TestServer::TestServer(std::function<void(Exchange&)> on_request, ServerOptions options, unsigned threads)
    : loops(threads) {
    handler.on_request = std::move(on_request);
    options.host = "127.0.0.1";
    options.port = 0;
    options.sweep_period = 2ms;
    options.now = [this, start = runtime::Steady::now()] {
        ++sweeps;
        return start + std::chrono::seconds(seconds_passed.load());
    };
    server = std::make_unique<Server>(loops, handler, options);
    thread_ = std::thread([this] { loops.run(); });
}

TestServer::~TestServer() {
    stop();
    server.reset();
}

void TestServer::stop() {
    if (!thread_.joinable()) return;
    loops.stop();
    thread_.join();
}

void TestServer::pass(std::chrono::seconds time) {
    seconds_passed += time.count();
    // One sweep may have read the clock just before.
    const int enough = sweeps.load() + 2 * static_cast<int>(loops.size());
    while (sweeps.load() < enough) std::this_thread::yield();
}

std::string Answer::header(std::string_view name) const {
    const auto at = head.find("\r\n" + std::string(name) + ": ");
    if (at == head.npos) return {};
    const auto begin = at + 2 + name.size() + 2;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

Client::Client(const TestServer& server, int receive_buffer)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    // Only so that a test that would hang fails instead.
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(server.server->port());
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

Client::~Client() { ::close(fd_); }

bool Client::try_send(std::string_view data) {
    while (!data.empty()) {
        const ssize_t sent = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        data.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void Client::send(std::string_view data) { REQUIRE(try_send(data)); }

void Client::end_sending() { ::shutdown(fd_, SHUT_WR); }

std::string Client::read_some(std::size_t size) {
    if (!received_.empty()) {
        std::string out = received_.substr(0, size);
        received_.erase(0, out.size());
        return out;
    }
    std::string out(size, '\0');
    ssize_t got = 0;
    // With a time limit the kernel does not go on by itself after the process was stopped.
    while ((got = ::recv(fd_, out.data(), size, 0)) < 0 && errno == EINTR) {
    }
    REQUIRE_FALSE((got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)));  // patience ran out
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
}

Answer Client::read(bool to_head) {
    std::string bytes;
    std::size_t end = 0;
    const auto more = [&] {
        const auto piece = read_some(64 * 1024);
        bytes += piece;
        return !piece.empty();
    };
    while ((end = bytes.find("\r\n\r\n")) == bytes.npos) {
        if (!more()) {
            CHECK(bytes.empty());
            return {};
        }
    }
    Answer answer;
    answer.head = bytes.substr(0, end + 2);
    answer.status = std::atoi(bytes.c_str() + std::string_view("HTTP/1.1 ").size());
    const auto length = answer.header("Content-Length");
    const std::size_t size = to_head || length.empty() ? 0 : std::stoul(length);
    while (bytes.size() < end + 4 + size) REQUIRE(more());
    answer.body = bytes.substr(end + 4, size);
    received_ = bytes.substr(end + 4 + size) + received_;
    return answer;
}

std::string Client::read_all() {
    std::string all;
    for (auto piece = read_some(64 * 1024); !piece.empty(); piece = read_some(64 * 1024)) all += piece;
    return all;
}

bool Client::is_closed() { return read_some(1).empty(); }

std::string get(std::string_view path, std::string_view headers) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + std::string(headers) + "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view headers) {
    return "POST " + std::string(path) +
           " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(headers) + "\r\n" + std::string(body);
}

}  // namespace grover::http
