// Times on the wire: RFC 3339 in UTC with a Z and three fraction digits (contract/README.md). Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"

namespace grover::text {

// "2026-01-24T10:11:12.345Z". Microseconds are cut, not rounded, so that a time never shows in the next
// second. Outside the years 0..9999 the nearest time inside is shown.
std::string format_time(Time time);
// The same 24 characters behind what `out` holds: for serialisation, where a string for each would cost.
void append_time(std::string& out, Time time);

// RFC 3339, and the other forms of ISO 8601 for a day of a month and a time: "T", "t" or a blank in the middle, seconds
// or none, any fraction (cut to microseconds), any offset ("+02:00", "+0200", "+02"), all of it without separators
// ("20260124T101112Z"). Without an offset the time is UTC. Nothing for everything else, such as 30 February, hour 24, a
// date alone or a week.
std::optional<Time> parse_time(std::string_view text);

}  // namespace grover::text
