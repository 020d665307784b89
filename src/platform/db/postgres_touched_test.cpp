// Copies in memory of several nodes on one PostgreSQL: each commit of any node ends them everywhere before it is known.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <latch>
#include <thread>

#include "platform/db/db_test.hpp"
#include "platform/db/postgres_touched.hpp"
#include "platform/db/row_cache.hpp"
#include "platform/runtime/runtime.hpp"
#include "sql/db_test.hpp"

using namespace grover;

namespace {

bool skipped() { return testing::engine_under_test() != db::Engine::postgres; }

std::unique_ptr<db::Database> other_node(db::Database& first, db::Options options = {}) {
    options.url = url_of(name_of(first));
    return db::open(options);
}

void increment(db::Database& db, std::string_view name) {
    db.write([&](db::Write& tx) {
        tx.exec(sql::db_test::increment{.name = name});
        tx.touch(name);
    });
}

using Cache = db::RowCache<std::int64_t>;

// As a store reads a row.
std::int64_t counter(db::Database& db, Cache& cache, std::string_view name) {
    return db.read([&](db::Read& tx) {
        if (const auto* value = cache.find(tx, name)) return *value;
        const auto value = tx.value<std::int64_t>(sql::db_test::counter{.name = name});
        cache.put(name, value, 0, tx.snapshot());
        return value;
    });
}

bool is_kept(db::Database& db, Cache& cache, std::string_view name) {
    return db.read([&](db::Read& tx) { return cache.find(tx, name) != nullptr; });
}

void turn_horizon(db::Database& db) {
    testing::execute(db, "UPDATE touched_rows_horizon SET turned_at = now() - INTERVAL '1 hour'");
    db.tidy();
}

}  // namespace

TEST_CASE("a commit of one node ends the copy of another, and no other copy") {
    if (skipped()) return;
    const auto here = database_with_tables();
    const auto there = other_node(*here);
    testing::execute(*here, "INSERT INTO counters VALUES ('a', 1), ('b', 1)");
    Cache cache{"test"};
    CHECK(counter(*here, cache, "a") == 1);
    CHECK(counter(*here, cache, "b") == 1);
    increment(*there, "a");
    CHECK_FALSE(is_kept(*here, cache, "a"));
    CHECK(is_kept(*here, cache, "b"));
    CHECK(counter(*here, cache, "a") == 2);
    CHECK(is_kept(*here, cache, "a"));
}

TEST_CASE("what is rolled back ends no copy") {
    if (skipped()) return;
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 1)");
    Cache cache{"test"};
    counter(*db, cache, "a");
    CHECK_THROWS_AS(db->write([&](db::Write& tx) {
        tx.exec(sql::db_test::increment{.name = "a"});
        tx.touch("a");
        throw std::runtime_error("no");
    }),
                    std::runtime_error);
    CHECK(is_kept(*db, cache, "a"));
    CHECK(testing::count_rows(*db, "touched_rows") == 0);
}

TEST_CASE("transactions that commit in another order than they began are all seen") {
    if (skipped()) return;
    const auto db = database_with_tables();
    const auto there = other_node(*db);
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 1), ('b', 1)");
    Cache cache{"test"};
    std::latch written(1), looked(1);
    std::thread slow([&] {
        there->write([&](db::Write& tx) {
            tx.exec(sql::db_test::increment{.name = "a"});
            tx.touch("a");
            written.count_down();
            looked.wait();
        });
    });
    written.wait();
    increment(*there, "b");
    // Both are read while the first is on its way, and the look passes over its number.
    CHECK(counter(*db, cache, "a") == 1);
    CHECK(counter(*db, cache, "b") == 2);
    looked.count_down();
    slow.join();
    CHECK(counter(*db, cache, "a") == 2);
    CHECK(is_kept(*db, cache, "b"));
}

TEST_CASE("a look that finds its connection dead forgets all, and copies are made anew") {
    if (skipped()) return;
    const auto db = database_with_tables();
    const auto there = other_node(*db);
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 1)");
    Cache cache{"test"};
    counter(*db, cache, "a");
    testing::query_text(*there, kEndConnections + ("'" + name_of(*there) + "'"));
    // As after a crash of the server, which empties the table.
    testing::execute(*there, "DELETE FROM touched_rows");
    testing::execute(*there, "UPDATE counters SET value = 7");
    CHECK(counter(*db, cache, "a") == 7);
    counter(*db, cache, "a");
    CHECK(is_kept(*db, cache, "a"));
}

