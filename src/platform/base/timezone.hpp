// Local time by the IANA database of this machine (/usr/share/zoneinfo), daylight saving included. Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "platform/base/clock.hpp"

namespace grover {

// A wall clock: what people there read off it.
struct LocalTime {
    int year = 1970;
    unsigned month = 1;
    unsigned day = 1;
    std::chrono::minutes of_day{};  // 00:00 is 0
    unsigned weekday = 4;           // 0: Sunday

    friend bool operator==(const LocalTime&, const LocalTime&) = default;
};

class TimeZone {
public:
    // Nothing when there is no zone of that name. Zones are read once and kept; a name is at most 64 characters of letters,
    // digits, "_", "-", "+" and "/", so no path leads elsewhere.
    static const TimeZone* find(std::string_view name);
    // The zone, or UTC where there is none of that name (any more).
    static const TimeZone& find_or_utc(std::string_view name);

    LocalTime local(Time at) const;
    // The next moment after `after` when the clock there shows `of_day`; where it jumps over that time, the moment of the jump.
    Time next(Time after, std::chrono::minutes of_day) const;

    struct Data;
    explicit TimeZone(const Data& data) : data_(data) {}

private:
    std::chrono::seconds offset(Time at) const;

    const Data& data_;
};

}  // namespace grover
