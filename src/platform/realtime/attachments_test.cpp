// Packets whose attachments are too large, or do not come: what they hold is bounded, and for some seconds only.
#include <doctest/doctest.h>
#include <malloc.h>

#include "platform/realtime/realtime_fixture.hpp"

using namespace grover;
using namespace grover::realtime;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kTwo =
    R"(452-["echo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";
constexpr std::string_view kTwoEchoed =
    R"(452-["echoed",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";

// Of this process, its clients' ends included; nothing under sanitizers.
std::size_t allocated() {
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

// What was sent before has arrived.
void is_read(WsClient& client) {
    client.send_frame(0x89, "");
    CHECK(client.read() == "pong:");
}

}  // namespace

TEST_CASE("a packet and all its attachments together are no larger than one message may be") {
    World w;
    const std::string half(500'000 - kTwo.size() / 2, 'x');
    const auto fits = WsClient::connected(w);
    fits->send(kTwo);
    fits->send_binary(half);
    fits->send_binary(half);
    CHECK(fits->read() == kTwoEchoed);
    CHECK(fits->read() == "binary:" + half);
    CHECK(fits->read() == "binary:" + half);
    // The next one may be as large again.
    fits->send(kTwo);
    fits->send_binary(half);
    fits->send_binary("");
    CHECK(fits->read() == kTwoEchoed);

    const auto over = WsClient::connected(w);
    over->send(kTwo);
    over->send_binary(half);
    over->send_binary(half + "xx");
    CHECK(over->read() == "close:1009");
    CHECK(w.app.hears("disconnected too_large"));

    PollingClient polling(w);
    CHECK(polling.post("40").body == "ok");
    const std::string base64 = "b" + std::string(800'000, 'A');
    CHECK(polling.post(std::string(kTwo) + "\x1e" + base64).body == "ok");
    CHECK(polling.post(base64).status == 400);
    CHECK(polling.get().status == 400);
}

TEST_CASE("whoever begins a packet and does not end it is gone after ten seconds, with all it held") {
    World w;
    const auto other = WsClient::connected(w);
    const auto before = allocated();
    std::vector<std::unique_ptr<WsClient>> clients;
    for (int i = 0; i < 8; ++i) {
        auto client = WsClient::connected(w);
        client->send(R"(4510-["echo"])");
        client->send_binary(std::string(900'000, 'x'));
        is_read(*client);
        clients.push_back(std::move(client));
    }
    PollingClient polling(w);
    CHECK(polling.post("40").body == "ok");
    CHECK(polling.post(kTwo).body == "ok");
    // What comes one by one gains no time.
    w.pass(9s);
    for (const auto& client : clients) {
        client->send_binary("x");
        is_read(*client);
    }
    CHECK(w.server->sessions(TransportKind::websocket) == 9);
    CHECK(w.server->sessions(TransportKind::polling) == 1);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK(allocated() > before + 7'000'000);
#endif
    w.pass(1s);
    for (const auto& client : clients) CHECK(client->read() == "close:1008");
    CHECK(w.server->sessions(TransportKind::websocket) == 1);
    CHECK(w.server->sessions(TransportKind::polling) == 0);
    CHECK(w.app.hears("disconnected attachments_timeout"));
    CHECK(allocated() < before + 1'000'000);
    other->send(R"(42["echo",1])");
    CHECK(other->read() == R"(42["echoed",1])");
}

TEST_CASE("a packet that is complete in time is handled, and its time is over with it") {
    World w;
    const auto client = WsClient::connected(w);
    client->send(kTwo);
    client->send_binary("1");
    is_read(*client);
    w.pass(9s);
    client->send_binary("2");
    CHECK(client->read() == kTwoEchoed);
    CHECK(client->read() == "binary:1");
    CHECK(client->read() == "binary:2");
    w.pass(9s);
    client->send(kTwo);
    is_read(*client);
    w.pass(6s);
    client->send_binary("3");
    client->send_binary("4");
    CHECK(client->read() == kTwoEchoed);
    CHECK(client->read() == "binary:3");
    CHECK(client->read() == "binary:4");
    w.pass(10s);
    CHECK(client->read() == "2");
    client->send(R"(42["echo",1])");
    CHECK(client->read() == R"(42["echoed",1])");
}

TEST_CASE("the time of a packet does not pass while earlier ones wait for a handler") {
    World w;
    runtime::Signal go;
    w.app.on["wait"] = [&](Socket&, Event&) { go.wait(); };
    const auto client = WsClient::connected(w);
    client->send(R"(42["wait"])");
    client->send(R"(42["echo",1])");
    client->send(kTwo);
    is_read(*client);
    w.pass(10s);
    w.pass(9s);
    go.notify();
    CHECK(client->read() == R"(42["echoed",1])");
    w.pass(9s);
    client->send_binary("1");
    client->send_binary("2");
    CHECK(client->read() == "2");
    CHECK(client->read() == kTwoEchoed);
}

TEST_CASE("an application that takes nothing binary is told how many came, and nothing of them is kept") {
    World w;
    w.app.binary = false;
    const auto client = WsClient::connected(w);
    const auto before = allocated();
    client->send(kTwo);
    client->send_binary(std::string(900'000, 'x'));
    is_read(*client);
    CHECK(allocated() < before + 500'000);
    client->send_binary("2");
    CHECK(client->read() == kTwoEchoed);
    CHECK(client->read() == "binary:");
    CHECK(client->read() == "binary:");
    // Its size counts all the same.
    client->send(kTwo);
    client->send_binary(std::string(900'000, 'x'));
    client->send_binary(std::string(900'000, 'x'));
    CHECK(client->read() == "close:1009");
}