TEST_CASE("what was touched is removed after a while, and who did not look until then begins anew") {
    if (skipped()) return;
    const auto idle = database_with_tables();
    const std::string url = url_of(name_of(*idle));  // asking for it is a look
    testing::execute(*idle, "INSERT INTO counters VALUES ('a', 1), ('b', 1)");
    Cache idle_copies{"test"}, busy_copies{"test"};
    counter(*idle, idle_copies, "a");
    counter(*idle, idle_copies, "b");
    for (int turn = 0; turn < 2; ++turn) {
        const auto busy = db::open({.url = url});
        increment(*busy, "a");
        counter(*busy, busy_copies, "b");
        turn_horizon(*busy);
        CHECK(is_kept(*busy, busy_copies, "b"));
    }
    CHECK(testing::query_number(*db::open({.url = url}), "SELECT count(*) FROM touched_rows") == 1);
    CHECK_FALSE(is_kept(*idle, idle_copies, "b"));
    CHECK(counter(*idle, idle_copies, "a") == 3);
}

TEST_CASE("with a cache of nothing no copy is found, and nobody looks") {
    if (skipped()) return;
    const auto db = database_with_tables({.cached = false});
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 1)");
    Cache cache{"test"};
    counter(*db, cache, "a");
    CHECK(cache.size() == 0);
    CHECK(db->read([](db::Read& tx) { return tx.snapshot(); }) == 0);
}

TEST_CASE("looking uses the index, however much was touched") {
    if (skipped()) return;
    const auto db = database_with_tables();
    const auto plan = db->plan(db::kLookAtTouched);
    INFO(plan);
    CHECK(plan.find("touched_rows_by_xid") != std::string::npos);
}

// Every reader of every node knows the last number that any writer was answered, and must not see an older one.
TEST_CASE("fibers of two nodes never see a copy older than a commit that was acknowledged") {
    if (skipped()) return;
    constexpr int kRows = 4;
    constexpr int kChanges = 60;
    const std::array<std::string, kRows> names{"a", "b", "c", "d"};
    runtime::Loops loops(2);
    const auto first = database_with_tables({.loops = &loops});
    const auto second = other_node(*first, {.loops = &loops});
    for (const auto& name : names)
        testing::execute(*first, "INSERT INTO counters VALUES ('" + name + "', 0)");
    std::array<std::atomic<std::int64_t>, kRows> known{};
    std::atomic<int> writing{6}, running{6 + 40};
    std::atomic<int> stale{0}, hits{0};
    const auto ended = [&] {
        if (--running == 0) loops.stop();
    };
    for (unsigned writer = 0; writer < 6; ++writer) {
        runtime::spawn_on(loops, writer % 2, [&, writer] {
            db::Database& node = writer % 3 == 0 ? *first : *second;
            for (int i = 0; i < kChanges; ++i) {
                const auto row = (static_cast<std::size_t>(i) + writer) % kRows;
                const auto value = node.write([&](db::Write& tx) {
                    tx.exec(sql::db_test::increment{.name = names[row]});
                    tx.touch(names[row]);
                    return tx.value<std::int64_t>(sql::db_test::counter{.name = names[row]});
                });
                std::int64_t before = known[row].load();
                while (before < value && !known[row].compare_exchange_weak(before, value)) {
                }
            }
            --writing;
            ended();
        });
    }
    for (unsigned reader = 0; reader < 40; ++reader) {
        runtime::spawn_on(loops, reader % 2, [&, reader] {
            db::Database& node = reader % 4 < 2 ? *first : *second;
            // Of this loop and this node, as the caches of the server are.
            thread_local std::array<Cache, 2> caches{Cache{"test_nodes"}, Cache{"test_nodes"}};
            Cache& cache = caches[reader % 4 < 2 ? 0 : 1];
            while (writing > 0) {
                for (std::size_t row = 0; row < kRows; ++row) {
                    const std::int64_t expected = known[row].load();
                    node.read([&](db::Read& tx) {
                        if (const auto* value = cache.find(tx, names[row])) {
                            ++hits;
                            if (*value < expected) ++stale;
                            return;
                        }
                        const auto value = tx.value<std::int64_t>(sql::db_test::counter{.name = names[row]});
                        if (value < expected) ++stale;
                        cache.put(names[row], value, 0, tx.snapshot());
                    });
                }
            }
            ended();
        });
    }
    loops.run();
    CHECK(stale == 0);
    CHECK(hits > 0);
}
