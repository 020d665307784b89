#include "platform/realtime/realtime_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "platform/realtime/deflate.hpp"

namespace grover::realtime {

using namespace std::chrono_literals;

namespace {

// Longer than anything here takes: a test that would wait for ever fails instead.
constexpr auto kPatience = 20s;

}  // namespace

void TestApplication::write_down(std::string line) {
    const std::scoped_lock lock(mutex_);
    heard_.push_back(std::move(line));
}

Lines TestApplication::heard() const {
    const std::scoped_lock lock(mutex_);
    return heard_;
}

bool TestApplication::hears(std::string_view line) const {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
        const auto all = heard();
        if (std::find(all.begin(), all.end(), line) != all.end()) return true;
        std::this_thread::yield();
    }
    return false;
}

void TestApplication::on_connect(Socket& socket, Connect& connect) {
    write_down("connect " + std::string(connect.payload_text));
    if (connecting) connecting(socket, connect);
}

void TestApplication::on_connected(Socket& socket) {
    write_down("connected");
    socket.emit({.name = "hello", .arguments = R"({"n":1})"});
}

void TestApplication::on_event(Socket& socket, Event& event) {
    write_down("event " + std::string(event.name) + " " + std::string(event.arguments));
    const std::vector<std::string_view> attachments(event.attachments.begin(), event.attachments.end());
    if (event.name == "echo") {
        socket.emit({.name = "echoed", .arguments = event.arguments, .attachments = attachments});
    } else if (event.name == "ask") {
        event.ack.answer(event.arguments, attachments);
        event.ack.answer(R"("twice")");
    } else if (event.name == "join") {
        event.ack.answer(socket.join(event.array.at(1).string()) ? "true" : "false");
    } else if (event.name == "leave") {
        event.ack.answer(socket.leave(event.array.at(1).string()) ? "true" : "false");
    } else if (const auto found = on.find(event.name); found != on.end()) {
        found->second(socket, event);
    }
}

void TestApplication::on_disconnected(Socket& socket, Reason reason) {
    write_down("disconnected " + std::string(to_string(reason)) + (socket.connected() ? " still here" : ""));
}

World::World(ServerOptions options, unsigned threads, http::ServerOptions http_options)
    : http(
          [this](http::Exchange& exchange) {
              if (server->takes(exchange.request().path)) return server->handle(exchange);
              exchange.response().status = 404;
          },
          std::move(http_options), threads) {
    options.node = "n1";
    options.sweep_period = 2ms;
    options.now = [this, start = runtime::Steady::now()] {
        ++looks_;
        return start + std::chrono::milliseconds(passed_.load());
    };
    server = std::make_unique<Server>(http.loops, options, nullptr, nullptr, &counts);
    nsp = &server->add_namespace("/", app);
}

World::~World() { http.stop(); }

void World::pass(std::chrono::milliseconds time) {
    passed_ += time.count();
    const auto enough = looks_.load() + 20 * static_cast<std::int64_t>(http.loops.size());
    while (looks_.load() < enough) std::this_thread::yield();
}

http::Answer ask(const World& world, std::string_view request) {
    http::Client client(world.http);
    client.send(request);
    return client.read();
}

PollingClient::PollingClient(World& world) : world_(world) {
    const auto answer = ask(world, http::get("/socket.io/?EIO=4&transport=polling"));
    REQUIRE(answer.status == 200);
    open_packet = answer.body;
    const auto at = answer.body.find(R"("sid":")") + 7;
    sid = answer.body.substr(at, answer.body.find('"', at) - at);
}

http::Answer PollingClient::get() { return ask(world_, http::get(target())); }
http::Answer PollingClient::post(std::string_view body) { return ask(world_, http::post(target(), body)); }

std::string handshake(std::string_view target, std::string_view headers) {
    return http::get(target,
                     "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                         std::string(headers));
}

std::string client_frame(unsigned first, std::string_view payload) {
    constexpr std::string_view mask = "\x12\x34\x56\x78";
    std::string out(1, static_cast<char>(first));
    if (payload.size() <= 125) {
        out += static_cast<char>(0x80 | payload.size());
    } else {
        const bool wide = payload.size() > 0xffff;
        out += static_cast<char>(0x80 | (wide ? 127 : 126));
        for (int i = wide ? 7 : 1; i >= 0; --i) out += static_cast<char>(payload.size() >> 8 * i);
    }
    out += mask;
    for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ mask[i % 4]);
    return out;
}

WsClient::WsClient(const http::TestServer& server, std::string_view sid, int receive_buffer,
                   std::string_view headers)
    : client_(server, receive_buffer) {
    std::string target = "/socket.io/?EIO=4&transport=websocket";
    if (!sid.empty()) target += "&sid=" + std::string(sid);
    client_.send(handshake(target, headers));
    while (head.find("\r\n\r\n") == head.npos) {
        const auto more = client_.read_some(1);
        REQUIRE(!more.empty());
        head += more;
    }
    REQUIRE(head.starts_with("HTTP/1.1 101 "));
}

std::unique_ptr<WsClient> WsClient::connected(const World& world, std::string_view headers) {
    auto client = std::make_unique<WsClient>(world.http, std::string_view(), 0, headers);
    CHECK(client->read().starts_with(R"(0{"sid":)"));
    client->send("40");
    CHECK(client->read().starts_with(R"(40{"sid":")"));
    CHECK(client->read() == R"(42["hello",{"n":1}])");
    return client;
}

void WsClient::send_frame(unsigned first, std::string_view payload) {
    client_.send(client_frame(first, payload));
}

bool WsClient::fill(std::size_t size) {
    while (bytes_.size() < size) {
        const auto more = client_.read_some(64 * 1024);
        if (more.empty()) return false;
        bytes_ += more;
    }
    return true;
}

std::string WsClient::read() {
    if (!fill(2)) return "end";
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes_[i]); };
    std::size_t header = 2;
    std::size_t size = byte(1);
    if (size >= 126) {
        header = size == 126 ? 4 : 10;
        REQUIRE(fill(header));
        size = 0;
        for (std::size_t i = 2; i < header; ++i) size = size << 8 | byte(i);
    }
    REQUIRE(fill(header + size));
    const unsigned first = byte(0);
    std::string payload = bytes_.substr(header, size);
    bytes_.erase(0, header + size);
    std::string kind;
    if (first == 0xc1 || first == 0xc2) {
        REQUIRE(inflate_message(std::string(payload), 10'000'000, payload) == CloseCode::none);
        kind = "deflated:";
    }
    switch (first) {
        case 0x81:
        case 0xc1:
            return kind + payload;
        case 0x82:
        case 0xc2:
            return kind + "binary:" + payload;
        case 0x8a:
            return "pong:" + payload;
        case 0x88:
            if (payload.empty()) return "close:";
            return "close:" + std::to_string(static_cast<unsigned char>(payload[0]) << 8 |
                                             static_cast<unsigned char>(payload[1]));
        default:
            return "frame " + std::to_string(first);
    }
}

}  // namespace grover::realtime
