// Socket.IO: connecting, events, acks, binary, rooms, and what a handler may rely on.
#include <doctest/doctest.h>
#include <malloc.h>

#include <algorithm>
#include <set>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/realtime/realtime_fixture.hpp"

using namespace grover;
using namespace grover::realtime;
using namespace std::chrono_literals;

namespace {

std::string sid_of(std::string_view packet) {
    const auto at = packet.find(R"("sid":")") + 7;
    return std::string(packet.substr(at, packet.find('"', at) - at));
}

// Connected, in a room.
std::unique_ptr<WsClient> member(World& w, std::string_view room) {
    auto client = WsClient::connected(w);
    client->send("421[\"join\",\"" + std::string(room) + "\"]");
    CHECK(client->read() == "431[true]");
    return client;
}

// True if the next thing it gets is what it asks for itself: nothing came before.
bool has_nothing(WsClient& client) {
    client.send(R"(42["echo","nothing"])");
    return client.read() == R"(42["echoed","nothing"])";
}

}  // namespace

TEST_CASE("a client connects, is told who it is, and hears nothing before that") {
    World w;
    WsClient client(w);
    const auto engine_sid = sid_of(client.read());
    client.send(R"(40{"token":"abc"})");
    const auto answer = client.read();
    CHECK(answer.starts_with(R"(40{"sid":"n1-)"));
    CHECK(sid_of(answer) != engine_sid);
    CHECK(client.read() == R"(42["hello",{"n":1}])");
    CHECK(w.app.heard() == Lines{R"(connect {"token":"abc"})", "connected"});
}

TEST_CASE("the application sees the request and may refuse, which opens nothing") {
    World w;
    std::string seen;
    w.app.connecting = [&](Socket&, Connect& connect) {
        const auto& hand = connect.handshake;
        seen = std::string(hand.header("cookie")) + "|" + hand.query("token").value_or("-") + "|" +
               std::string(hand.request().peer) + "|" + std::string(to_string(hand.transport()));
        if (!connect.payload.present()) {
            connect.refuse("Not authenticated", R"({"status":401})");
        } else {
            connect.answer_members = R"("pid":"p")";
        }
    };
    const auto opened =
        ask(w, http::get("/socket.io/?EIO=4&transport=polling&token=a%20b", "Cookie: a=b\r\n"));
    const auto target = "/socket.io/?EIO=4&transport=polling&sid=" + sid_of(opened.body);
    CHECK(ask(w, http::post(target, "40")).body == "ok");
    CHECK(ask(w, http::get(target)).body == R"(44{"message":"Not authenticated","data":{"status":401}})");
    CHECK(seen == "a=b|a b|127.0.0.1|polling");
    // It may try again on the same connection, with the same request behind it.
    seen.clear();
    CHECK(ask(w, http::post(target, "40{}")).body == "ok");
    const auto answer = ask(w, http::get(target)).body;
    CHECK(answer.find(R"(","pid":"p"})") != answer.npos);
    CHECK(seen == "a=b|a b|127.0.0.1|polling");
    CHECK(w.app.heard() == Lines{"connect ", "connect {}", "connected"});
}

TEST_CASE("an unknown namespace is refused by name, the connection stays") {
    World w;
    WsClient client(w);
    client.read();
    client.send("40/random");
    CHECK(client.read() == R"(44/random,{"message":"Invalid namespace"})");
    client.send("40");
    CHECK(client.read().starts_with("40{"));
}

TEST_CASE("whoever does not connect in time, or begins with something else, is gone") {
    World w;
    {
        WsClient client(w);
        client.read();
        w.pass(25s);
        CHECK(client.read() == "2");
        client.send("3");
        w.pass(19s);
        CHECK(w.server->sessions(TransportKind::websocket) == 1);
        w.pass(1s);
        CHECK(client.read() == "close:1008");
    }
    for (const std::string_view first : {R"(42["echo",1])", "41", "431[]", R"(451-["a",{}])"}) {
        WsClient client(w);
        client.read();
        client.send(first);
        CHECK(client.read() == "close:1002");
    }
    CHECK(w.app.heard().empty());
}

TEST_CASE("events that are none close the connection") {
    World w;
    for (const std::string_view bad :
         {"42{}", "42[]", "42[1]", "42[{}]", "42", R"(42["a")", R"(42["a"]x)", "42\"a\"", "42[null]",
          R"(42abc["a"])", R"(40{"a")", "40", R"(4511-["a"])"}) {
        CAPTURE(bad);
        const auto client = WsClient::connected(w);
        client->send(bad);
        CHECK(client->read() == "close:1002");
    }
    // As deep as allowed, and one deeper.
    const auto nested = [](int depth) {
        return R"(42["echo",)" + std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']') + "]";
    };
    const auto client = WsClient::connected(w);
    client->send(nested(31));
    CHECK(client->read().starts_with(R"(42["echoed",)"));
    client->send(nested(32));
    CHECK(client->read() == "close:1002");
    const auto bomb = WsClient::connected(w);
    bomb->send(R"(42["echo",)" + std::string(900'000, '['));
    CHECK(bomb->read() == "close:1002");
}

TEST_CASE("huge arrays below the limit are taken apart at once, and a broken one is refused") {
    World w;
    w.app.on["count"] = [](Socket&, Event& event) { event.ack.answer(std::to_string(event.array.size())); };
    const auto client = WsClient::connected(w);
    const auto filled = [](std::string text, std::string_view item, std::string_view end) {
        while (text.size() + item.size() + end.size() < 1'000'000) text += item;
        return text.append(end);
    };
    // Far more than it takes with sanitizers, far less than what grows with the square of the size.
    const auto patience = std::chrono::steady_clock::now() + 15s;
    client->send(filled(R"(421["count")", ",0", "]"));
    CHECK(client->read() == "431[499994]");
    client->send(filled(R"(422["count",[0)", ",0", "]]"));
    CHECK(client->read() == "432[2]");
    for (const std::string_view item : {",[]", ",{}", R"(,{"a":1})", R"(,"")", ",[[[[]]]]"}) {
        client->send(filled(R"(423["count",[0)", item, "]]"));
        CHECK(client->read() == "433[2]");
    }
    client->send(filled(R"(424["count",{"a":0)", R"(,"a":0)", "}]"));
    CHECK(client->read() == "434[2]");
    client->send(filled(R"(425["count",[0)", ",0", ",]]"));
    CHECK(client->read() == "close:1002");
    CHECK(std::chrono::steady_clock::now() < patience);
}

TEST_CASE("an ack is sent once, to whoever asked") {
    World w;
    const auto client = WsClient::connected(w);
    client->send(R"(42123["ask",1,"2",{"3":[false]}])");
    CHECK(client->read() == R"(43123[1,"2",{"3":[false]}])");
    client->send(R"(42["ask",1])");
    CHECK(has_nothing(*client));
    // Acks that nobody waits for change nothing.
    client->send("4377[1]");
    CHECK(has_nothing(*client));
}

TEST_CASE("binary attachments come in order, with nothing in between") {
    World w;
    const auto client = WsClient::connected(w);
    client->send(R"(452-["echo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
    client->send_binary("\x01\x02\x03");
    client->send_binary("\x04\x05\x06");
    CHECK(client->read() == R"(452-["echoed",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
    CHECK(client->read() == "binary:\x01\x02\x03");
    CHECK(client->read() == "binary:\x04\x05\x06");
    client->send(R"(451-789["ask",{"_placeholder":true,"num":0}])");
    client->send_binary("x");
    CHECK(client->read() == R"(461-789[{"_placeholder":true,"num":0}])");
    CHECK(client->read() == "binary:x");
    // Text where an attachment should be.
    client->send(R"(451-["echo",{"_placeholder":true,"num":0}])");
    client->send(R"(42["echo",1])");
    CHECK(client->read() == "close:1002");
    const auto ten = WsClient::connected(w);
    ten->send(R"(4510-["echo"])");
    for (int i = 0; i < 10; ++i) ten->send_binary("x");
    CHECK(ten->read() == R"(4510-["echoed"])");
    CHECK(w.app.heard().back() == "event echo ");
}

TEST_CASE("the server asks, and gets an answer or none") {
    World w;
    std::atomic<int> asked{0};
    w.app.on["start"] = [&](Socket& socket, Event&) {
        ++asked;
        const auto answer = socket.ask({.name = "question", .arguments = "1"}, 2s);
        socket.emit({.name = "heard", .arguments = answer ? answer->arguments : "null"});
    };
    const auto client = WsClient::connected(w);
    client->send(R"(42["start"])");
    CHECK(client->read() == R"(421["question",1])");
    client->send(R"(42["echo","later"])");  // waits for its turn
    client->send(R"(431["yes",2])");
    CHECK(client->read() == R"(42["heard",["yes",2]])");
    CHECK(client->read() == R"(42["echoed","later"])");
    // Nobody answers in time.
    client->send(R"(42["start"])");
    CHECK(client->read() == R"(422["question",1])");
    CHECK(client->read() == R"(42["heard",null])");
    client->send("432[]");
    CHECK(has_nothing(*client));
    // The client goes away meanwhile.
    client->send(R"(42["start"])");
    CHECK(client->read() == R"(423["question",1])");
    client->close();
    CHECK(w.app.hears("disconnected transport_closed"));
    CHECK(asked == 3);
}

TEST_CASE("events of one client follow each other, also when a handler waits; others go on") {
    World w;
    runtime::Signal go;
    w.app.on["wait"] = [&](Socket& socket, Event&) {
        go.wait();
        socket.emit({.name = "waited"});
    };
    const auto client = WsClient::connected(w);
    const auto other = WsClient::connected(w);
    client->send(R"(42["wait"])");
    client->send(R"(42["echo",1])");
    client->send(R"(42["echo",2])");
    CHECK(w.app.hears("event wait "));  // another thread may be first to tell of the other client
    CHECK(has_nothing(*other));
    CHECK(w.app.heard().back() == R"(event echo "nothing")");
    go.notify();
    CHECK(client->read() == R"(42["waited"])");
    CHECK(client->read() == R"(42["echoed",1])");
    CHECK(client->read() == R"(42["echoed",2])");
}

TEST_CASE("a client that sends more than is handled is not read further, and loses nothing") {
    World w({.flood_messages = 0});
    runtime::Signal go;
    w.app.on["wait"] = [&](Socket&, Event&) { go.wait(); };
    const auto client = WsClient::connected(w);
    client->send(R"(42["wait"])");
    const std::string text(10'000, 'x');
    std::thread sender([&] {
        for (int i = 0; i < 2'000; ++i) client->send(R"(42["count",")" + text + R"("])");
        client->send(R"(42["echo",1])");
    });
    CHECK(w.app.hears("event wait "));
    w.pass(1s);
    go.notify();
    CHECK(client->read() == R"(42["echoed",1])");
    sender.join();
    CHECK(w.app.heard().size() == 2'004);
}

TEST_CASE("leaving the namespace leaves the connection; events behind it mean nothing") {
    World w;
    const auto client = WsClient::connected(w);
    client->send("41");
    client->send(R"(42["echo",1])");
    CHECK(w.app.hears("disconnected client_disconnect"));
    w.pass(25s);
    CHECK(client->read() == "2");
    client->send("3");
    // A connection that is connected to nothing is not kept.
    w.pass(20s);
    CHECK(client->read() == "close:1008");
    CHECK(w.app.heard() == Lines{"connect ", "connected", "disconnected client_disconnect"});
}

TEST_CASE("who left the namespace may come back on the same connection, and is known only by what was kept") {
    World w;
    struct Seat final : SocketData {
        explicit Seat(int its_number) : number(its_number) {}
        int number;
    };
    Lines seen;
    w.app.connecting = [&](Socket& socket, Connect& connect) {
        const auto* const earlier =
            connect.earlier != nullptr ? static_cast<const Seat*>(connect.earlier->data.get()) : nullptr;
        seen.push_back(std::string(connect.handshake.header("cookie")) + "|" +
                       std::string(connect.handshake.request().peer) + "|" +
                       (earlier != nullptr ? std::to_string(earlier->number) : "-"));
        if (connect.payload.find("refuse").present()) return connect.refuse("No");
        socket.data = std::make_unique<Seat>(earlier != nullptr ? earlier->number + 1 : 1);
    };
    const auto client = WsClient::connected(w, "Cookie: a=b\r\n");
    client->send(R"(420["join","a"])");
    CHECK(client->read() == "430[true]");
    client->send("41");
    client->send(R"(40{"refuse":1})");
    CHECK(client->read() == R"(44{"message":"No"})");
    for (int i = 0; i < 2; ++i) {
        client->send("40{}");
        CHECK(client->read().starts_with(R"(40{"sid":")"));
        CHECK(client->read() == R"(42["hello",{"n":1}])");
        // It is a new socket, in no room.
        w.nsp->emit(Audience::room("a"), {.name = "never"});
        CHECK(has_nothing(*client));
        client->send("41");
    }
    CHECK(seen == Lines{"a=b|127.0.0.1|-", "||1", "||1", "||2"});
    const auto leavings = [&] {
        const auto heard = w.app.heard();
        return std::count(heard.begin(), heard.end(), "disconnected client_disconnect");
    };
    for (const auto end = std::chrono::steady_clock::now() + 10s;
         leavings() < 3 && std::chrono::steady_clock::now() < end;)
        std::this_thread::yield();
    CHECK(leavings() == 3);
    // It is not kept for ever.
    w.pass(45s);
    CHECK(client->read() == "2");
    CHECK(client->read() == "close:1008");
}

TEST_CASE("a handshake is there until the application has decided, also when its client has gone") {
    World w;
    runtime::Signal go;
    std::string seen;
    w.app.connecting = [&](Socket&, Connect& connect) {
        if (connect.payload_text.empty()) return;
        go.wait();
        seen = connect.handshake.header("cookie");
        seen += connect.earlier != nullptr ? " again" : "";
    };
    // Freed memory is overwritten, if it is no small piece: what is read too late is seen also without sanitizers.
    ::mallopt(M_PERTURB, 0x5a);
    const std::string cookie(3'000, 'c');
    const auto goes_while_deciding = [&](WsClient& client, const std::string& mark) {
        const auto connect = R"({"mark":)" + mark + "}";
        client.send("40" + connect);
        CHECK(w.app.hears("connect " + connect));
        client.send("1");
        CHECK(client.read() == "close:1000");
        seen = "nothing";
        go.notify();
        CHECK(has_nothing(*WsClient::connected(w)));
        return seen;
    };
    WsClient first(w.http, {}, 0, "Cookie: " + cookie + "\r\n");
    first.read();
    CHECK(goes_while_deciding(first, "1") == cookie);
    const auto again = WsClient::connected(w);
    again->send("41");
    CHECK(w.app.hears("disconnected client_disconnect"));
    CHECK(goes_while_deciding(*again, "2") == " again");
    ::mallopt(M_PERTURB, 0);
}

TEST_CASE("the application disconnects a client, or drops its connection") {
    World w;
    w.app.on["kick"] = [](Socket& socket, Event&) {
        socket.emit({.name = "error", .arguments = R"({"detail":"session_revoked"})"});
        socket.disconnect();
        socket.emit({.name = "never"});
    };
    w.app.on["drop"] = [](Socket& socket, Event& event) {
        socket.emit({.name = "last"});
        socket.close();
        event.ack.answer("1");
    };
    const auto kicked = WsClient::connected(w);
    kicked->send(R"(42["kick"])");
    CHECK(kicked->read() == R"(42["error",{"detail":"session_revoked"}])");
    CHECK(kicked->read() == "41");
    CHECK(w.app.hears("disconnected server_disconnect"));
    const auto dropped = WsClient::connected(w);
    dropped->send(R"(421["drop"])");
    CHECK(dropped->read() == R"(42["last"])");
    CHECK(dropped->read() == "close:1000");
    CHECK(w.app.hears("disconnected server_closed"));
}

TEST_CASE("a handler that fails ends its client's connection only") {
    World w;
    w.app.on["fail"] = [](Socket&, Event&) { throw not_found("a bug"); };
    const auto other = WsClient::connected(w);
    const auto client = WsClient::connected(w);
    client->send(R"(42["fail"])");
    CHECK(client->read() == "close:1011");
    CHECK(w.app.hears("disconnected handler_failed"));
    CHECK(has_nothing(*other));
}

TEST_CASE("a broadcast reaches the members of a room, whatever their transport and thread, and nobody else") {
    World w({}, 3);
    std::vector<std::unique_ptr<WsClient>> members;
    for (int i = 0; i < 8; ++i) members.push_back(member(w, "a"));
    const auto outside = WsClient::connected(w);
    PollingClient polling(w);
    CHECK(polling.post("40").status == 200);
    CHECK(polling.get().status == 200);
    CHECK(polling.post(R"(421["join","a"])").status == 200);
    CHECK(polling.get().body == "431[true]");

    CHECK(w.nsp->has_members("a"));
    CHECK_FALSE(w.nsp->has_members("b"));
    for (int i = 0; i < 50; ++i) {
        w.nsp->emit(Audience::room("a"), {.name = "news", .arguments = std::to_string(i)});
    }
    w.nsp->emit(Audience::room("b"), {.name = "never"});
    for (const auto& client : members) {
        for (int i = 0; i < 50; ++i) CHECK(client->read() == "42[\"news\"," + std::to_string(i) + "]");
        CHECK(has_nothing(*client));
    }
    CHECK(has_nothing(*outside));
    std::string all;
    for (int next = 0; next < 50;) {
        const auto body = polling.get().body;
        for (; next < 50 && body.find("[\"news\"," + std::to_string(next) + "]") != body.npos; ++next) {
        }
    }
    members.clear();
    CHECK(polling.post("1").status == 200);
    for (int i = 0; i < 9; ++i) CHECK(w.app.hears("disconnected transport_closed"));
    while (w.nsp->has_members("a")) std::this_thread::yield();
}

TEST_CASE("each socket gets a broadcast once, and excepted ones not at all") {
    World w;
    const auto a = member(w, "a");
    const auto both = member(w, "a");
    both->send(R"(422["join","b"])");
    CHECK(both->read() == "432[true]");
    both->send(R"(423["join","b"])");
    CHECK(both->read() == "433[false]");
    const auto b = member(w, "b");
    const auto none = WsClient::connected(w);

    w.nsp->emit({.rooms = {"a", "b", "a"}}, {.name = "1"});
    for (const auto& client : {&a, &both, &b}) CHECK((*client)->read() == R"(42["1"])");
    w.nsp->emit({.rooms = {"a"}, .except_rooms = {"b", "unknown"}}, {.name = "2"});
    CHECK(a->read() == R"(42["2"])");
    w.nsp->emit({.except_rooms = {"a"}}, {.name = "3"});
    for (const auto& client : {&b, &none}) CHECK((*client)->read() == R"(42["3"])");
    w.nsp->emit({.rooms = {"b"}, .filter = [](const Socket& socket) { return socket.room_count() == 1; }},
                {.name = "4"});
    CHECK(b->read() == R"(42["4"])");
    std::string id;
    w.nsp->for_each({.rooms = {"b"}, .except_rooms = {"a"}}, [&](Socket& socket) {
        id = socket.id();
        socket.emit({.name = "5"});
    });
    CHECK(b->read() == R"(42["5"])");
    w.nsp->emit({.rooms = {"b"}, .except_sockets = {id}}, {.name = "6"});
    CHECK(both->read() == R"(42["6"])");
    w.nsp->with(id, [](Socket& socket) { socket.emit({.name = "7"}); });
    w.nsp->with(id + "x", [](Socket&) { CHECK(false); });
    CHECK(b->read() == R"(42["7"])");
    for (const auto& client : {&a, &both, &b, &none}) CHECK(has_nothing(**client));
}

TEST_CASE("members leave a room that is being walked, disconnect in it, and the others still hear") {
    World w({}, 2);
    std::vector<std::unique_ptr<WsClient>> members;
    for (int i = 0; i < 6; ++i) members.push_back(member(w, "a"));
    w.nsp->for_each(Audience::room("a"), [n = std::make_shared<std::atomic<int>>(0)](Socket& socket) {
        if (++*n % 2 == 0) {
            socket.leave("a");
            socket.emit({.name = "left"});
        } else {
            socket.disconnect();
        }
    });
    std::multiset<std::string> heard;
    for (const auto& client : members) heard.insert(client->read());
    CHECK(heard.count("41") == 3);
    CHECK(heard.count(R"(42["left"])") == 3);
    CHECK_FALSE(w.nsp->has_members("a"));
}

TEST_CASE("many clients on many threads talk at once, come and go") {
    World w({}, 3);
    w.app.on["say"] = [&](Socket&, Event& event) {
        w.nsp->emit(Audience::room("all"), {.name = "said", .arguments = event.arguments});
    };
    const auto listener = member(w, "all");
    constexpr int kClients = 6;
    constexpr int kWords = 40;
    std::vector<std::thread> threads;
    for (int c = 0; c < kClients; ++c) {
        threads.emplace_back([&, c] {
            for (int round = 0; round < 2; ++round) {
                const auto client = member(w, "all");
                for (int i = 0; i < kWords; ++i) {
                    client->send("42[\"say\"," + std::to_string(c) + "]");
                    while (client->read() != "42[\"said\"," + std::to_string(c) + "]") {
                    }
                }
            }
        });
    }
    for (auto& thread : threads) thread.join();
    std::map<std::string, int> counts;
    for (int i = 0; i < kClients * kWords * 2; ++i) ++counts[listener->read()];
    for (int c = 0; c < kClients; ++c) CHECK(counts["42[\"said\"," + std::to_string(c) + "]"] == kWords * 2);
}
