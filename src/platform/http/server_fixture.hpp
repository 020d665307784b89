// A server on a free loopback port, with a clock that tests move, and a client that sends exactly what it is told.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "platform/http/server.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::http {

// Answers everything by `on_request`, in a fiber; what that throws becomes the answer. Refusals are plain text.
class TestHandler final : public Handler {
public:
    bool answer_at_once(const RequestHead& request, Response& response) override;
    void handle(Exchange& exchange) override;
    void refuse(const RequestHead& request, int status, std::string_view detail, Response& response) override;

    std::function<void(Exchange&)> on_request;
    std::atomic<int> handled{0};
};

class TestServer {
public:
    explicit TestServer(std::function<void(Exchange&)> on_request, ServerOptions options = {},
                        unsigned threads = 1);
    ~TestServer();

    // Ends the loops; the server is destroyed later.
    void stop();
    // The time limits see this much more time gone; returns when they were looked at.
    void pass(std::chrono::seconds time);

    TestHandler handler;
    runtime::Loops loops;
    std::atomic<std::int64_t> seconds_passed{0};
    std::atomic<int> sweeps{0};
    std::unique_ptr<Server> server;

private:
    std::thread thread_;
};

struct Answer {
    int status = 0;
    std::string head;  // status line and headers
    std::string body;

    std::string header(std::string_view name) const;
};

class Client {
public:
    explicit Client(const TestServer& server, int receive_buffer = 0);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Fails the test if the server has closed.
    void send(std::string_view data);
    // The same, telling whether all of it went.
    bool try_send(std::string_view data);
    void end_sending();
    // The next answer by its Content-Length. `to_head`: without a body. status 0: closed instead.
    Answer read(bool to_head = false);
    Answer ask(std::string_view request) {
        send(request);
        return read();
    }
    // True if the server closes without another byte.
    bool is_closed();
    // Everything up to the end of the connection.
    std::string read_all();
    // Bytes as they come, at most that many; empty at the end.
    std::string read_some(std::size_t size);
    int fd() const { return fd_; }

private:
    int fd_;
    std::string received_;
};

std::string get(std::string_view path, std::string_view headers = {});
std::string post(std::string_view path, std::string_view body, std::string_view headers = {});

}  // namespace grover::http
