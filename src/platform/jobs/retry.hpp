// How often something that failed is tried again, and when.
#pragma once

#include <algorithm>
#include <chrono>

namespace grover::jobs {

struct RetryPolicy {
    int attempts = 8;  // after the last one it is parked, where an operator sees it
    std::chrono::milliseconds first_delay{1'000};
    std::chrono::milliseconds longest_delay{3'600'000};

    // How long to wait after attempt number `attempt` (from 1) failed: twice as long each time.
    std::chrono::milliseconds delay_after(int attempt) const {
        const auto doubled = first_delay * (std::int64_t{1} << std::min(attempt - 1, 30));
        return std::min<std::chrono::milliseconds>(doubled, longest_delay);
    }
};

}  // namespace grover::jobs
