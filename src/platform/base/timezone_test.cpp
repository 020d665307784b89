#include "platform/base/timezone.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace grover;
using namespace std::chrono_literals;

namespace {

// Seconds since the epoch.
constexpr Time at(std::int64_t second) { return Time{second * 1'000'000}; }

}  // namespace

TEST_CASE("UTC is what it says, before and after the epoch") {
    const auto& utc = TimeZone::find_or_utc("UTC");
    CHECK(utc.local(at(0)) == LocalTime{});
    CHECK(utc.local(at(-60)) == LocalTime{1969, 12, 31, 23h + 59min, 3});
    CHECK(utc.local(at(1'769'249'472)) == LocalTime{2026, 1, 24, 10h + 11min, 6});
    CHECK(utc.next(at(1'769'249'472), 8h) == at(1'769'328'000));
    CHECK(utc.next(at(1'769'249'472), 12h) == at(1'769'256'000));
}

TEST_CASE("daylight saving begins and ends") {
    const auto* berlin = TimeZone::find("Europe/Berlin");
    REQUIRE(berlin);
    // 2026-03-29 01:00 UTC: 02:00 becomes 03:00.
    CHECK(berlin->local(at(1'774'745'999)).of_day == 1h + 59min);
    CHECK(berlin->local(at(1'774'746'000)).of_day == 3h);
    // 08:00 is 07:00 UTC the day before, 06:00 UTC on that day.
    CHECK(berlin->next(at(1'774'652'400), 8h) == at(1'774'681'200));
    CHECK(berlin->next(at(1'774'738'800), 8h) == at(1'774'764'000));
    // 2026-10-25 01:00 UTC: 03:00 becomes 02:00.
    CHECK(berlin->local(at(1'792'889'999)).of_day == 2h + 59min);
    CHECK(berlin->local(at(1'792'890'000)).of_day == 2h);
    CHECK(TimeZone::find("Asia/Kolkata")->local(at(0)).of_day == 5h + 30min);
}

TEST_CASE("what is no zone is not found, and no path leads elsewhere") {
    for (const auto* name :
         {"", "Nowhere/Atall", "../../../etc/passwd", "/etc/passwd", "posix/Europe/Berlin", "Europe",
          "Europe/", "/Europe/Berlin", "Europe//Berlin", "Europe/../Europe/Berlin", "europe/berlin",
          "zone.tab", "Berlin", "UTC\n", "+02:00"}) {
        CHECK_MESSAGE(TimeZone::find(name) == nullptr, name);
    }
    CHECK(TimeZone::find(std::string(10'000, 'A')) == nullptr);
    for (const auto* name : {"America/Argentina/Buenos_Aires", "Etc/GMT+5"})
        CHECK_MESSAGE(TimeZone::find(name), name);
    CHECK(TimeZone::find_or_utc("Nowhere").local(at(0)) == LocalTime{});
}
