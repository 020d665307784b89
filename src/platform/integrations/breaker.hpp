// Leaves a provider alone that keeps failing: after kFailures in a row calls fail at once, so that nobody waits for a
// time-out; every kPause one of them is let through to see whether the provider is back. Any thread.
#pragma once

#include <chrono>
#include <mutex>
#include <string_view>

#include "platform/observability/metrics.hpp"

namespace grover::integrations {

class Breaker {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr int kFailures = 10;
    static constexpr std::chrono::seconds kPause{5};

    // `service`: a name in the code, for grover_breaker_open.
    explicit Breaker(std::string_view service);

    // False: do not ask now. Who is let through reports how it went.
    bool lets_through(Time now);
    void report(bool worked, Time now);

private:
    const std::string_view service_;
    const metrics::Gauge open_;
    std::mutex mutex_;
    int failures_ = 0;  // in a row
    Time next_try_{};   // while open
};

}  // namespace grover::integrations
