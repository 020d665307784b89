// Time limits, numbers of connections, the end of the server.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <fstream>
#include <string>
#include <vector>

#include "platform/http/server_fixture.hpp"

using namespace grover;
using namespace grover::http;
using namespace std::chrono_literals;

namespace {

void echo(Exchange& exchange) { exchange.response().body = exchange.read_body(1 << 20); }

}  // namespace

TEST_CASE("an idle connection is closed after 75 seconds, not before, and every answer starts anew") {
    TestServer server(echo);
    Client client(server);
    server.pass(74s);
    CHECK(client.ask(get("/")).status == 200);
    server.pass(74s);
    CHECK(client.ask(get("/at-once")).status == 200);
    server.pass(76s);
    CHECK(client.is_closed());
    CHECK(server.server->connections() == 0);
}

TEST_CASE("a head has 10 seconds from its first byte") {
    TestServer server(echo);
    Client client(server);
    server.pass(70s);
    client.send("GET / HT");
    CHECK(Client(server).ask(get("/at-once")).status == 200);  // so the bytes have arrived
    server.pass(9s);
    client.send("TP/1.1\r\n");
    CHECK(Client(server).ask(get("/at-once")).status == 200);
    server.pass(2s);
    const auto answer = client.read();
    CHECK(answer.status == 408);
    CHECK(answer.header("Connection") == "close");
    CHECK(client.is_closed());
    CHECK(server.handler.handled == 0);
}

