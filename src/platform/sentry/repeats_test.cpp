#include "platform/sentry/repeats.hpp"

#include <doctest/doctest.h>

#include "platform/sentry/sentry_test.hpp"

using namespace grover;
using namespace grover::sentry;
using namespace grover::sentry_test;
using namespace std::chrono_literals;
using Verdict = Repeats::Verdict;

TEST_CASE("of one kind a hundred are shown in a minute, and one speaks for the rest") {
    testing::StoppedClock clock;
    Repeats repeats;
    const auto captured = capture(broken_post(), clock.now(), options_for());
    for (std::uint64_t i = 0; i < Repeats::kShown; ++i)
        REQUIRE(repeats.see(captured, clock.now()) == Verdict::show);
    CHECK(repeats.take_all().empty());
    CHECK(repeats.see(captured, clock.now()) == Verdict::kept);
    CHECK(repeats.see(captured, clock.now()) == Verdict::counted);
    CHECK(repeats.see(captured, clock.now()) == Verdict::counted);

    auto other = captured;
    other.transaction = "GET /api/users/{user_id}";
    CHECK(repeats.see(other, clock.now()) == Verdict::show);

    CHECK(repeats.take_finished(clock.now() + Repeats::kWindow - 1us).empty());
    const auto last = repeats.take_finished(clock.now() + Repeats::kWindow);
    REQUIRE(last.size() == 1);
    CHECK(last[0].suppressed == 2);
    CHECK(repeats.take_all().empty());
    CHECK(repeats.see(captured, clock.now() + Repeats::kWindow) == Verdict::show);
}

TEST_CASE("a minute without too many begins anew") {
    testing::StoppedClock clock;
    Repeats repeats;
    const auto captured = capture(broken_post(), clock.now(), options_for());
    for (int minute = 0; minute < 3; ++minute, clock.advance(Repeats::kWindow)) {
        for (std::uint64_t i = 0; i < Repeats::kShown; ++i)
            REQUIRE(repeats.see(captured, clock.now()) == Verdict::show);
    }
    CHECK(repeats.take_all().empty());
}

TEST_CASE("what is remembered of kinds is bounded") {
    const testing::StoppedClock clock;
    Repeats repeats;
    auto captured = capture(broken_post(), clock.now(), options_for());
    for (std::size_t i = 0; i < 2 * Repeats::kMostKinds; ++i) {
        captured.type = std::to_string(i);
        REQUIRE(repeats.see(captured, clock.now()) == Verdict::show);
    }
    for (int i = 0; i < 200; ++i) CHECK(repeats.see(captured, clock.now()) == Verdict::show);
}
