#include <doctest/doctest.h>

#include "platform/sockets/crowd.hpp"

namespace grover::sockets {
namespace {

const UserId kAda("user_ada");
const UserId kNobody;

std::string name(int i) { return "s" + std::to_string(i); }

}  // namespace

TEST_CASE("a user has 20 sockets and no more, wherever they come from") {
    Crowd crowd;
    for (int i = 0; i < 20; ++i) CHECK(crowd.enter(kAda, "10.0.0." + std::to_string(i), name(i)).admitted);
    CHECK_FALSE(crowd.enter(kAda, "10.0.1.1", "more").admitted);
    CHECK(crowd.is_connected(kAda));
    crowd.leave(kAda, "10.0.0.3", name(3));
    CHECK(crowd.enter(kAda, "10.0.1.1", "more").admitted);
    CHECK(crowd.users() == std::vector{kAda});
}

TEST_CASE("an address has 20 guests; another one takes the place of the oldest") {
    Crowd crowd;
    for (int i = 0; i < 20; ++i) CHECK(crowd.enter(kNobody, "10.0.0.1", name(i)).evicted.empty());
    CHECK(crowd.enter(kNobody, "10.0.0.1", "next").evicted == "s0");
    CHECK(crowd.enter(kNobody, "10.0.0.1", "after").evicted == "s1");
    CHECK(crowd.enter(kNobody, "10.0.0.2", "elsewhere").evicted.empty());
}

TEST_CASE("an address has 200 sockets: guests make room for users, and then nobody does") {
    Crowd crowd;
    CHECK(crowd.enter(kNobody, "10.0.0.1", "guest").admitted);
    for (int i = 0; i < 199; ++i)
        CHECK(crowd.enter(UserId("user_" + std::to_string(i)), "10.0.0.1", name(i)).admitted);
    const auto verdict = crowd.enter(kAda, "10.0.0.1", "ada");
    CHECK(verdict.admitted);
    CHECK(verdict.evicted == "guest");
    crowd.leave(kNobody, "10.0.0.1", "guest");
    CHECK_FALSE(crowd.enter(UserId("user_bob"), "10.0.0.1", "bob").admitted);
    CHECK_MESSAGE(!crowd.is_connected(UserId("user_bob")), "who was refused is not counted");
    CHECK(crowd.enter(UserId("user_bob"), "10.0.0.2", "bob").admitted);
}

TEST_CASE("a guest that proves to be a user is a guest no more") {
    Crowd crowd;
    CHECK(crowd.enter(kNobody, "10.0.0.1", "s").admitted);
    CHECK(crowd.promote(kAda, "10.0.0.1", "s"));
    CHECK(crowd.is_connected(kAda));
    for (int i = 0; i < 20; ++i) CHECK(crowd.enter(kNobody, "10.0.0.1", name(i)).evicted.empty());
    crowd.leave(kAda, "10.0.0.1", "s");
    CHECK_FALSE(crowd.is_connected(kAda));
}

}  // namespace grover::sockets
