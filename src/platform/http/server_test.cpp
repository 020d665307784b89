#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/http/server_fixture.hpp"
#include "platform/http/upgrade.hpp"

using namespace grover;
using namespace grover::http;

namespace {

void echo(Exchange& exchange) { exchange.response().body = exchange.read_body(1 << 20); }

void say_path(Exchange& exchange) { exchange.response().body = exchange.request().path; }

std::string chunked_post(std::string_view path, std::string_view chunks) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" +
           std::string(chunks);
}

}  // namespace

TEST_CASE("an answer carries what the handler said and what the transport adds") {
    TestServer server([](Exchange& exchange) {
        CHECK(exchange.request().peer == "127.0.0.1");
        CHECK_FALSE(exchange.request().https);
        exchange.response().status = 201;
        exchange.response().body = "made";
        exchange.response().add_header("X-Thing", "a\r\nSet-Cookie: evil");
    });
    Client client(server);
    const auto answer = client.ask(get("/x"));
    CHECK(answer.status == 201);
    CHECK(answer.body == "made");
    CHECK(answer.header("Content-Type") == "application/json");
    CHECK(answer.header("Content-Length") == "4");
    CHECK(answer.header("X-Thing") == "aSet-Cookie: evil");
    CHECK(answer.header("Set-Cookie").empty());
    CHECK(answer.header("Date").size() == 29);
    CHECK(answer.header("Connection").empty());
    CHECK(answer.header("Server").empty());
}

TEST_CASE("one connection serves many requests, with and without fibers, with and without bodies") {
    TestServer server(echo);
    Client client(server);
    for (int i = 0; i < 3; ++i) {
        CHECK(client.ask(get("/at-once")).body == "at once");
        CHECK(client.ask(post("/", "hello")).body == "hello");
        CHECK(client.ask(post("/", "")).body.empty());
        CHECK(client.ask(chunked_post("/", "5\r\nhello\r\n6;x\r\n world\r\n0\r\nT: x\r\n\r\n")).body ==
              "hello world");
    }
    CHECK(server.handler.handled == 9);
    CHECK(server.server->connections() == 1);
}

TEST_CASE("requests sent together are answered in order") {
    runtime::Signal begun, all_are_sent;
    TestServer server([&](Exchange& exchange) {
        // The first waits until the others are all there.
        if (exchange.request().path == "/0") {
            begun.notify();
            all_are_sent.wait();
        }
        const auto body = exchange.read_body(1000);
        exchange.response().body = std::string(exchange.request().path) + ":" + std::string(body);
    });
    Client client(server);
    client.send(get("/0") + post("/1", "one") + chunked_post("/2", "3\r\ntwo\r\n0\r\n\r\n") +
                get("/at-once") + post("/3", "three") + "\r\n" + get("/4"));
    begun.wait();
    all_are_sent.notify();
    CHECK(client.read().body == "/0:");
    CHECK(client.read().body == "/1:one");
    CHECK(client.read().body == "/2:two");
    CHECK(client.read().body == "at once");
    CHECK(client.read().body == "/3:three");
    CHECK(client.read().body == "/4:");
}

TEST_CASE("many clients that do not wait for answers get theirs, in order") {
    TestServer server([](Exchange& exchange) { exchange.response().body = exchange.request().path; });
    constexpr int kClients = 50, kRequests = 20;
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < kClients; ++i) clients.push_back(std::make_unique<Client>(server));
    for (int i = 0; i < kClients; ++i) {
        std::string requests;
        for (int n = 0; n < kRequests; ++n)
            requests += get("/" + std::to_string(i) + "/" + std::to_string(n));
        clients[static_cast<std::size_t>(i)]->send(requests);
    }
    for (int i = 0; i < kClients; ++i) {
        for (int n = 0; n < kRequests; ++n)
            REQUIRE(clients[static_cast<std::size_t>(i)]->read().body ==
                    "/" + std::to_string(i) + "/" + std::to_string(n));
    }
    CHECK(server.handler.handled == kClients * kRequests);
}

TEST_CASE("a request may arrive a byte at a time") {
    TestServer server(echo);
    Client client(server);
    for (const char c : post("/x", "hello")) client.send({&c, 1});
    CHECK(client.read().body == "hello");
    for (const char c : chunked_post("/x", "5\r\nhello\r\n0\r\n\r\n") + get("/at-once")) client.send({&c, 1});
    CHECK(client.read().body == "hello");
    CHECK(client.read().body == "at once");
}

