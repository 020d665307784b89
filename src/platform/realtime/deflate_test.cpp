// permessage-deflate: what is agreed on, the data format, the shared compressed packet, and sockets that use it.
#include "platform/realtime/deflate.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <thread>

#include "platform/realtime/packet.hpp"
#include "platform/realtime/realtime_fixture.hpp"
#include "platform/realtime/websocket_extensions.hpp"

using namespace grover;
using namespace grover::realtime;

namespace {

const std::string kAnswer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
const std::string kOffer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
const ServerOptions kDeflate{.compression = Compression::deflate};

struct Read {
    CloseCode code;
    std::string message;
    bool operator==(const Read&) const = default;
};

Read inflate(std::string_view payload, std::size_t limit = 1'000'000) {
    std::string message;
    const auto code = inflate_message(payload, limit, message);
    CHECK(message.size() <= limit + 1);
    return {code, code == CloseCode::none ? message : ""};
}

// Compresses well, but not like a run of one letter.
std::string text_of(std::size_t size) {
    std::string text;
    for (int i = 0; text.size() < size; ++i) text += "message " + std::to_string(i) + ' ';
    text.resize(size);
    return text;
}

// Does not compress; the same on each run.
std::string noise_of(std::size_t size) {
    std::string noise;
    std::uint32_t state = 1;
    while (noise.size() < size) {
        state = state * 1'664'525 + 1'013'904'223;
        noise += static_cast<char>(state >> 24);
    }
    return noise;
}

}  // namespace

TEST_CASE("offers of permessage-deflate are answered as RFC 7692 has it") {
    struct Case {
        std::string_view offers;
        std::string answer;
        int window;
    };
    const std::string none;
    const Case cases[] = {
        {"", none, 0},
        {"permessage-deflate", kAnswer, 15},
        {"permessage-deflate; client_max_window_bits", kAnswer, 15},
        {"permessage-deflate;client_max_window_bits=8", kAnswer, 15},
        {"permessage-deflate; server_no_context_takeover; client_no_context_takeover", kAnswer, 15},
        {"permessage-deflate; server_max_window_bits=10", kAnswer + "; server_max_window_bits=10", 10},
        {"permessage-deflate; server_max_window_bits=15", kAnswer + "; server_max_window_bits=15", 15},
        {R"(permessage-deflate ; server_max_window_bits = "8")", kAnswer + "; server_max_window_bits=8", 8},
        {R"(permessage-deflate; server_max_window_bits="1\2")", kAnswer + "; server_max_window_bits=12", 12},
        // Declined: unknown, twice, or no right value.
        {"permessage-deflate; unknown", none, 0},
        {"permessage-deflate; Client_max_window_bits", none, 0},
        {"permessage-deflate; server_no_context_takeover; server_no_context_takeover", none, 0},
        {"permessage-deflate; client_max_window_bits; client_max_window_bits=10", none, 0},
        {"permessage-deflate; server_no_context_takeover=1", none, 0},
        {"permessage-deflate; client_no_context_takeover=\"true\"", none, 0},
        {"permessage-deflate; server_max_window_bits", none, 0},
        {"permessage-deflate; server_max_window_bits=7", none, 0},
        {"permessage-deflate; server_max_window_bits=16", none, 0},
        {"permessage-deflate; server_max_window_bits=08", none, 0},
        {"permessage-deflate; server_max_window_bits=+9", none, 0},
        {"permessage-deflate; client_max_window_bits=16", none, 0},
        {"permessage-deflate; client_max_window_bits=1000000000000000000000", none, 0},
        {"x-webkit-deflate-frame", none, 0},
        {"permessage-bzip2, PERMESSAGE-DEFLATE", none, 0},
        // The first that can be kept.
        {"permessage-deflate; unknown, permessage-deflate", kAnswer, 15},
        {"x-webkit-deflate-frame; a=b,, permessage-deflate; server_max_window_bits=9, permessage-deflate",
         kAnswer + "; server_max_window_bits=9", 9},
    };
    for (const auto& [offers, answer, window] : cases) {
        CAPTURE(offers);
        const auto agreed = agree_on_extensions(offers);
        REQUIRE(agreed);
        CHECK(agreed->answer == answer);
        CHECK(agreed->deflate_window == window);
    }
    for (const auto malformed :
         {"permessage-deflate;", "permessage-deflate; =1", "permessage-deflate; client_max_window_bits=",
          "permessage-deflate client", "; a", "permessage-deflate; a=\"b", "permessage-deflate; a=\"b c\"",
          "permessage-deflate; a=\"\"", "permessage-deflate, @", "permessage-deflate; a=\"\\"}) {
        CAPTURE(malformed);
        CHECK_FALSE(agree_on_extensions(malformed));
    }
}

