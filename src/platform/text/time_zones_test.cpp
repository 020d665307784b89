#include "platform/text/time_zones.hpp"

#include <doctest/doctest.h>

#include <string>

using grover::text::is_time_zone;

TEST_CASE("zones of the system are known, anything else is not, and no name leads out of their folder") {
    for (const auto* name :
         {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "Asia/Kolkata"})
        CHECK_MESSAGE(is_time_zone(name), name);
    for (const auto* name : {"", "Europe", "Europe/", "/Europe/Berlin", "Europe//Berlin", "europe/nowhere",
                             "../../../etc/passwd", "Europe/../Europe/Berlin", "zone.tab", "Berlin", "UTC\n",
                             "posix/UTC", "+02:00"})
        CHECK_FALSE_MESSAGE(is_time_zone(name), name);
    CHECK_FALSE(is_time_zone(std::string(10'000, 'a')));
}