TEST_CASE(
    "a body must not be slower than 1 KiB/s after 30 seconds; the handler's time does not run meanwhile") {
    constexpr std::size_t kSize = 100'000;
    runtime::Signal progress;
    std::atomic<std::size_t> received{0};
    std::atomic<int> cancelled{0};
    TestServer server([&](Exchange& exchange) {
        try {
            std::size_t size = 0;
            for (auto piece = exchange.read_some(); !piece.empty(); piece = exchange.read_some()) {
                size += piece.size();
                received = size;
                progress.notify();
            }
            exchange.response().body = std::to_string(size);
        } catch (const runtime::Cancelled&) {
            ++cancelled;
            throw;
        }
    });
    const auto arrived = [&](std::size_t size) {
        while (received < size) progress.wait();
    };
    const std::string head =
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(kSize) + "\r\n\r\n";
    Client client(server);
    client.send(head);
    std::size_t sent = 0;
    for (int i = 0; i < 12; ++i) {
        client.send(std::string(6'000, 'x'));
        arrived(sent += 6'000);
        server.pass(5s);
    }
    client.send(std::string(kSize - sent, 'x'));
    CHECK(client.read().body == std::to_string(kSize));
    CHECK(cancelled == 0);

    received = 0;
    client.send(head + "x");
    arrived(1);
    server.pass(29s);
    client.send("x");
    arrived(2);
    CHECK(cancelled == 0);
    server.pass(2s);
    CHECK(client.read().status == 408);
    CHECK(client.is_closed());
    CHECK(cancelled == 1);
}

TEST_CASE("a handler has 25 seconds: then it is told, and answers 503") {
    runtime::Signal started;
    TestServer server([&](Exchange& exchange) {
        started.notify();
        runtime::sleep_for(1h);
        exchange.response().body = "too late";
    });
    Client client(server);
    client.send(get("/"));
    started.wait();
    server.pass(24s);
    server.pass(2s);
    const auto answer = client.read();
    CHECK(answer.status == 503);
    CHECK(answer.body == "handler says: too late");
    CHECK(client.ask(get("/at-once")).status == 200);
}

TEST_CASE("a handler in a wait that cannot end is answered for") {
    runtime::Signal started;
    runtime::Signal commit;
    runtime::Signal ended;
    TestServer server([&](Exchange& exchange) {
        started.notify();
        commit.wait();
        // The request can still be looked at, and nothing of it is sent.
        exchange.response().body = exchange.request().header("x-name");
        CHECK(exchange.response().body == "kept");
        CHECK_THROWS_AS(exchange.read_some(), runtime::Cancelled);
        ended.notify();
    });
    Client client(server);
    client.send(post("/", "hello", "X-Name: kept\r\n"));
    started.wait();
    server.pass(26s);
    const auto answer = client.read();
    CHECK(answer.status == 503);
    CHECK(answer.body == "Service temporarily unavailable");
    CHECK(answer.header("X-Refused") == "yes");
    CHECK(client.is_closed());
    commit.notify();
    ended.wait();
    CHECK(Client(server).ask(get("/at-once")).status == 200);
}

TEST_CASE("the work for a client that is gone is cancelled; one that only stopped sending gets its answer") {
    runtime::Signal started;
    runtime::Signal finish;
    runtime::Signal cancelled;
    TestServer server([&](Exchange& exchange) {
        started.notify();
        try {
            if (exchange.request().path == "/gone") runtime::sleep_for(1h);
            finish.wait();
            exchange.response().body = "finished";
        } catch (const runtime::Cancelled&) {
            cancelled.notify();
            throw;
        }
    });
    Client half(server);
    half.send(get("/half"));
    half.end_sending();
    started.wait();
    {
        Client gone(server);
        gone.send(get("/gone"));
        started.wait();
        const linger reset{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(gone.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    cancelled.wait();
    finish.notify();
    CHECK(half.read().body == "finished");
}

TEST_CASE("a client that does not take its answer is dropped") {
    TestServer server([](Exchange& exchange) { exchange.response().body = std::string(20'000'000, 'x'); });
    Client client(server, 4096);
    client.send(get("/"));
    CHECK(client.read_some(100).size() == 100);
    server.pass(31s);
    CHECK(client.read_all().size() < 20'000'000);
    CHECK(server.server->connections() == 0);
}

TEST_CASE("one connection too many is closed at once") {
    ServerOptions options;
    options.max_connections = 2;
    TestServer server(echo, options);
    Client first(server);
    CHECK(first.ask(get("/at-once")).status == 200);
    {
        Client second(server);
        CHECK(second.ask(get("/at-once")).status == 200);
        Client third(server);
        CHECK(third.is_closed());
    }
    while (server.server->connections() > 1) std::this_thread::yield();
    Client again(server);
    CHECK(again.ask(get("/at-once")).status == 200);
}

TEST_CASE("who holds all connections and says nothing keeps nobody out") {
    ServerOptions options;
    options.max_connections = 3;
    TestServer server(echo, options);
    Client oldest(server), asking(server), silent(server);
    CHECK(oldest.ask(get("/at-once")).status == 200);
    CHECK(asking.ask(get("/at-once")).status == 200);
    CHECK(silent.ask(get("/at-once")).status == 200);
    CHECK_MESSAGE(Client(server).is_closed(), "they may be about to ask");
    server.pass(2s);
    CHECK(asking.ask(get("/at-once")).status == 200);
    Client guest(server);
    CHECK(guest.ask(get("/")).status == 200);
    CHECK(oldest.is_closed());
    CHECK(silent.is_closed());
    CHECK(asking.ask(get("/at-once")).status == 200);
    CHECK(guest.ask(get("/at-once")).status == 200);
}

TEST_CASE("ten thousand idle connections cost less than 8 KB each, and do not slow the others") {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    // Both ends are in this process.
    const std::size_t count = std::min<std::size_t>(10'000, (limit.rlim_cur - 200) / 2);
    const auto resident = [] {
        std::size_t total = 0;
        std::size_t pages = 0;
        std::ifstream("/proc/self/statm") >> total >> pages;
        return pages * 4096;
    };
    TestServer server(echo);
    std::vector<std::unique_ptr<Client>> clients;
    clients.reserve(count);
    clients.push_back(std::make_unique<Client>(server));
    CHECK(clients[0]->ask(get("/")).status == 200);
    const auto before = resident();
    for (std::size_t i = 1; i < count; ++i) {
        clients.push_back(std::make_unique<Client>(server));
        clients.back()->send(get("/"));
        CHECK(clients.back()->read().status == 200);
    }
    CHECK(server.server->connections() == count);
    const auto each = (resident() - before) / count;
    MESSAGE("bytes per idle connection: ", each, ", of ", count);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK(each < 8'000);
#endif
    CHECK(clients[count / 2]->ask(get("/at-once")).status == 200);
}

TEST_CASE("draining lets running requests finish and closes the rest") {
    runtime::Signal started;
    runtime::Signal finish;
    TestServer server([&](Exchange& exchange) {
        started.notify();
        finish.wait();
        exchange.response().body = "finished";
    });
    Client idle(server);
    CHECK(idle.ask(get("/at-once")).status == 200);
    Client busy(server);
    busy.send(get("/"));
    started.wait();
    std::thread draining([&] { server.server->drain(0s, 100s); });
    CHECK(idle.is_closed());
    finish.notify();
    const auto answer = busy.read();
    CHECK(answer.body == "finished");
    CHECK(answer.header("Connection") == "close");
    CHECK(busy.is_closed());
    draining.join();
    CHECK(server.server->connections() == 0);
}

TEST_CASE("what runs longer than draining may take is cancelled") {
    runtime::Signal started;
    std::atomic<bool> cancelled{false};
    TestServer server([&](Exchange&) {
        started.notify();
        try {
            runtime::sleep_for(1h);
        } catch (const runtime::Cancelled&) {
            cancelled = true;
            throw;
        }
    });
    Client client(server);
    client.send(get("/"));
    started.wait();
    server.server->drain(0s, 0s);
    CHECK(cancelled);
    CHECK(client.is_closed());
    CHECK(server.server->connections() == 0);
}

TEST_CASE("what a cancelled handler answers still goes out") {
    runtime::Signal started;
    TestServer server([&](Exchange& exchange) {
        started.notify();
        try {
            runtime::sleep_for(1h);
        } catch (const runtime::Cancelled&) {
            exchange.response().status = 503;
        }
    });
    Client client(server);
    client.send(get("/"));
    started.wait();
    server.server->drain(0s, 0s);
    CHECK(client.read().status == 503);
    CHECK(client.is_closed());
}
