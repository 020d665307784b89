// The store under the fibers of two loops, as in the server.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/db/db_test.hpp"
#include "platform/runtime/runtime.hpp"
#include "sql/db_test.hpp"
#include "testing/running_loops.hpp"

using namespace grover;
using testing::RunningLoops;

TEST_CASE("two hundred fibers read and write at once, more than there are connections") {
    RunningLoops running;
    const auto db = database_with_tables({.pool_size = 2, .loops = &running.loops});
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    std::atomic<int> wrong{0};
    running.in_fibers(200, [&](int) {
        for (int i = 0; i < 5; ++i) {
            const auto written = db->write([](db::Write& tx) {
                tx.exec(sql::db_test::increment{.name = "a"});
                return tx.value<std::int64_t>(sql::db_test::counter{.name = "a"});
            });
            const auto seen = db->read(
                [](db::Read& tx) { return tx.value<std::int64_t>(sql::db_test::counter{.name = "a"}); });
            // What was written before is seen.
            if (seen < written) ++wrong;
        }
    });
    CHECK(wrong == 0);
    CHECK(testing::query_number(*db, "SELECT value FROM counters") == 1'000);
}

TEST_CASE("an exception reaches the fiber whose closure threw it") {
    RunningLoops running;
    const auto db = database_with_tables({.loops = &running.loops});
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    std::atomic<int> own{0};
    running.in_fibers(40, [&](int i) {
        const std::string sentence = "fiber " + std::to_string(i);
        try {
            db->write([&](db::Write& tx) {
                tx.exec(sql::db_test::increment{.name = "a"});
                if (i % 2 == 0) throw conflict(sentence);
            });
        } catch (const Error& error) {
            if (error.detail == sentence) ++own;
        }
    });
    CHECK(own == 20);
    CHECK(testing::query_number(*db, "SELECT value FROM counters") == 20);
}

TEST_CASE("while a fiber waits for its commit, its loop does other work") {
    RunningLoops running;
    const auto db = database_with_tables({.loops = &running.loops});
    std::atomic<bool> released{false};
    std::atomic<int> done{0};
    // The writer is held up until the second fiber of the same loop has run.
    runtime::spawn_on(running.loops, 0, [&] {
        db->write([&](db::Write& tx) {
            if (db->engine() == db::Engine::sqlite) released.wait(false);
            tx.exec(sql::db_test::add_counter{.name = "a", .value = 1});
        });
        ++done;
        done.notify_all();
    });
    runtime::spawn_on(running.loops, 0, [&] {
        released = true;
        released.notify_all();
    });
    done.wait(0);
    CHECK(released);
    CHECK(testing::count_rows(*db, "counters") == 1);
}
