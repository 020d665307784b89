// Engine.IO over polling, and the upgrade to a WebSocket.
#include <doctest/doctest.h>

#include "platform/realtime/id.hpp"
#include "platform/realtime/realtime_fixture.hpp"

using namespace grover;
using namespace grover::realtime;
using namespace std::chrono_literals;

namespace {

std::string error(int code, std::string_view message) {
    return R"({"code":)" + std::to_string(code) + R"(,"message":")" + std::string(message) + R"("})";
}

// A GET that is still waiting when the constructor returns.
class Pending {
public:
    Pending(const World& world, const PollingClient& client) : client_(world.http) {
        client_.send(http::get(client.target()));
        // The server has one loop, which accepted and read this connection before one that it has answered.
        CHECK(ask(world, http::get("/socket.io/")).status == 400);
    }
    http::Answer read() { return client_.read(); }
    http::Client& connection() { return client_; }

private:
    http::Client client_;
};

void connect(PollingClient& client) {
    CHECK(client.post("40").body == "ok");
    const auto body = client.get().body;
    CHECK(body.starts_with(R"(40{"sid":")"));
    CHECK(
        body.ends_with("\x1e"
                       R"(42["hello",{"n":1}])"));
}

}  // namespace

TEST_CASE("a session opens with exactly five things to know") {
    World w;
    PollingClient client(w);
    CHECK(client.open_packet ==
          R"(0{"sid":")" + client.sid +
              R"(","upgrades":["websocket"],"pingTimeout":60000,"pingInterval":25000,"maxPayload":1000000})");
    CHECK(client.sid.size() >= 20);
    CHECK(parse_id(client.sid)->node == "n1");
    const auto answer = ask(w, http::get("/socket.io?EIO=4&transport=polling&t=abc"));
    CHECK(answer.status == 200);
    CHECK(answer.header("Content-Type") == "text/plain; charset=UTF-8");
    CHECK(answer.header("Cache-Control") == "no-store");
    CHECK(w.server->sessions(TransportKind::polling) == 2);

    WsClient socket(w);
    const auto open = socket.read();
    CHECK(open.find(R"("upgrades":[],)") != open.npos);
    CHECK(w.server->sessions(TransportKind::websocket) == 1);
}

TEST_CASE("a request that opens no session is told why, and opens none") {
    World w;
    const auto refused = [&](std::string_view request) {
        const auto answer = ask(w, request);
        CHECK(answer.status == 400);
        CHECK(answer.header("Content-Type") == "application/json");
        return answer.body;
    };
    CHECK(refused(http::get("/socket.io/?EIO=4")) == error(0, "Transport unknown"));
    CHECK(refused(http::get("/socket.io/?EIO=4&transport=abc")) == error(0, "Transport unknown"));
    CHECK(refused(http::get("/socket.io/?transport=polling")) == error(5, "Unsupported protocol version"));
    CHECK(refused(http::get("/socket.io/?EIO=3&transport=polling")) ==
          error(5, "Unsupported protocol version"));
    CHECK(refused(http::get("/socket.io/?EIO=abc&transport=polling")) ==
          error(5, "Unsupported protocol version"));
    CHECK(refused(http::post("/socket.io/?EIO=4&transport=polling", "x")) ==
          error(2, "Bad handshake method"));
    CHECK(
        refused("PUT /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n") ==
        error(2, "Bad handshake method"));
    CHECK(refused(http::get("/socket.io/?EIO=4&transport=websocket")) == error(3, "Bad request"));
    CHECK(refused(handshake("/socket.io/?EIO=4&transport=polling")) == error(3, "Bad request"));
    CHECK(refused(handshake("/socket.io/?EIO=3&transport=websocket")) ==
          error(5, "Unsupported protocol version"));
    const auto sid = make_id("n1", 0);
    for (const auto& other :
         {sid, make_id("n2", 0), make_id("n1", 9), std::string("x"), std::string("../../etc")}) {
        CHECK(refused(http::get("/socket.io/?EIO=4&transport=polling&sid=" + other)) ==
              error(1, "Session ID unknown"));
        CHECK(refused(http::post("/socket.io/?EIO=4&transport=polling&sid=" + other, "4x")) ==
              error(1, "Session ID unknown"));
        CHECK(refused(handshake("/socket.io/?EIO=4&transport=websocket&sid=" + other)) ==
              error(1, "Session ID unknown"));
    }
    CHECK(ask(w, http::get("/socket.ioX?EIO=4&transport=polling")).status == 404);
    CHECK(w.counts.opens == 0);
}