TEST_CASE("large heads, bodies and answers pass, also piece by piece") {
    const std::string large(900'000, 'b');
    TestServer server([&](Exchange& exchange) {
        if (exchange.request().path == "/pieces") {
            std::size_t size = 0;
            for (auto piece = exchange.read_some(); !piece.empty(); piece = exchange.read_some()) {
                CHECK(piece.size() <= 64 * 1024);
                size += piece.size();
            }
            exchange.response().body = std::to_string(size);
        } else {
            echo(exchange);
            exchange.response().body += exchange.request().header("x-large");
        }
    });
    Client client(server);
    const std::string header(30'000, 'h');
    client.send(post("/", large, "X-Large: " + header + "\r\n"));
    CHECK(client.read().body == large + header);
    CHECK(client.ask(post("/pieces", large)).body == "900000");
    std::string chunks;
    for (std::size_t at = 0; at < large.size(); at += 1'000)
        chunks += "3e8\r\n" + large.substr(at, 1'000) + "\r\n";
    CHECK(client.ask(chunked_post("/pieces", chunks + "0\r\n\r\n")).body == "900000");
    CHECK(client.ask(chunked_post("/", chunks + "0\r\n\r\n")).body == large);
    CHECK(client.ask(get("/at-once")).status == 200);
}

TEST_CASE("a slow reader gets a large answer whole") {
    const std::string large(20'000'000, 'x');
    TestServer server([&](Exchange& exchange) { exchange.response().body = large; });
    Client client(server, 4096);
    client.send(get("/") + get("/at-once"));
    const auto answer = client.read();
    CHECK(answer.body.size() == large.size());
    CHECK(client.read().body == "at once");
}

TEST_CASE("a body over the handler's limit is 413, and the connection survives if little is left of it") {
    TestServer server([](Exchange& exchange) { exchange.response().body = exchange.read_body(10); });
    Client client(server);
    CHECK(client.ask(post("/", "0123456789")).body == "0123456789");
    auto answer = client.ask(post("/", "0123456789x"));
    CHECK(answer.status == 413);
    CHECK(answer.header("Connection").empty());
    answer = client.ask(chunked_post("/", "b\r\n0123456789x\r\n0\r\n\r\n"));
    CHECK(answer.status == 413);
    CHECK(client.ask(get("/at-once")).status == 200);

    client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100000000\r\n\r\nxxxx");
    answer = client.read();
    CHECK(answer.status == 413);
    CHECK(answer.header("Connection") == "close");
    CHECK(client.is_closed());
}

TEST_CASE("a client that sends on after the last answer still gets it") {
    TestServer server([](Exchange& exchange) { exchange.response().status = 404; });
    Client client(server);
    client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100000000\r\n\r\n");
    const std::string piece(1'000'000, 'x');
    for (int i = 0; i < 20 && client.try_send(piece); ++i) {
    }
    CHECK(client.read().status == 404);
    client.end_sending();
    CHECK(client.is_closed());
}

TEST_CASE("a body nobody read is passed over") {
    TestServer server(say_path);
    Client client(server);
    client.send(post("/1", std::string(60'000, 'x')) + get("/2"));
    CHECK(client.read().body == "/1");
    CHECK(client.read().body == "/2");
    client.send(chunked_post("/3", "5\r\nhello\r\n0\r\n\r\n") + get("/4"));
    CHECK(client.read().body == "/3");
    CHECK(client.read().body == "/4");
}

TEST_CASE("100 Continue is sent when the handler wants the body, and only then") {
    TestServer server([](Exchange& exchange) {
        if (exchange.request().path == "/echo") echo(exchange);
    });
    {
        Client client(server);
        client.send("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        CHECK(client.read().status == 100);
        client.send("hello");
        CHECK(client.read().body == "hello");
        CHECK(client.ask(get("/at-once")).status == 200);
    }
    Client client(server);
    client.send("POST /other HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    const auto answer = client.read();
    CHECK(answer.status == 200);
    CHECK(answer.header("Connection") == "close");
    CHECK(client.is_closed());
}

TEST_CASE("HEAD has the headers of GET and no body; 204 and 304 have none") {
    TestServer server([](Exchange& exchange) {
        if (exchange.request().path == "/204") exchange.response().status = 204;
        if (exchange.request().path == "/304") exchange.response().status = 304;
        exchange.response().body = "hello";
    });
    Client client(server);
    client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto head = client.read(true);
    CHECK(head.header("Content-Length") == "5");
    CHECK(head.header("Content-Type") == "application/json");
    for (const char* path : {"/204", "/304"}) {
        client.send(get(path));
        const auto answer = client.read();
        CHECK(answer.header("Content-Length").empty());
        CHECK(answer.header("Content-Type").empty());
    }
    CHECK(client.ask(get("/")).body == "hello");
}

TEST_CASE("HTTP/1.0 closes unless asked to stay") {
    TestServer server(say_path);
    Client staying(server);
    staying.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(staying.read().header("Connection") == "keep-alive");
    staying.send("GET /b HTTP/1.0\r\n\r\n");
    const auto answer = staying.read();
    CHECK(answer.body == "/b");
    CHECK(answer.header("Connection") == "close");
    CHECK(staying.is_closed());

    Client closing(server);
    closing.send(get("/c", "Connection: close\r\n") + get("/never"));
    CHECK(closing.read().body == "/c");
    CHECK(closing.is_closed());
    CHECK(server.handler.handled == 3);
}

TEST_CASE("what is no HTTP is refused once, with the handler's words, and nothing behind it is served") {
    TestServer server(say_path);
    const std::vector<std::pair<std::string, int>> refused{
        {post("/", "12345", "Transfer-Encoding: chunked\r\n"), 400},
        {post("/", "12345", "Content-Length: 5\r\n"), 400},
        {get("/", "X: a\r\n b\r\n"), 400},
        {"GET / HTTP/1.1\nHost: h\n\n", 400},
        {get("/", std::string("X: \0\r\n", 6)), 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"\x16\x03\x01\x02\x00\x01\x00", 400},
        {get("/" + std::string(9'000, 'x'), "Origin: o\r\n"), 414},
        {get("/", "X: " + std::string(40'000, 'x') + "\r\n"), 431},
        {"GET /" + std::string(20'000, 'x'), 414},
    };
    for (const auto& [request, status] : refused) {
        CAPTURE(request.substr(0, 60));
        Client client(server);
        client.try_send(request + get("/smuggled"));
        const auto answer = client.read();
        CHECK(answer.status == status);
        CHECK(answer.header("X-Refused") == "yes");
        // Whose answer it is decides who may read it.
        CHECK(answer.header("X-Seen-Origin") == (request.find("Origin: o") == std::string::npos ? "" : "o"));
        CHECK(answer.header("Connection") == "close");
        CHECK(client.is_closed());
    }
    CHECK(server.handler.handled == 0);
}

TEST_CASE("a chunk that is none is 400 for the handler, and the end of the connection") {
    TestServer server(echo);
    Client client(server);
    client.send(chunked_post("/", "5\r\nhelloX\r\n") + get("/smuggled"));
    const auto answer = client.read();
    CHECK(answer.status == 400);
    CHECK(answer.header("Connection") == "close");
    CHECK(client.is_closed());
    CHECK(server.handler.handled == 1);
}

TEST_CASE("a body that is cut off ends the connection without an answer") {
    runtime::Signal ended;
    TestServer server([&](Exchange& exchange) {
        const std::shared_ptr<void> guard(nullptr, [&](void*) { ended.notify(); });
        echo(exchange);
    });
    for (const auto& request :
         {post("/", "hello").substr(0, post("/", "hello").size() - 1), chunked_post("/", "5\r\nhel")}) {
        Client client(server);
        client.send(request);
        client.end_sending();
        ended.wait();
        CHECK(client.is_closed());
    }
}

TEST_CASE("text of some size is compressed when asked, and says what it varies by") {
    const auto shared = std::make_shared<const std::string>(std::string(5'000, 's'));
    TestServer server([&](Exchange& exchange) {
        auto& response = exchange.response();
        const auto path = exchange.request().path;
        if (path == "/shared") response.shared_body = shared;
        if (path == "/long") response.body = std::string(1'000, 'x');
        if (path == "/short") response.body = std::string(999, 'x');
        if (path == "/picture") response.body = std::string(5'000, 'x');
        if (path == "/picture") response.content_type = "image/png";
        if (path == "/not") response.body = std::string(5'000, 'x');
        if (path == "/not") response.may_compress = false;
    });
    Client client(server);
    const auto ask = [&](std::string_view path) {
        return client.ask(get(path, "Accept-Encoding: gzip, br\r\n"));
    };
    auto answer = ask("/long");
    CHECK(answer.header("Content-Encoding") == "br");
    CHECK(answer.header("Vary") == "Accept-Encoding");
    CHECK(answer.body.size() < 100);
    answer = client.ask(get("/long"));
    CHECK(answer.header("Content-Encoding").empty());
    CHECK(answer.header("Vary") == "Accept-Encoding");
    CHECK(answer.body.size() == 1'000);
    for (int i = 0; i < 2; ++i) CHECK(ask("/shared").header("Content-Encoding") == "br");
    for (const char* path : {"/short", "/picture", "/not"}) {
        answer = ask(path);
        CHECK(answer.header("Content-Encoding").empty());
        CHECK(answer.header("Vary").empty());
        CHECK(answer.body.size() >= 999);
    }
}

TEST_CASE("a part of a file is sent, and one that is shorter than announced breaks the connection") {
    constexpr std::size_t kSize = 3'000'000;
    TestServer server([](Exchange& exchange) {
        const int fd = ::memfd_create("file", MFD_CLOEXEC);
        const std::string content(kSize, 'f');
        REQUIRE(::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
        const bool lies = exchange.request().path == "/short";
        exchange.response().content_type = "video/mp4";
        exchange.response().file = FileBody{.fd = fd, .offset = 10, .length = lies ? kSize : kSize - 10};
    });
    Client client(server, 8192);
    client.send(get("/") + "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/"));
    for (int i = 0; i < 2; ++i) {
        const auto answer = client.read();
        CHECK(answer.header("Content-Type") == "video/mp4");
        CHECK(answer.body.size() == kSize - 10);
        CHECK(answer.body.find_first_not_of('f') == std::string::npos);
        if (i == 0) CHECK(client.read(true).header("Content-Length") == std::to_string(kSize - 10));
    }
    client.send(get("/short"));
    const auto all = client.read_all();
    CHECK(all.size() < kSize + 500);
}

TEST_CASE("a client that leaves in the middle of a file disturbs nobody") {
    TestServer server([](Exchange& exchange) {
        const int fd = ::memfd_create("file", MFD_CLOEXEC);
        REQUIRE(::ftruncate(fd, 50'000'000) == 0);
        exchange.response().file = FileBody{.fd = fd, .offset = 0, .length = 50'000'000};
    });
    {
        Client leaving(server, 4096);
        leaving.send(get("/"));
        CHECK_FALSE(leaving.read_some(1'000).empty());
    }
    while (server.server->connections() > 0) std::this_thread::yield();
    CHECK(Client(server).ask(get("/at-once")).status == 200);
}

TEST_CASE("an upgrade hands over the socket and what was read ahead") {
    struct Echo final : UpgradeHandler {
        explicit Echo(runtime::Signal& is_done) : done(is_done) {}
        void taken(UpgradedConnection connection) override {
            CHECK_FALSE(runtime::in_fiber());
            CHECK(connection.peer == "127.0.0.1");
            CHECK_FALSE(connection.tls);
            const auto text = "taken:" + connection.read_ahead;
            CHECK(::write(connection.fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
            ::close(connection.fd);
            done.notify();
        }
        runtime::Signal& done;
    };
    runtime::Signal done;
    TestServer server([&](Exchange& exchange) {
        if (exchange.request().header("upgrade") != "websocket") return;
        exchange.response().status = 101;
        exchange.response().add_header("Upgrade", "websocket");
        exchange.upgrade(std::make_unique<Echo>(done));
    });
    Client client(server);
    client.send(get("/", "Upgrade: websocket\r\nConnection: Upgrade\r\n") + "ahead");
    const auto answer = client.read();
    CHECK(answer.status == 101);
    CHECK(answer.header("Connection") == "Upgrade");
    CHECK(answer.header("Content-Length").empty());
    CHECK(client.read_all() == "taken:ahead");
    done.wait();
    CHECK(server.server->connections() == 0);
    Client other(server);
    CHECK(other.ask(get("/")).status == 200);
}

TEST_CASE("several threads serve one port") {
    TestServer server(say_path, {}, 3);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 60; ++i) clients.push_back(std::make_unique<Client>(server));
    for (auto& client : clients) client->send(get("/x") + get("/y"));
    for (auto& client : clients) {
        CHECK(client->read().body == "/x");
        CHECK(client->read().body == "/y");
    }
    CHECK(server.handler.handled == 120);
}

TEST_CASE("a port that is taken is said so at once") {
    TestServer server(say_path);
    runtime::Loops loops(2);
    TestHandler handler;
    ServerOptions options;
    options.host = "127.0.0.1";
    options.port = server.server->port();
    CHECK_THROWS_WITH(Server(loops, handler, options),
                      doctest::Contains("another program listens there; stop it, or set BACKEND_PORT"));
    options.host = "no such host";
    CHECK_THROWS_WITH(Server(loops, handler, options), doctest::Contains("set BACKEND_HOST"));
}
