// What only SQLite can refuse, because only there a closure never leaves its thread: the rule holds for both
// engines.
#include <doctest/doctest.h>

#include <stdexcept>
#include <thread>

#include "platform/db/db_test.hpp"
#include "sql/db_test.hpp"

using namespace grover;

TEST_CASE("a read or write inside a closure is a bug") {
    if (testing::engine_under_test() != db::Engine::sqlite) return;
    const auto db = database_with_tables();
    const auto other = testing::fresh_database();
    const auto read = [](db::Database& database) { return testing::count_rows(database, "kept_values"); };
    CHECK_THROWS_AS(db->read([&](db::Read&) { read(*db); }), std::logic_error);
    CHECK_THROWS_AS(db->read([&](db::Read&) { read(*other); }), std::logic_error);
    CHECK_THROWS_AS(db->write([&](db::Write&) { read(*db); }), std::logic_error);
    CHECK_THROWS_AS(db->read([&](db::Read&) { db->write([](db::Write&) {}); }), std::logic_error);
    CHECK_THROWS_AS(db->write([&](db::Write&) { db->write([](db::Write&) {}); }), std::logic_error);
    CHECK(read(*db) == 0);
}

TEST_CASE("the same statement inside its own rows is a bug") {
    if (testing::engine_under_test() != db::Engine::sqlite) return;
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    CHECK_THROWS_AS(db->read([&](db::Read& tx) {
        tx.each(sql::db_test::all_counters{},
                [&](const db::Row&) { tx.each(sql::db_test::all_counters{}, [](const db::Row&) {}); });
    }),
                    std::logic_error);
}

TEST_CASE("a thread may outlive the store that it read from, and the store the thread") {
    if (testing::engine_under_test() != db::Engine::sqlite) return;
    auto first = testing::fresh_database();
    CHECK(testing::count_rows(*first, "kept_values") == 0);
    first.reset();
    const auto second = database_with_tables();
    std::int64_t seen = -1;
    std::thread([&] { seen = testing::count_rows(*second, "counters"); }).join();
    CHECK(seen == 0);
    std::thread([&] { seen = testing::count_rows(*second, "likes"); }).join();
    CHECK(seen == 0);
}
