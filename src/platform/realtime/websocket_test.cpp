// Engine.IO over WebSocket: handshakes, frames, limits, and what becomes of those who do not play along.
#include <doctest/doctest.h>
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "platform/realtime/realtime_fixture.hpp"

using namespace grover;
using namespace grover::realtime;
using namespace std::chrono_literals;

namespace {

const std::string kTarget = "/socket.io/?EIO=4&transport=websocket";

std::string closing(World& w, const std::function<void(WsClient&)>& what) {
    const auto socket = WsClient::connected(w);
    what(*socket);
    const auto answer = socket->read();
    CHECK(socket->read() == "end");
    return answer;
}

}  // namespace

TEST_CASE("a handshake is answered as RFC 6455 has it") {
    World w;
    const auto ask_with = [&](std::string_view headers) { return ask(w, http::get(kTarget, headers)); };
    http::Client client(w.http);
    client.send(handshake(kTarget));
    const auto answer = client.read(true);
    CHECK(answer.status == 101);
    CHECK(answer.header("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK(answer.header("Upgrade") == "websocket");
    CHECK(answer.header("Connection") == "Upgrade");
    CHECK(answer.header("Sec-WebSocket-Extensions").empty());
    const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    CHECK(
        ask_with("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n" + key).status ==
        426);
    CHECK(ask_with("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n").status ==
          400);
    CHECK(ask_with("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" + key).status == 400);
    CHECK(ask_with("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: short\r\n")
              .status == 400);
    CHECK(w.counts.opens == 1);
}

TEST_CASE("what a client sends right behind its handshake counts") {
    World w;
    http::Client client(w.http);
    client.send(handshake(kTarget) + client_frame(0x81, "40") + client_frame(0x81, R"(42["echo",1])"));
    std::string all;
    while (all.find(R"(42["echoed",1])") == all.npos) all += client.read_some(1000);
    CHECK(all.find("0{") < all.find("40{"));
    CHECK(all.find("40{") < all.find("42[\"hello\""));
    CHECK(w.app.heard() == Lines{"connect ", "connected", "event echo 1"});
}

TEST_CASE("pings of both kinds are answered, large and fragmented messages arrive") {
    World w;
    const auto socket = WsClient::connected(w);
    socket->send_frame(0x89, "are you there");
    CHECK(socket->read() == "pong:are you there");
    const std::string text(200'000, 'x');
    const std::string event = R"(42["echo",")" + text + R"("])";
    socket->send_frame(0x01, event.substr(0, 10));
    socket->send_frame(0x89, "p");
    CHECK(socket->read() == "pong:p");
    socket->send_frame(0x00, event.substr(10, 100'000));
    socket->send_frame(0x80, event.substr(100'010));
    CHECK(socket->read() == R"(42["echoed",")" + text + R"("])");
    w.pass(25s);
    CHECK(socket->read() == "2");
    socket->send("3");
    w.pass(24s);
    socket->send(R"(42["echo",1])");
    CHECK(socket->read() == R"(42["echoed",1])");
}

TEST_CASE("whoever breaks the rules is told which, and is gone") {
    World w;
    CHECK(closing(w, [](WsClient& s) { s.send("abc"); }) == "close:1002");
    CHECK(closing(w, [](WsClient& s) { s.send(""); }) == "close:1002");
    CHECK(closing(w, [](WsClient& s) { s.send("2"); }) == "close:1002");  // only the server asks
    CHECK(closing(w, [](WsClient& s) { s.send("5"); }) == "close:1002");  // nothing to upgrade
    CHECK(closing(w, [](WsClient& s) { s.send("0{}"); }) == "close:1002");
    CHECK(closing(w, [](WsClient& s) { s.send("4abc"); }) == "close:1002");
    CHECK(closing(w, [](WsClient& s) { s.send_binary("x"); }) == "close:1002");  // no packet waits for it
    CHECK(closing(w, [](WsClient& s) { s.send_raw("\x81\x01x"); }) == "close:1002");
    CHECK(closing(w, [](WsClient& s) { s.send_frame(0x81, "4\xff"); }) == "close:1007");
    CHECK(closing(w, [](WsClient& s) {
              s.send_raw(std::string("\x81\xff\0\0\0\0\0\x0f\x42\x41", 10) + "mask");
          }) == "close:1009");
    CHECK(w.app.hears("disconnected too_large"));
    CHECK(w.app.hears("disconnected invalid_text"));
    CHECK(w.server->sessions(TransportKind::websocket) == 0);
}

TEST_CASE("closing is answered with the client's own code") {
    World w;
    CHECK(closing(w, [](WsClient& s) { s.send_frame(0x88, "\x03\xe9"); }) == "close:1001");
    CHECK(closing(w, [](WsClient& s) { s.send_frame(0x88, ""); }) == "close:");
    CHECK(closing(w, [](WsClient& s) { s.send("1"); }) == "close:1000");
    CHECK(w.app.hears("disconnected client_closed"));
    const auto socket = WsClient::connected(w);
    socket->close();
    CHECK(w.app.hears("disconnected transport_closed"));
    CHECK(socket->read() == "end");
}

TEST_CASE("a client that stopped answering is given up after interval and timeout") {
    World w;
    const auto socket = WsClient::connected(w);
    w.pass(25s);
    CHECK(socket->read() == "2");
    w.pass(59s);
    CHECK(w.server->sessions(TransportKind::websocket) == 1);
    w.pass(1s);
    CHECK(socket->read() == "close:1000");
    CHECK(w.app.hears("disconnected ping_timeout"));
}

TEST_CASE(
    "a reader that takes nothing loses first what may be lost, then its connection; others notice nothing") {
    World w;
    const std::string text = '"' + std::string(32'000, 'x') + '"';
    constexpr std::size_t kFull = 1024 * 1024;
    std::atomic<int> filled{0};
    // One message in each turn of the loop, in which the kernel takes what it has room for.
    const auto fill = [&](Delivery delivery, const std::function<bool(Socket&)>& is_enough) {
        return [&, delivery, is_enough](Socket& socket, Event&) {
            for (; !is_enough(socket); runtime::sleep_for(0ms))
                socket.emit({.name = "fill", .arguments = text}, delivery);
            ++filled;
            filled.notify_one();
        };
    };
    const auto wait_for = [&](int count) {
        for (int seen = filled; seen < count; seen = filled) filled.wait(seen);
    };
    w.app.on["losable"] = fill(Delivery::may_be_lost, [&](Socket&) { return w.counts.drops > 0; });
    // So much more than allowed that what the kernel may still take makes no difference.
    w.app.on["durable"] =
        fill(Delivery::durable, [](Socket& socket) { return socket.queued_bytes() > 3 * kFull; });
    const auto other = WsClient::connected(w);

    WsClient slow(w, {}, 4096);
    CHECK(slow.read().starts_with("0{"));
    slow.send("40");
    CHECK(slow.read().starts_with("40{"));
    slow.send(R"(42["losable"])");
    wait_for(1);
    w.pass(30s);
    CHECK(w.counts.drops > 0);
    CHECK(w.server->sessions(TransportKind::websocket) == 2);
    slow.send("3");
    slow.send(R"(42["durable"])");
    wait_for(2);
    w.pass(9s);
    CHECK(w.server->sessions(TransportKind::websocket) == 2);
    other->send(R"(42["echo",1])");
    while (other->read() != R"(42["echoed",1])") {
    }
    w.pass(1s);
    CHECK(w.app.hears("disconnected too_slow"));
    CHECK(w.server->sessions(TransportKind::websocket) == 1);
}

TEST_CASE("what is far too much is not kept for ten seconds") {
    World w;
    w.app.on["everything"] = [](Socket& socket, Event&) {
        for (int i = 0; i < 100'000; ++i) socket.emit({.name = "x"});
    };
    WsClient slow(w, {}, 4096);
    CHECK(slow.read().starts_with("0{"));
    slow.send("40");
    CHECK(slow.read().starts_with("40{"));
    slow.send(R"(42["everything"])");
    CHECK(w.app.hears("disconnected too_slow"));
}

TEST_CASE("a flood is borne for some seconds, then it is over") {
    World w;
    const auto socket = WsClient::connected(w);
    for (int second = 0; second < 6; ++second) {
        for (int i = 0; i < 101; ++i) socket->send(R"(42["nothing"])");
        socket->send(R"(42["echo",1])");
        if (second < 5) {
            CHECK(socket->read() == R"(42["echoed",1])");
            w.pass(1s);
        }
    }
    CHECK(socket->read() == "close:1008");
    CHECK(w.app.hears("disconnected flood"));
    // Now and then a burst is none.
    const auto calm = WsClient::connected(w);
    for (int second = 0; second < 12; ++second) {
        for (int i = 0; i < (second % 2 == 0 ? 150 : 10); ++i) calm->send(R"(42["nothing"])");
        calm->send(R"(42["echo",1])");
        CHECK(calm->read() == R"(42["echoed",1])");
        w.pass(1s);
    }
}

TEST_CASE("a flood is one whatever it is made of") {
    World w;
    const auto flood_of = [&](const std::string& frames) {
        const auto socket = WsClient::connected(w);
        for (int second = 0; second < 6; ++second) {
            for (int i = 0; i < 101; ++i) socket->send_raw(frames);
            socket->send(R"(42["echo",1])");
            std::string answer;
            while ((answer = socket->read()) == "pong:") {
            }
            if (second == 5) return answer;
            CHECK(answer == R"(42["echoed",1])");
            w.pass(1s);
        }
        return std::string();
    };
    CHECK(flood_of(client_frame(0x81, "6")) == "close:1008");  // noop
    CHECK(flood_of(client_frame(0x81, "3")) == "close:1008");  // pong
    CHECK(flood_of(client_frame(0x89, "")) == "close:1008");
    CHECK(w.counts.closings == Lines{"flood", "flood", "flood"});
}

TEST_CASE("a pong that nobody asked for does not put the next ping off") {
    World w;
    const auto socket = WsClient::connected(w);
    const auto is_well = [&] {
        socket->send(R"(42["echo",1])");
        CHECK(socket->read() == R"(42["echoed",1])");
    };
    w.pass(24s);
    socket->send("3");
    is_well();
    w.pass(1s);
    CHECK(socket->read() == "2");
    socket->send("3");
    is_well();
    w.pass(24s);
    is_well();
    w.pass(1s);
    CHECK(socket->read() == "2");
}

TEST_CASE("a client that only pings is no client") {
    World w;
    const auto ping = [](WsClient& socket, int count) {
        std::string pings;
        for (int i = 0; i < count; ++i) pings += client_frame(0x89, "");
        socket.send_raw(pings);
    };
    const auto after_pongs = [](WsClient& socket) {
        std::string last;
        while ((last = socket.read()) == "pong:") {
        }
        return last;
    };
    // Neither a noop nor a pong out of place says more than that.
    for (const std::string_view word : {"", "6", "3"}) {
        CAPTURE(word);
        const auto socket = WsClient::connected(w);
        ping(*socket, 600);
        if (!word.empty()) socket->send(word);
        ping(*socket, 401);
        CHECK(after_pongs(*socket) == "close:1008");
    }
    // A message does, and the answer to the server's own ping.
    const auto socket = WsClient::connected(w);
    ping(*socket, 1000);
    socket->send(R"(42["echo",1])");
    CHECK(after_pongs(*socket) == R"(42["echoed",1])");
    ping(*socket, 600);
    w.pass(25s);
    CHECK(after_pongs(*socket) == "2");
    socket->send("3");
    ping(*socket, 600);
    socket->send(R"(42["echo",2])");
    CHECK(after_pongs(*socket) == R"(42["echoed",2])");
}

TEST_CASE("a server that ends sends everybody away to come back") {
    World w({}, 2);
    const auto socket = WsClient::connected(w);
    PollingClient polling(w);
    CHECK(polling.post("40").body == "ok");
    CHECK(polling.get().status == 200);
    http::Client pending(w.http);
    pending.send(http::get(polling.target()));
    // It has arrived when a second one would be refused, which would end it: so it is told something instead.
    CHECK(polling.post(R"(42["echo",1])").status == 200);
    CHECK(pending.read().body == R"(42["echoed",1])");
    pending.send(http::get(polling.target()));
    std::thread ending([&] { w.server->drain(5s); });
    CHECK(socket->read() == "close:1012");
    const auto last = pending.read();
    CHECK((last.body == "1" || last.status == 400));  // it may have come too late
    CHECK(socket->read() == "end");
    ending.join();
    CHECK(w.server->sessions(TransportKind::websocket) == 0);
    CHECK(w.server->sessions(TransportKind::polling) == 0);
    CHECK(w.app.hears("disconnected shutdown"));
    CHECK(ask(w, http::get("/socket.io/?EIO=4&transport=polling")).status == 503);
}

TEST_CASE("thousands of idle clients cost less than 3 KB each, their ends in this process included") {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const std::size_t count = std::min<std::size_t>(5'000, (limit.rlim_cur - 200) / 2);
    const auto resident = [] {
        std::size_t total = 0;
        std::size_t pages = 0;
        std::ifstream("/proc/self/statm") >> total >> pages;
        return pages * 4096;
    };
    World w({}, 2);
    std::vector<std::unique_ptr<WsClient>> clients;
    clients.reserve(count);
    for (int i = 0; i < 10; ++i) clients.push_back(WsClient::connected(w));
    // What other tests have freed would be used up unseen.
    ::malloc_trim(0);
    const auto before = resident();
    while (clients.size() < count) clients.push_back(WsClient::connected(w));
    const auto each = (resident() - before) / count;
    MESSAGE("bytes per idle client: ", each, ", of ", count);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK(each < 3'000);
#endif
    CHECK(w.server->sessions(TransportKind::websocket) == count);
    w.nsp->emit({}, {.name = "all"});
    for (const auto& client : clients) CHECK(client->read() == R"(42["all"])");
}

TEST_CASE("there are only so many sessions") {
    World w({.max_sessions = 2});
    const auto one = WsClient::connected(w);
    const auto two = WsClient::connected(w);
    CHECK(ask(w, handshake(kTarget)).status == 503);
    CHECK(ask(w, http::get("/socket.io/?EIO=4&transport=polling")).status == 503);
    two->send("1");
    CHECK(two->read() == "close:1000");
    const auto three = WsClient::connected(w);
}
