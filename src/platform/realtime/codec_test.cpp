#include <doctest/doctest.h>

#include "platform/realtime/engine_codec.hpp"
#include "platform/realtime/out_queue.hpp"
#include "platform/realtime/socket_codec.hpp"

using namespace grover::realtime;

namespace {

std::string decoded(std::string_view body, std::size_t max = 1000) {
    Payload payload;
    if (!payload.decode(body, max)) return "malformed";
    std::string out;
    for (const auto& item : payload.items()) {
        out += (item.binary ? "b" : std::to_string(static_cast<int>(item.packet.type))) +
               std::string(item.packet.data) + ";";
    }
    return out;
}

// type, attachments, namespace, id, JSON
std::string parts(std::string_view text) {
    const auto packet = decode_socket_packet(text);
    if (!packet) return "malformed";
    return std::to_string(static_cast<int>(packet->type)) + " " + std::to_string(packet->attachments) + " " +
           std::string(packet->nsp) + " " + (packet->id ? std::to_string(*packet->id) : "-") + " " +
           std::string(packet->json);
}

}  // namespace

TEST_CASE("a polling body is taken apart") {
    CHECK(decoded("4hello") == "4hello;");
    CHECK(decoded("4a\x1e"
                  "2\x1e"
                  "4") == "4a;2;4;");
    CHECK(decoded("bAQID") == "b\x01\x02\x03;");
    CHECK(decoded("4a\x1e"
                  "b") == "4a;b;");
    CHECK(decoded("4\xe2\x82\xac") == "4\xe2\x82\xac;");
    for (const std::string_view bad : {"", "abc", "7", "\x1e", "4a\x1e", "bAQI", "b!!!!", "4a\x1ex"}) {
        CHECK(decoded(bad) == "malformed");
    }
    CHECK(decoded("4a\x1e"
                  "4b",
                  2) == "4a;4b;");
    CHECK(decoded("4a\x1e"
                  "4b",
                  1) == "malformed");
}

TEST_CASE("a polling body is put together from the same packets that WebSockets get") {
    std::string body;
    append_to_payload(body, *Packet::messages("51-[1]", {std::string_view("\x01\x02\x03")}));
    append_to_payload(body, *Packet::control("2"));
    append_to_payload(body, "6");
    CHECK(body ==
          "451-[1]\x1e"
          "bAQID\x1e"
          "2\x1e"
          "6");
    CHECK(Packet::message("hi")->frames() == std::string("\x81\x03"
                                                         "4hi"));
    CHECK(Packet::binary("\x01")->frames() == std::string("\x82\x01\x01"));
    CHECK(Packet::messages("x", {"a", "b"})->frames() == std::string("\x81\x02"
                                                                     "4x\x82\x01"
                                                                     "a\x82\x01"
                                                                     "b"));
}

TEST_CASE("Socket.IO packets are read as their clients write them") {
    CHECK(parts("0") == "0 0 / - ");
    CHECK(parts(R"(0{"token":"x"})") == R"(0 0 / - {"token":"x"})");
    CHECK(parts("0/custom,") == "0 0 /custom - ");
    CHECK(parts("0/custom") == "0 0 /custom - ");
    CHECK(parts("0/custom?a=b,{}") == "0 0 /custom - {}");
    CHECK(parts("1") == "1 0 / - ");
    CHECK(parts("1/custom,") == "1 0 /custom - ");
    CHECK(parts(R"(2["a"])") == R"(2 0 / - ["a"])");
    CHECK(parts(R"(212["a"])") == R"(2 0 / 12 ["a"])");
    CHECK(parts(R"(2/custom,7["a"])") == R"(2 0 /custom 7 ["a"])");
    CHECK(parts("313[]") == "3 0 / 13 []");
    CHECK(parts(R"(52-/x,1["a"])") == R"(5 2 /x 1 ["a"])");
    CHECK(parts(R"(50-["a"])") == R"(5 0 / - ["a"])");
    CHECK(parts("61-3[1]") == "6 1 / 3 [1]");
}

TEST_CASE("what is no packet of a client is refused") {
    for (const std::string_view bad : {"",
                                       "7",
                                       "abc",
                                       "x",
                                       "2",
                                       "2{}",
                                       "2\"a\"",
                                       "2abc[\"a\"]",
                                       "2-1[\"a\"]",
                                       "29999999999999999999[\"a\"]",
                                       "3[]",
                                       "3",
                                       "31{}",
                                       "4{}",
                                       "4",
                                       "0[]",
                                       "01{}",
                                       "0\"x\"",
                                       "11",
                                       "1{}",
                                       "5[\"a\"]",
                                       "5-[\"a\"]",
                                       "511-[\"a\"]",
                                       "5999-[\"a\"]",
                                       "51[\"a\"]",
                                       "5a-[\"a\"]",
                                       "61-[1]"}) {
        CAPTURE(bad);
        CHECK(parts(bad) == "malformed");
    }
    CHECK(parts("0/" + std::string(300, 'x')) == "malformed");
}

TEST_CASE("an event's arguments are found behind any name") {
    CHECK(arguments_of(R"(["a",1,{"b":[2]}])") == R"(1,{"b":[2]})");
    CHECK(arguments_of(R"(["a"])").empty());
    CHECK(arguments_of(R"([ "a\",\\" , "]" ] )") == R"( "]" )");
}

TEST_CASE("Socket.IO packets are written") {
    CHECK(encode_event("/", {.name = "a\"b", .arguments = "1,2"}, std::nullopt) == R"(2["a\"b",1,2])");
    CHECK(encode_event("/x", {.name = "a"}, 5) == R"(2/x,5["a"])");
    CHECK(encode_event("/", {.name = "a", .arguments = "{}", .attachments = {"1", "2"}}, std::nullopt) ==
          R"(52-["a",{}])");
    CHECK(encode_ack("/", 3, "", 0) == "33[]");
    CHECK(encode_ack("/x", 3, "1", 1) == "61-/x,3[1]");
    CHECK(encode_connected("/", "abc", "") == R"(0{"sid":"abc"})");
    CHECK(encode_connected("/x", "abc", R"("pid":"p")") == R"(0/x,{"sid":"abc","pid":"p"})");
    CHECK(encode_refused("/x", "Invalid namespace", "") == R"(4/x,{"message":"Invalid namespace"})");
    CHECK(encode_refused("/", "no", R"({"status":401})") == R"(4{"message":"no","data":{"status":401}})");
    CHECK(encode_disconnect("/") == "1");
    CHECK(encode_disconnect("/x") == "1/x,");
}

TEST_CASE("a full queue gives up what may be lost, and never half of a packet") {
    OutQueue queue;
    const auto text = [](std::string_view s) { return Packet::control(s); };
    queue.push(text("a"), Delivery::may_be_lost);
    queue.push(text("b"), Delivery::durable);
    queue.push(text("c"), Delivery::may_be_lost);
    CHECK(queue.bytes() == 9);
    CHECK(queue.drop_losable(true) == 1);
    CHECK(queue.count() == 2);
    CHECK(queue.drop_losable(false) == 1);
    queue.push(text("d"), Delivery::durable);
    CHECK(queue.count() == 2);
    CHECK(queue.bytes() == 6);
    OutQueue other;
    other.push(text("e"), Delivery::durable);
    other.take_all(queue);
    CHECK(queue.empty());
    std::string all;
    for (; !other.empty(); other.pop()) all += other.head()->packet->frames().substr(2);
    CHECK(all == "ebd");
    CHECK(other.bytes() == 0);
}