TEST_CASE("packets go both ways, several at a time") {
    World w;
    PollingClient client(w);
    connect(client);
    CHECK(client
              .post("42[\"echo\",1]\x1e"
                    "42[\"echo\",{\"text\":\"\xe2\x82\xac\"}]")
              .body == "ok");
    CHECK(client.get().body ==
          "42[\"echoed\",1]\x1e"
          "42[\"echoed\",{\"text\":\"\xe2\x82\xac\"}]");
    // A GET that waits gets what comes.
    Pending pending(w, client);
    CHECK(client.post(R"(42["echo",2])").status == 200);
    CHECK(pending.read().body == R"(42["echoed",2])");
    // Binary, as base64.
    CHECK(client
              .post("451-[\"echo\",{\"_placeholder\":true,\"num\":0}]\x1e"
                    "bAQIDBA==")
              .body == "ok");
    CHECK(client.get().body ==
          "451-[\"echoed\",{\"_placeholder\":true,\"num\":0}]\x1e"
          "bAQIDBA==");
}

TEST_CASE("a second GET ends the session: the first is told, the second refused") {
    World w;
    PollingClient client(w);
    Pending pending(w, client);
    http::Answer second;
    // Whichever comes first waits; the other one is the second.
    second = client.get();
    auto first = pending.read();
    if (first.status != 200) std::swap(first, second);
    CHECK(first.body == "1");
    CHECK(second.status == 400);
    CHECK(client.get().body == error(1, "Session ID unknown"));
    CHECK(w.counts.closings == Lines{"protocol_error"});
}

TEST_CASE("a second POST while the first is being sent ends the session") {
    World w;
    PollingClient client(w);
    http::Client slow(w.http);
    const auto request = http::post(client.target(), "4hello");
    slow.send(request.substr(0, request.size() - 1));
    // The first must have begun: until then the other one is just a POST.
    while (client.post("6").status == 200) {
    }
    CHECK(client.get().status == 400);
    slow.send("o");
    CHECK(slow.read().status == 400);
}

TEST_CASE("a GET that its client gave up ends the session, because what was on its way is lost") {
    World w;
    PollingClient client(w);
    {
        Pending pending(w, client);
        pending.connection().end_sending();
        CHECK(pending.connection().is_closed());
    }
    CHECK(client.post("4hello").status == 400);
    CHECK(w.counts.closings == Lines{"transport_closed"});
}

TEST_CASE("what is no packet ends the session") {
    World w;
    for (const std::string_view bad : {"abc", "", "2", "0", "5", "b!", "4abc"}) {
        CAPTURE(bad);
        PollingClient client(w);
        const auto answer = client.post(bad);
        CHECK(answer.status == 400);
        CHECK(client.get().body == error(1, "Session ID unknown"));
    }
    PollingClient many(w);
    std::string body = "6";
    for (int i = 0; i < 1000; ++i)
        body +=
            "\x1e"
            "6";
    CHECK(many.post(body).status == 400);
    CHECK(many.get().status == 400);
}

TEST_CASE("a body over the limit is 413, and what it held is not guessed at") {
    World w;
    PollingClient client(w);
    connect(client);
    const std::string large = R"(42["echo",")" + std::string(999'000, 'x') + R"("])";
    CHECK(client.post(large).body == "ok");
    CHECK(client.get().body.size() == large.size() + 2);
    CHECK(client.post(std::string(1'000'001, '4')).status == 413);
    CHECK(client.get().status == 400);
}

TEST_CASE("a flood of packets that mean nothing ends a session that polls as well") {
    World w;
    PollingClient client(w);
    connect(client);
    std::string noops = "6";
    for (int i = 0; i < 100; ++i)
        noops +=
            "\x1e"
            "6";
    for (int second = 0; second < 5; ++second) {
        CHECK(client.post(noops).body == "ok");
        w.pass(1s);
    }
    client.post(noops);
    CHECK(client.get().status == 400);
    CHECK(w.counts.closings == Lines{"flood"});
}

TEST_CASE("a client that says goodbye is answered, and gone") {
    World w;
    PollingClient client(w);
    connect(client);
    Pending pending(w, client);
    // Until the GET has arrived there would be nobody to answer.
    const auto echoed = client.post(R"(42["echo",1])");
    CHECK(echoed.status == 200);
    CHECK(pending.read().body == R"(42["echoed",1])");
    CHECK(client.post("1").body == "ok");
    CHECK(client.get().status == 400);
    CHECK(w.app.hears("disconnected client_closed"));
}

