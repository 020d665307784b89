// Time that stands still until a test moves it.
#pragma once

#include <atomic>

#include "platform/base/clock.hpp"

namespace grover::testing {

class StoppedClock final : public Clock {
public:
    Time now() const override { return Time{now_.load()}; }
    template <class Duration>
    void advance(Duration by) {
        now_ += std::chrono::duration_cast<std::chrono::microseconds>(by).count();
    }

private:
    // 2026-01-24T10:11:12.345Z
    std::atomic<std::int64_t> now_{1'769'249'472'345'000};
};

}  // namespace grover::testing
