// Time as the server keeps it: integer microseconds since the Unix epoch, UTC.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace grover {

struct Time {
    std::int64_t us = 0;

    auto operator<=>(const Time&) const = default;
    template <class Rep, class Period>
    friend Time operator+(Time t, std::chrono::duration<Rep, Period> d) {
        return {t.us + std::chrono::duration_cast<std::chrono::microseconds>(d).count()};
    }
    template <class Rep, class Period>
    friend Time operator-(Time t, std::chrono::duration<Rep, Period> d) {
        return {t.us - std::chrono::duration_cast<std::chrono::microseconds>(d).count()};
    }
    friend std::chrono::microseconds operator-(Time a, Time b) {
        return std::chrono::microseconds{a.us - b.us};
    }
};

// What time it is. Everything that decides by time asks one of these, so that tests move it. Any thread.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Time now() const = 0;
};

class SystemClock final : public Clock {
public:
    Time now() const override;
};

}  // namespace grover