TEST_CASE("a session whose client does not answer pings ends at that time, exactly") {
    World w;
    PollingClient client(w);
    connect(client);
    for (int i = 0; i < 3; ++i) {
        w.pass(25s);
        CHECK(client.get().body == "2");
        CHECK(client.post("3").body == "ok");
    }
    w.pass(25s);
    CHECK(client.get().body == "2");
    w.pass(59s);
    CHECK(w.server->sessions(TransportKind::polling) == 1);
    w.pass(1s);
    CHECK(client.get().body == error(1, "Session ID unknown"));
    CHECK(w.app.hears("disconnected ping_timeout"));
}

TEST_CASE("a WebSocket takes over without losing, doubling or reordering anything") {
    World w;
    PollingClient client(w);
    connect(client);
    WsClient socket(w, client.sid);
    socket.send("2probe");
    CHECK(socket.read() == "3probe");
    // Still polling, both ways.
    CHECK(client
              .post("42[\"echo\",1]\x1e"
                    "42[\"echo\",2]")
              .status == 200);
    CHECK(client.get().body ==
          "42[\"echoed\",1]\x1e"
          "42[\"echoed\",2]");
    CHECK(client.post(R"(42["echo",3])").status == 200);
    CHECK(client.get().body == R"(42["echoed",3])");
    CHECK(client.get().body == "6");  // nothing to say, but it must be able to stop
    CHECK(client.post(R"(42["echo",4])").status == 200);
    socket.send("5");
    socket.send(R"(42["echo",5])");
    CHECK(socket.read() == R"(42["echoed",4])");
    CHECK(socket.read() == R"(42["echoed",5])");
    CHECK(client.get().status == 400);
    CHECK(client.post("4x").status == 400);
    CHECK(ask(w, handshake("/socket.io/?EIO=4&transport=websocket&sid=" + client.sid)).status == 400);
    CHECK(w.counts.upgrades == 1);
    CHECK(w.server->sessions(TransportKind::websocket) == 1);
    CHECK(w.server->sessions(TransportKind::polling) == 0);
    socket.send(R"(42["echo",6])");
    CHECK(socket.read() == R"(42["echoed",6])");
}

TEST_CASE("a GET that waits is answered when the probe comes") {
    World w;
    PollingClient client(w);
    connect(client);
    Pending pending(w, client);
    WsClient socket(w, client.sid);
    socket.send("2probe");
    CHECK(socket.read() == "3probe");
    CHECK(pending.read().body == "6");
    // One that hangs is not answered at once for ever.
    for (int i = 0; i < 10; ++i) CHECK(client.get().body == "6");
}

TEST_CASE("a probe that says something else, or nothing, is closed and polling goes on") {
    World w;
    PollingClient client(w);
    connect(client);
    {
        WsClient socket(w, client.sid);
        socket.send("4hello");
        CHECK(socket.read() == "close:1002");
    }
    {
        WsClient socket(w, client.sid);
        socket.send("5");
        CHECK(socket.read() == "close:1002");
    }
    {
        WsClient socket(w, client.sid);
        CHECK(ask(w, handshake("/socket.io/?EIO=4&transport=websocket&sid=" + client.sid)).status == 400);
        socket.send("2probe");
        CHECK(socket.read() == "3probe");
        w.pass(9s);
        CHECK(client.post(R"(42["echo",1])").status == 200);
        CHECK(client.get().body == R"(42["echoed",1])");
        w.pass(1s);
        CHECK(socket.read() == "close:1000");
    }
    {
        WsClient socket(w, client.sid);
        socket.close();
        CHECK(socket.read() == "end");
    }
    CHECK(client.post(R"(42["echo",2])").status == 200);
    CHECK(client.get().body == R"(42["echoed",2])");
    CHECK(w.counts.upgrades == 0);
}

TEST_CASE("requests of one session meet, whichever threads their connections are on") {
    World w({}, 3);
    for (int round = 0; round < 20; ++round) {
        PollingClient client(w);
        connect(client);
        for (int i = 0; i < 5; ++i) {
            CHECK(client.post("42[\"echo\"," + std::to_string(i) + "]").body == "ok");
            CHECK(client.get().body == "42[\"echoed\"," + std::to_string(i) + "]");
        }
        WsClient socket(w, client.sid);
        socket.send("2probe");
        CHECK(socket.read() == "3probe");
        CHECK(client.post(R"(42["echo",9])").status == 200);
        socket.send("5");
        CHECK(socket.read() == R"(42["echoed",9])");
        if (round % 2 == 0) {
            socket.send("1");
            CHECK(socket.read() == "close:1000");
        }
    }
}
