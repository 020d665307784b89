#include "platform/observability/ring.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using namespace grover::log;

TEST_CASE("records come out as they went in, also around the end") {
    Ring ring(1000);  // 1024
    std::size_t pushed = 0;
    std::size_t taken = 0;
    for (int round = 0; round < 500; ++round) {
        while (ring.push({0, 7, pushed}, std::string(pushed % 90, static_cast<char>('a' + pushed % 26))))
            ++pushed;
        CHECK(ring.more_than_half_full());
        CHECK(ring.drain([&](const RecordHead& head, std::string_view text) {
            REQUIRE(head.fold_key == taken);
            REQUIRE(head.fold_limit == 7);
            REQUIRE(text == std::string(taken % 90, static_cast<char>('a' + taken % 26)));
            ++taken;
        }));
        CHECK(ring.empty());
        CHECK_FALSE(ring.drain([](const RecordHead&, std::string_view) {}));
    }
    CHECK(taken == pushed);
    CHECK(pushed > 3000);
}

TEST_CASE("what does not fit is refused whole") {
    Ring ring(256);
    CHECK_FALSE(ring.push({}, std::string(1000, 'x')));
    CHECK(ring.empty());
    CHECK(ring.push({}, std::string(100, 'x')));
    CHECK(ring.push({}, std::string(100, 'x')));
    CHECK_FALSE(ring.push({}, "x"));
    int taken = 0;
    ring.drain([&](const RecordHead&, std::string_view text) {
        CHECK(text.size() == 100);
        ++taken;
    });
    CHECK(taken == 2);
    CHECK(ring.push({}, "x"));
}

TEST_CASE("one thread pushes while another drains, and nothing is lost or torn") {
    Ring ring(4096);
    constexpr std::uint64_t kRecords = 50'000;
    std::thread producer([&] {
        for (std::uint64_t i = 0; i < kRecords;) {
            if (ring.push({0, 1, i}, std::to_string(i))) {
                ++i;
            } else {
                std::this_thread::yield();
            }
        }
    });
    std::uint64_t next = 0;
    bool whole = true;
    while (next < kRecords) {
        const bool found = ring.drain([&](const RecordHead& head, std::string_view text) {
            whole = whole && head.fold_key == next && text == std::to_string(next);
            ++next;
        });
        if (!found) std::this_thread::yield();
    }
    producer.join();
    CHECK(whole);
    CHECK(ring.empty());
}
