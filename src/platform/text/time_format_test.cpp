#include "platform/text/time_format.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace grover;
using namespace grover::text;

namespace {

std::string read(std::string_view text) {
    const auto time = parse_time(text);
    return time ? format_time(*time) : "refused";
}

}  // namespace

TEST_CASE("times are written in UTC with three fraction digits") {
    CHECK(format_time(Time{0}) == "1970-01-01T00:00:00.000Z");
    CHECK(format_time(Time{1'769'249'472'345'999}) == "2026-01-24T10:11:12.345Z");
    CHECK(format_time(Time{-1}) == "1969-12-31T23:59:59.999Z");
    CHECK(format_time(Time{951'782'400'000'000}) == "2000-02-29T00:00:00.000Z");
    CHECK(format_time(Time{std::numeric_limits<std::int64_t>::max()}) == "9999-12-31T23:59:59.999Z");
    CHECK(format_time(Time{std::numeric_limits<std::int64_t>::min()}) == "0000-01-01T00:00:00.000Z");
    std::string out = "at ";
    append_time(out, Time{0});
    CHECK(out == "at 1970-01-01T00:00:00.000Z");
}

TEST_CASE("every offset is read, none means UTC") {
    CHECK(read("2026-01-24T10:11:12Z") == "2026-01-24T10:11:12.000Z");
    CHECK(read("2026-01-24t10:11:12.5z") == "2026-01-24T10:11:12.500Z");
    CHECK(read("2026-01-24 10:11:12") == "2026-01-24T10:11:12.000Z");
    CHECK(read("2026-01-01T00:30:00+01:00") == "2025-12-31T23:30:00.000Z");
    CHECK(read("2026-12-31T23:30:00-01:30") == "2027-01-01T01:00:00.000Z");
    CHECK(read("2026-01-24T10:11:12-00:00") == "2026-01-24T10:11:12.000Z");
    CHECK(read("2026-01-24T10:11:12.123456789+05:45") == "2026-01-24T04:26:12.123Z");
    CHECK(parse_time("2026-01-24T10:11:12.123456789Z")->us % 1'000'000 == 123'456);
    CHECK(parse_time("1969-12-31T23:59:59.999999Z")->us == -1);
    CHECK(read("2024-02-29T00:00:00Z") == "2024-02-29T00:00:00.000Z");
}

TEST_CASE("the other forms of ISO 8601 are read") {
    CHECK(read("2026-01-24T10:11") == "2026-01-24T10:11:00.000Z");
    CHECK(read("2026-01-24T10:11Z") == "2026-01-24T10:11:00.000Z");
    CHECK(read("2026-01-24T10:11+02:00") == "2026-01-24T08:11:00.000Z");
    CHECK(read("2026-01-24T10:11:12,5Z") == "2026-01-24T10:11:12.500Z");
    CHECK(read("2026-01-24T10:11:12+02") == "2026-01-24T08:11:12.000Z");
    CHECK(read("2026-01-24T10:11:12-0530") == "2026-01-24T15:41:12.000Z");
    CHECK(read("20260124T101112Z") == "2026-01-24T10:11:12.000Z");
    CHECK(read("20260124T101112.25+0200") == "2026-01-24T08:11:12.250Z");
    CHECK(read("20260124T1011") == "2026-01-24T10:11:00.000Z");
}

TEST_CASE("what is no time is refused") {
    for (const std::string bad : {"",
                                  "2026",
                                  "2026-01-24",
                                  "20260124",
                                  "2026-01-24T10",
                                  "2026-01-24T10:11:",
                                  "2026-01-24T10:11.5Z",
                                  "2026-01-24T101112Z",
                                  "20260124T10:11:12Z",
                                  "202601-24T10:11:12Z",
                                  "2026-W04-6T10:11:12Z",
                                  "2026-024T10:11:12Z",
                                  "2026-01-24T10:11:12+2",
                                  "2026-01-24T10:11:12+02:",
                                  "2026-01-24T10:11:12+02:0",
                                  "2026-01-24T10:11:12+020",
                                  "2026-01-24T10:11:12.",
                                  "2026-01-24T10:11:12.Z",
                                  "2026-02-30T00:00:00Z",
                                  "2025-02-29T00:00:00Z",
                                  "2026-13-01T00:00:00Z",
                                  "2026-00-01T00:00:00Z",
                                  "2026-01-00T00:00:00Z",
                                  "2026-01-24T24:00:00Z",
                                  "2026-01-24T10:60:00Z",
                                  "2026-01-24T10:11:60Z",
                                  "2026-01-24T10:11:12+24:00",
                                  "2026-01-24T10:11:12ZZ",
                                  " 2026-01-24T10:11:12Z",
                                  "2026-01-24T10:11:12Z ",
                                  "2026-1-24T10:11:12Z",
                                  "+026-01-24T10:11:12Z",
                                  "2026/01/24T10:11:12Z",
                                  "1769249472",
                                  "now"}) {
        CAPTURE(bad);
        CHECK(read(bad) == "refused");
    }
    CHECK(read("2026-01-24T10:11:12." + std::string(100'000, '9') + "Z") == "2026-01-24T10:11:12.999Z");
}
