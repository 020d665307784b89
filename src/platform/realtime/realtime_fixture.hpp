// A Socket.IO server on a free loopback port whose clock tests move, an application that writes down what it is told, and
// clients that send exactly what they are told.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/server_fixture.hpp"
#include "platform/realtime/server.hpp"
#include "platform/realtime/websocket_frame.hpp"

namespace grover::realtime {

using Lines = std::vector<std::string>;

// Echoes: "echo" comes back as "echoed", "ask" is acknowledged, "join"/"leave" take a room, the rest by `on`.
class TestApplication final : public Application {
public:
    void on_connect(Socket& socket, Connect& connect) override;
    void on_connected(Socket& socket) override;
    void on_event(Socket& socket, Event& event) override;
    void on_disconnected(Socket& socket, Reason reason) override;
    bool takes_binary() const override { return binary; }

    Lines heard() const;
    // Waits until it has heard this.
    bool hears(std::string_view line) const;

    bool binary = true;
    std::function<void(Socket&, Connect&)> connecting;
    std::map<std::string, std::function<void(Socket&, Event&)>, std::less<>> on;

private:
    void write_down(std::string line);

    mutable std::mutex mutex_;
    Lines heard_;
};

class TestCounts final : public Observer {
public:
    void opened(TransportKind) override { ++opens; }
    void upgraded() override { ++upgrades; }
    void closed(TransportKind, Reason reason) override {
        const std::scoped_lock lock(mutex);
        closings.emplace_back(to_string(reason));
    }
    void dropped(std::size_t packets) override { drops += packets; }

    std::atomic<int> opens{0};
    std::atomic<int> upgrades{0};
    std::atomic<std::size_t> drops{0};
    std::mutex mutex;
    Lines closings;
};

class World {
public:
    explicit World(ServerOptions options = {}, unsigned threads = 1, http::ServerOptions http_options = {});
    ~World();

    // The server sees this much more time gone; returns when it has looked.
    void pass(std::chrono::milliseconds time);

    TestApplication app;
    TestCounts counts;
    std::unique_ptr<Gate> gate;
    http::TestServer http;
    std::unique_ptr<Server> server;
    Namespace* nsp = nullptr;

private:
    std::atomic<std::int64_t> passed_{0};
    std::atomic<std::int64_t> looks_{0};
    std::atomic<bool> ready_{false};
};

// A polling client: each request on a connection of its own, as browsers do it.
class PollingClient {
public:
    explicit PollingClient(World& world);

    http::Answer get();
    http::Answer post(std::string_view body);
    std::string target() const { return "/socket.io/?EIO=4&transport=polling&sid=" + sid; }

    std::string sid;
    std::string open_packet;

private:
    World& world_;
};

class WsClient {
public:
    // Opens a session, or joins that of `sid`. Fails the test if it is refused.
    explicit WsClient(const World& world, std::string_view sid = {}, int receive_buffer = 0)
        : WsClient(world.http, sid, receive_buffer) {}
    explicit WsClient(const http::TestServer& server, std::string_view sid = {}, int receive_buffer = 0,
                      std::string_view headers = {});
    // And connects to the main namespace.
    static std::unique_ptr<WsClient> connected(const World& world, std::string_view headers = {});

    void send(std::string_view text) { send_frame(0x81, text); }
    void send_binary(std::string_view data) { send_frame(0x82, data); }
    void send_frame(unsigned first, std::string_view payload);
    void send_raw(std::string_view bytes) { client_.send(bytes); }
    // The next text message; "binary:…", "close:<code>", or "end" for the end of the connection. Before what came
    // compressed stands "deflated:".
    std::string read();
    void close() { client_.end_sending(); }

    std::string head;  // of the handshake's answer

private:
    bool fill(std::size_t size);

    http::Client client_;
    std::string bytes_;
};

std::string handshake(std::string_view target, std::string_view headers = {});
// What comes back on that connection.
http::Answer ask(const World& world, std::string_view request);
std::string client_frame(unsigned first, std::string_view payload);

}  // namespace grover::realtime
