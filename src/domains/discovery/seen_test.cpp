#include "domains/discovery/seen.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

using namespace grover;
using namespace grover::discovery;

TEST_CASE("a reader's list answers what a map answers, however it grew") {
    const unsigned seed = 20'261'127;
    INFO("seed ", seed);
    std::mt19937 random(seed);
    for (const std::size_t expected : {0, 1, 100, 2'500}) {
        INFO("expected ", expected);
        SeenList list(expected);
        std::map<std::uint32_t, std::uint32_t> map;
        CHECK(list.last_seen(7) == 0);
        for (int i = 0; i < 5'000; ++i) {
            // Many of one home place, many that come again, and the hash 0.
            const std::uint32_t post = random() % 2 == 0 ? static_cast<std::uint32_t>(random() % 1'000) << 16
                                                         : static_cast<std::uint32_t>(random() % 1'000);
            const auto second = static_cast<std::uint32_t>(1 + random() % 1'000'000);
            list.see(post, second);
            map[post] = second;
        }
        list.see(123'456'789, 0);
        REQUIRE(list.size() == map.size());
        for (const auto& [post, second] : map) REQUIRE(list.last_seen(post) == second);
        CHECK(list.last_seen(123'456'789) == 0);
        std::map<std::uint32_t, std::uint32_t> all;
        list.each([&](std::uint32_t post, std::uint32_t second) { all.emplace(post, second); });
        CHECK(all == map);
        CHECK(list.bytes() <= sizeof(SeenList) + 8 * 8 * std::max(expected, map.size()));
    }
}
