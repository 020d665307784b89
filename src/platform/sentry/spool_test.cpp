#include "platform/sentry/spool.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "platform/sentry/sentry_test.hpp"

using namespace grover;
using namespace grover::sentry;
using namespace grover::sentry_test;
using namespace std::chrono_literals;

namespace {

struct World {
    log_testing::Directory directory;
    testing::StoppedClock clock;
    Spool spool{directory.path() / "sentry"};

    std::size_t keep(std::string_view text = "head\nitem\n") {
        clock.advance(1ms);
        return spool.keep(make_event_id(), text, clock.now());
    }
};

}  // namespace

TEST_CASE("the oldest comes first, and goes when it is removed") {
    World w;
    CHECK_FALSE(w.spool.oldest());
    const std::string id = make_event_id();
    w.spool.keep(id, "first\nitem\n", w.clock.now());
    w.keep("second\nitem\n");
    const auto kept = w.spool.oldest();
    REQUIRE(kept);
    CHECK(kept->event_id == id);
    CHECK(kept->envelope == "first\nitem\n");
    Spool::remove(*kept);
    CHECK(w.spool.oldest()->envelope == "second\nitem\n");
    Spool::remove(*w.spool.oldest());
    CHECK_FALSE(w.spool.oldest());
    CHECK(std::filesystem::is_empty(w.directory.path() / "sentry"));
}

TEST_CASE("there are at most so many, so large and so old: the oldest goes") {
    World w;
    SUBCASE("many") {
        w.keep("oldest\n");
        for (std::size_t i = 1; i < Spool::kMostEnvelopes; ++i) CHECK(w.keep() == 0);
        CHECK(w.keep() == 1);
        CHECK(w.spool.oldest()->envelope != "oldest\n");
    }
    SUBCASE("large") {
        const std::string large(8u << 20, 'x');
        CHECK(w.keep("oldest\n") == 0);
        CHECK(w.keep(large) == 0);
        CHECK(w.keep(large) == 0);
        CHECK(w.keep(large) == 2);
    }
    SUBCASE("old") {
        w.keep();
        w.clock.advance(Spool::kLongest);
        CHECK(w.spool.trim(w.clock.now()) == 0);
        w.clock.advance(1s);
        CHECK(w.spool.trim(w.clock.now()) == 1);
        CHECK_FALSE(w.spool.oldest());
    }
}

TEST_CASE("what a process left unfinished is not sent, and goes when it is old") {
    World w;
    w.keep();
    const auto whole = w.spool.oldest()->file;
    const auto left = std::filesystem::path(whole).replace_extension(".unfinished");
    std::filesystem::rename(whole, left);
    w.clock.advance(Spool::kLongest);
    CHECK(w.spool.trim(w.clock.now()) == 0);
    CHECK_FALSE(w.spool.oldest());
    CHECK(std::filesystem::exists(left));
    w.clock.advance(1s);
    CHECK(w.spool.trim(w.clock.now()) == 0);
    CHECK_FALSE(std::filesystem::exists(left));
}

TEST_CASE("files of others are neither sent nor removed, and a directory that takes none is an error") {
    World w;
    w.keep();
    Spool::remove(*w.spool.oldest());
    std::ofstream(w.directory.path() / "sentry" / "notes.txt") << "mine";
    CHECK_FALSE(w.spool.oldest());
    CHECK(w.spool.trim(w.clock.now()) == 0);
    CHECK(std::filesystem::exists(w.directory.path() / "sentry" / "notes.txt"));

    std::ofstream(w.directory.path() / "file") << "in the way";
    Spool blocked(w.directory.path() / "file");
    CHECK_THROWS(blocked.keep(make_event_id(), "x", w.clock.now()));
}
