#include "platform/sentry/envelope.hpp"

#include <doctest/doctest.h>

#include "platform/sentry/outcomes.hpp"
#include "platform/sentry/sentry_test.hpp"

using namespace grover;
using namespace grover::sentry;
using namespace grover::sentry_test;

TEST_CASE("an envelope is a line about the whole and a line before each item") {
    const testing::StoppedClock clock;
    std::string envelope = envelope_head(options_for(), "0123456789abcdef0123456789abcdef", clock.now());
    append_item(envelope, "event", R"({"a":"ä"})");
    CHECK(
        envelope ==
        R"({"event_id":"0123456789abcdef0123456789abcdef","dsn":"http://key@localhost:9000/7","sent_at":"2026-01-24T10:11:12.345Z","sdk":{"name":"grover-cpp","version":"1.0.0"}})"
        "\n"
        R"({"type":"event","length":10,"content_type":"application/json"})"
        "\n"
        R"({"a":"ä"})"
        "\n");
    CHECK(items_of(envelope).starts_with(R"({"type":"event")"));
    CHECK(items_of("no line").empty());
    CHECK(items_of("").empty());
    CHECK(envelope_head(options_for(), "", clock.now()).starts_with(R"({"dsn":)"));
}

TEST_CASE("what was dropped is told once, and again when the server did not take it") {
    const testing::StoppedClock clock;
    Outcomes outcomes;
    CHECK_FALSE(outcomes.has_news());
    outcomes.discarded(Reason::queue_overflow, Category::error, 2);
    outcomes.discarded(Reason::sample_rate, Category::error);
    outcomes.discarded(Reason::sample_rate, Category::error, 0);
    const std::string report =
        R"({"timestamp":"2026-01-24T10:11:12.345Z","discarded_events":[{"reason":"queue_overflow","category":"error","quantity":2},{"reason":"sample_rate","category":"error","quantity":1}]})";
    CHECK(outcomes.take_report(clock.now()) == report);
    CHECK_FALSE(outcomes.has_news());
    outcomes.give_report_back();
    CHECK(outcomes.take_report(clock.now()) == report);
    outcomes.discarded(Reason::sample_rate, Category::error, 4);
    outcomes.give_report_back();
    CHECK(
        outcomes.take_report(clock.now()).find(R"("reason":"sample_rate","category":"error","quantity":5)") !=
        std::string::npos);
}
