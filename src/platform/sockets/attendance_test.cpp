#include <doctest/doctest.h>

#include "platform/sockets/attendance.hpp"
#include "platform/sockets/bus_message.hpp"
#include "testing/database.hpp"
#include "testing/stopped_clock.hpp"

namespace grover::sockets {
namespace {

const UserId kAda("user_ada");
const UserId kBob("user_bob");
using Users = std::vector<UserId>;

struct World {
    testing::StoppedClock clock;
    std::unique_ptr<db::Database> db = testing::fresh_database({.clock = &clock});
    Attendance one{*db, clock, "one", "10.0.0.1:8001"};
    Attendance two{*db, clock, "two", "10.0.0.2:8001"};

    World() {
        one.renew();
        two.renew();
    }
    std::int64_t rows() { return testing::count_rows(*db, "realtime_members"); }
};

}  // namespace

TEST_CASE("every node sees who is connected and who has a chat open anywhere") {
    World w;
    w.one.enter("", kAda);
    w.one.enter("conversation_c1", kAda);
    w.two.enter("", kBob);
    w.two.enter("conversation_c1", kBob);
    CHECK_MESSAGE(w.rows() == 0, "written behind the sockets");
    w.one.flush();
    w.two.flush();
    CHECK(w.one.in_rooms({"conversation_c1"})["conversation_c1"] == Users{kBob});
    CHECK(w.two.in_rooms({"conversation_c1"})["conversation_c1"] == Users{kAda});
    CHECK_MESSAGE(w.one.connected({kAda}).empty(),
                  "of its own a node knows better: a row outlives a socket a moment");
    CHECK(w.two.connected({kAda, UserId("user_eve")}) == Users{kAda});
    w.two.leave("conversation_c1", kBob);
    w.two.flush();
    CHECK(w.one.in_rooms({"conversation_c1"}).empty());
}

TEST_CASE("two sockets of a user are there until both are gone; a blink writes nothing") {
    World w;
    w.one.enter("", kAda);
    w.one.enter("", kAda);
    w.one.flush();
    w.one.leave("", kAda);
    w.one.flush();
    CHECK(w.two.connected({kAda}) == Users{kAda});
    w.one.leave("", kAda);
    w.one.enter("", kAda);
    w.one.flush();
    CHECK(w.rows() == 1);
    w.one.leave("", kAda);
    w.one.flush();
    CHECK(w.two.connected({kAda}).empty());
    w.one.enter("", kBob);
    w.one.leave("", kBob);
    w.one.flush();
    CHECK(w.rows() == 0);
}

TEST_CASE("a node that died is believed for 90 s, then its users are told of once and forgotten") {
    World w;
    w.two.enter("", kBob);
    w.two.flush();
    w.clock.advance(std::chrono::seconds{60});
    w.one.renew();
    CHECK(w.one.connected({kBob}) == Users{kBob});
    CHECK(w.one.address_of("two") == "10.0.0.2:8001");
    w.clock.advance(std::chrono::seconds{30});
    CHECK(w.one.connected({kBob}).empty());
    Users gone;
    const auto note = [&](const Users& users) { gone.insert(gone.end(), users.begin(), users.end()); };
    w.one.sweep(note);
    CHECK(gone == Users{kBob});
    CHECK(w.rows() == 0);
    CHECK(w.one.address_of("two").empty());
    w.one.sweep(note);
    CHECK(gone.size() == 1);
}

TEST_CASE("a node that was taken for dead writes everything again") {
    World w;
    w.two.enter("conversation_c1", kBob);
    w.two.flush();
    w.clock.advance(std::chrono::seconds{100});
    w.one.renew();
    w.one.sweep([](const Users&) {});
    CHECK(w.rows() == 0);
    w.two.renew();
    CHECK(w.one.in_rooms({"conversation_c1"})["conversation_c1"] == Users{kBob});
    w.two.withdraw();
    CHECK(w.rows() == 0);
}

TEST_CASE("a bus message is read as it was written, and what no node wrote is nothing") {
    const BusMessage message{.node = "one",
                             .room = "conversation_c1",
                             .name = "user_typing",
                             .delivery = {.except_user = kAda, .also_socket = "s1"},
                             .payload = R"({"a":"b"})"};
    const auto text = encode(message);
    const auto read = decode(text);
    REQUIRE(read);
    CHECK(read->node == "one");
    CHECK(read->room == "conversation_c1");
    CHECK(read->name == "user_typing");
    CHECK(read->delivery.only_user.empty());
    CHECK(read->delivery.except_user == kAda);
    CHECK(read->delivery.also_socket == "s1");
    CHECK(read->payload == R"({"a":"b"})");
    CHECK_FALSE(decode(""));
    CHECK_FALSE(
        decode("one\x1f"
               "two"));
    CHECK_FALSE(decode(std::string(7, '\x1f')));
}

}  // namespace grover::sockets
