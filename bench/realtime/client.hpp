// Many Socket.IO connections over WebSocket on one thread: the load of the real-time benchmark. Speaks just enough of the
// protocol to be served, and reads frames without copying them.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

class Client;

class Connection {
public:
    // Sends one text frame, masked with zeros.
    void send_text(std::string_view text);
    int index = 0;
    bool ready = false;
    void* data = nullptr;

private:
    friend class Client;
    enum class State : std::uint8_t { connecting, upgrading, open, closed };

    Client* client = nullptr;
    int fd = -1;
    State state = State::connecting;
    std::string request;
    std::string connect_packet;
    std::string left;  // of a frame that is not complete
};

class Client {
public:
    // Each Socket.IO event's text: `42["name",…]`, or an ack `43…`. And the end of a connection.
    std::function<void(Connection&, std::string_view)> on_packet = [](Connection&, std::string_view) {};
    std::function<void(Connection&)> on_ready = [](Connection&) {};
    std::function<void(Connection&)> on_closed = [](Connection&) {};

    Client();
    // `token` empty: none. Every 150 connections come from another address of 127/8.
    Connection& open(std::uint16_t port, const std::string& token, bool raw = false);
    void close(Connection& connection);
    // Handles what comes, for at most so long; returns how many connections something came for.
    int poll(std::chrono::microseconds limit);
    // Handles what has come, in batches, and never sleeps: the one that sends pays for waking the one that reads, and
    // clients elsewhere would not cost a server that.
    void poll_awake();
    // Opens `tokens.size()` connections, `window` at a time, and waits until all are ready.
    std::vector<Connection*> open_all(std::uint16_t port, const std::vector<std::string>& tokens,
                                      std::size_t window);

    // What is opened now comes from one and the same address.
    bool one_address = false;
    std::uint64_t bytes = 0;  // of raw connections
    std::size_t ready_count = 0;

private:
    void handle(Connection& connection, std::uint32_t events);
    bool read(Connection& connection);
    void parse(Connection& connection, std::string_view bytes);
    void packet(Connection& connection, std::string_view text);

    int poller_;
    std::deque<std::unique_ptr<Connection>> connections_;
    std::array<char, 256 * 1024> buffer_;
    std::size_t opened_ = 0;
};

// The value at that share of the sorted values, in milliseconds.
double percentile(std::vector<double>& values, double share);

}  // namespace bench
