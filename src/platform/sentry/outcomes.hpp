// What became of each item: grover_sentry_events_total, and the reports to the server about those it never saw
// (contract/monitoring.md §2.2, §2.4). Not synchronised.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/sentry/rate_limits.hpp"

namespace grover::sentry {

enum class Reason : std::uint8_t {
    queue_overflow,
    cache_overflow,
    ratelimit_backoff,
    network_error,
    send_error,
    sample_rate,
    before_send,
    event_processor,
    internal_sdk_error,
    backpressure,
};
inline constexpr std::size_t kReasons = 10;

// Makes the counters, with a Sentry or without one.
void register_outcomes();

class Outcomes {
public:
    static void accepted(Category category);
    void discarded(Reason reason, Category category, std::uint64_t count = 1);

    bool has_news() const;
    // The JSON of a client_report with everything that no earlier one told.
    std::string take_report(Time now);
    // The last one was not taken by the server: its numbers are told again.
    void give_report_back();

private:
    using Counts = std::array<std::array<std::uint64_t, kCategoryNames.size()>, kReasons>;
    Counts untold_{};
    Counts told_last_{};
};

}  // namespace grover::sentry