TEST_CASE("the examples of RFC 7692 are read") {
    using namespace std::string_view_literals;
    CHECK(inflate("\xf2\x48\xcd\xc9\xc9\x07\x00"sv) == Read{CloseCode::none, "Hello"});
    CHECK(inflate("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"sv) == Read{CloseCode::none, "Hello"});
    CHECK(inflate("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"sv) == Read{CloseCode::none, "Hello"});
    CHECK(inflate("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"sv) ==
          Read{CloseCode::none, "Hello"});
    CHECK(inflate("\x00"sv) == Read{CloseCode::none, ""});
    // This one refers to the message before it, which was ruled out.
    CHECK(inflate("\xf2\x00\x11\x00\x00"sv).code == CloseCode::protocol_error);
}

TEST_CASE("what is no compressed message is refused") {
    using namespace std::string_view_literals;
    CHECK(inflate("").code == CloseCode::protocol_error);
    CHECK(inflate("hello").code == CloseCode::protocol_error);
    CHECK(inflate("\xf2\x48\xcd\xc9\xc9"sv).code == CloseCode::protocol_error);
    CHECK(inflate("\xf3\x48\xcd\xc9\xc9\x07\x00"sv).code == CloseCode::protocol_error);  // without an end
    CHECK(inflate("\xf2\x48\xcd\xc9\xc9\x07\x00x"sv).code == CloseCode::protocol_error);
    CHECK(inflate("\x06"sv).code == CloseCode::protocol_error);  // a block of no kind
    const auto good = deflate_message(text_of(5'000));
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK(inflate(good.substr(0, size)).code == CloseCode::protocol_error);
    CHECK(inflate(good) == Read{CloseCode::none, text_of(5'000)});
}

TEST_CASE("what was compressed comes back, and a bomb does not") {
    for (const std::size_t size : {0, 1, 511, 512, 513, 4'000, 40'000, 1'000'000}) {
        CHECK(inflate(deflate_message(text_of(size))) == Read{CloseCode::none, text_of(size)});
        CHECK(inflate(deflate_message(noise_of(size))) == Read{CloseCode::none, noise_of(size)});
    }
    const auto bomb = deflate_message(std::string(100'000'000, 'x'));
    CHECK(bomb.size() < 1'000'000);
    CHECK(inflate(bomb).code == CloseCode::too_big);
    CHECK(inflate(bomb, 0).code == CloseCode::too_big);
    CHECK(inflate(deflate_message(""), 0).code == CloseCode::none);
}

TEST_CASE("a packet is compressed once for all, and only where that gains something") {
    const auto text = text_of(1'000);
    const auto packet = Packet::message(text);
    const auto deflated = packet->deflated(15);
    REQUIRE(deflated);
    CHECK(deflated->frames().size() < 500);
    CHECK(packet->deflated(15) == deflated);
    CHECK(packet->deflated(10) == deflated);  // longer than it nothing refers back
    CHECK(packet->deflated(9) == nullptr);
    CHECK(deflated->deflated(15) == nullptr);

    CHECK(Packet::message(text_of(254))->deflated(15) == nullptr);
    CHECK(Packet::message(text_of(255))->deflated(15) != nullptr);
    CHECK(Packet::message(text_of(255))->deflated(8) != nullptr);
    CHECK(Packet::message(text_of(256))->deflated(8) == nullptr);
    CHECK(Packet::binary(noise_of(1'000))->deflated(15) == nullptr);
    CHECK(Packet::control("2")->deflated(15) == nullptr);
    CHECK(Packet::raw_frames(std::string(1'000, 'x'))->deflated(15) == nullptr);
}

TEST_CASE("threads that want the same packet compressed get the same one") {
    for (int round = 0; round < 50; ++round) {
        const auto packet = Packet::message(text_of(2'000));
        std::array<PacketPtr, 4> got;
        std::vector<std::thread> threads;
        for (auto& one : got) threads.emplace_back([&] { one = packet->deflated(15); });
        for (auto& thread : threads) thread.join();
        REQUIRE(got[0]);
        CHECK(std::set(got.begin(), got.end()).size() == 1);
    }
}

TEST_CASE("compression is off unless it is asked for") {
    World w;
    const auto socket = WsClient::connected(w, kOffer);
    CHECK(socket->head.find("Sec-WebSocket-Extensions") == std::string::npos);
    const auto text = text_of(5'000);
    socket->send(R"(42["echo",")" + text + R"("])");
    CHECK(socket->read() == R"(42["echoed",")" + text + R"("])");
    socket->send_frame(0xc1, deflate_message("2"));
    CHECK(socket->read() == "close:1002");
    // Nor does anybody look at what is offered.
    CHECK(WsClient::connected(w, "Sec-WebSocket-Extensions: permessage-deflate;;\r\n") != nullptr);
}

TEST_CASE("clients that offer it get it, those that do not do not") {
    World w(kDeflate);
    const auto target = "/socket.io/?EIO=4&transport=websocket";
    const auto plain = WsClient::connected(w);
    CHECK(plain->head.find("Sec-WebSocket-Extensions") == std::string::npos);
    const auto declined =
        WsClient::connected(w, "Sec-WebSocket-Extensions: permessage-deflate; unknown=1\r\n");
    CHECK(declined->head.find("Sec-WebSocket-Extensions") == std::string::npos);
    const auto socket = WsClient::connected(w, kOffer);
    CHECK(socket->head.find("\r\nSec-WebSocket-Extensions: " + kAnswer + "\r\n") != std::string::npos);
    // Two headers are one list.
    const auto second = WsClient::connected(w, "Sec-WebSocket-Extensions: foo\r\n" + kOffer);
    CHECK(second->head.find(kAnswer) != std::string::npos);
    const auto malformed = ask(w, handshake(target, "Sec-WebSocket-Extensions: permessage-deflate; =\r\n"));
    CHECK(malformed.status == 400);
    CHECK(malformed.header("Sec-WebSocket-Extensions").empty());
    CHECK(w.counts.opens == 4);

    const auto event = R"(42["echo",")" + text_of(5'000) + R"("])";
    const auto echoed = R"(42["echoed",")" + text_of(5'000) + R"("])";
    socket->send_frame(0xc1, deflate_message(event));
    CHECK(socket->read() == "deflated:" + echoed);
    socket->send(event);
    CHECK(socket->read() == "deflated:" + echoed);
    socket->send(R"(42["echo",1])");
    CHECK(socket->read() == R"(42["echoed",1])");
    plain->send(event);
    CHECK(plain->read() == echoed);
    plain->send_frame(0xc1, deflate_message(event));
    CHECK(plain->read() == "close:1002");
}

TEST_CASE("a room hears one message, compressed for those who agreed on it") {
    World w(kDeflate, 2);
    const auto plain = WsClient::connected(w);
    const auto one = WsClient::connected(w, kOffer);
    const auto two = WsClient::connected(w, kOffer);
    const auto narrow =
        WsClient::connected(w, "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n");
    PollingClient polling(w);
    CHECK(polling.post("40").status == 200);
    while (polling.get().body.find("hello") == std::string::npos) {
    }
    const auto packet = w.nsp->encode({.name = "said", .arguments = '"' + text_of(2'000) + '"'});
    const auto said = R"(42["said",")" + text_of(2'000) + R"("])";
    for (int i = 0; i < 3; ++i) {
        w.nsp->send({}, packet);
        CHECK(plain->read() == said);
        CHECK(one->read() == "deflated:" + said);
        CHECK(two->read() == "deflated:" + said);
        CHECK(narrow->read() == said);  // more than its window holds
        CHECK(polling.get().body == said);
    }
    w.nsp->emit({}, {.name = "said", .arguments = '"' + text_of(400) + '"'});
    CHECK(narrow->read() == R"(deflated:42["said",")" + text_of(400) + R"("])");
}

TEST_CASE("attachments are compressed each for itself, and in order") {
    World w(kDeflate);
    const auto socket = WsClient::connected(w, kOffer);
    const auto text = text_of(1'000);
    const auto noise = noise_of(1'000);
    w.nsp->emit({}, {.name = "all",
                     .arguments = R"({"_placeholder":true,"num":0},{"_placeholder":true,"num":1})",
                     .attachments = {noise, text}});
    CHECK(socket->read() == R"(452-["all",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
    CHECK(socket->read() == "binary:" + noise);
    CHECK(socket->read() == "deflated:binary:" + text);
    socket->send_frame(0xc1, deflate_message(R"(451-["echo",{"_placeholder":true,"num":0}])"));
    socket->send_frame(0xc2, deflate_message(text));
    CHECK(socket->read() == R"(451-["echoed",{"_placeholder":true,"num":0}])");
    CHECK(socket->read() == "deflated:binary:" + text);
}

TEST_CASE("an upgrade agrees on compression, too") {
    World w(kDeflate);
    PollingClient polling(w);
    CHECK(polling.post("40").status == 200);
    while (polling.get().body.find("hello") == std::string::npos) {
    }
    WsClient socket(w.http, polling.sid, 0, kOffer);
    CHECK(socket.head.find(kAnswer) != std::string::npos);
    socket.send_frame(0xc1, deflate_message("2probe"));
    CHECK(socket.read() == "3probe");
    socket.send("5");
    socket.send(R"(42["echo",")" + text_of(2'000) + R"("])");
    CHECK(socket.read() == R"(deflated:42["echoed",")" + text_of(2'000) + R"("])");
}

TEST_CASE("whoever breaks the rules of compression is told which, and is gone") {
    World w(kDeflate);
    const auto closing = [&](unsigned first, std::string_view payload) {
        const auto socket = WsClient::connected(w, kOffer);
        socket->send_frame(first, payload);
        const auto answer = socket->read();
        CHECK(socket->read() == "end");
        return answer;
    };
    CHECK(closing(0xc1, "no deflate data") == "close:1002");
    CHECK(closing(0xc9, deflate_message("ping")) == "close:1002");
    CHECK(closing(0xe1, deflate_message("3")) == "close:1002");
    CHECK(closing(0xc0, deflate_message("3")) == "close:1002");
    CHECK(closing(0xc1, deflate_message("4\xff")) == "close:1007");
    CHECK(closing(0xc1, deflate_message(std::string(50'000'000, '4'))) == "close:1009");
    CHECK(w.app.hears("disconnected too_large"));
    CHECK(w.app.hears("disconnected invalid_text"));
    CHECK(w.server->sessions(TransportKind::websocket) == 0);
    const auto other = WsClient::connected(w, kOffer);
    other->send_frame(0xc1, deflate_message(R"(42["echo",1])"));
    CHECK(other->read() == R"(42["echoed",1])");
}
