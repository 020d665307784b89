#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/db/db_test.hpp"
#include "sql/db_test.hpp"

using namespace grover;

namespace {

std::int64_t counter(db::Database& db, std::string_view name) {
    return db.read([&](db::Read& tx) { return tx.value<std::int64_t>(sql::db_test::counter{.name = name}); });
}

template <class Closure>
std::string refused_constraint(db::Database& db, Closure closure) {
    try {
        db.write(closure);
    } catch (const db::AlreadyExists& error) {
        return error.constraint;
    }
    return "nothing refused it";
}

}  // namespace

TEST_CASE("a write is there when it returns, and returns what its closure returns") {
    const auto db = database_with_tables();
    const auto changed =
        db->write([](db::Write& tx) { return tx.exec(sql::db_test::add_counter{.name = "a", .value = 5}); });
    CHECK(changed == 1);
    CHECK(counter(*db, "a") == 5);
    CHECK(db->write([](db::Write& tx) { return tx.exec(sql::db_test::increment{.name = "nobody"}); }) == 0);
}

TEST_CASE("a write reads what it wrote, and nobody may keep what it reads") {
    const auto db = database_with_tables();
    db->write([&](db::Write& tx) {
        tx.exec(sql::db_test::add_counter{.name = "a", .value = 5});
        CHECK(tx.value<std::int64_t>(sql::db_test::counter{.name = "a"}) == 5);
        CHECK(tx.snapshot() == 0);
    });
}

TEST_CASE(
    "what is run soon is seen by the next statement, and what it fails with is thrown at the commit at the "
    "latest") {
    const auto db = database_with_tables();
    db->write([](db::Write& tx) {
        tx.exec_soon(sql::db_test::add_counter{.name = "a", .value = 5});
        tx.exec_soon(sql::db_test::increment{.name = "a"});
        CHECK(tx.value<std::int64_t>(sql::db_test::counter{.name = "a"}) == 6);
    });
    const auto add_twice = [&](bool reads_then) {
        db->write([&](db::Write& tx) {
            tx.exec(sql::db_test::increment{.name = "a"});
            tx.exec_soon(sql::db_test::add_counter{.name = "a", .value = 7});
            if (reads_then) tx.exists(sql::db_test::counter{.name = "a"});
        });
    };
    for (const bool reads_then : {true, false}) {
        try {
            add_twice(reads_then);
            FAIL("added twice");
        } catch (const db::AlreadyExists& refused) {
            CHECK(refused.constraint == "counters.name");
        }
    }
    CHECK(testing::query_number(*db, "SELECT value FROM counters") == 6);
}

TEST_CASE("what a closure throws rolls back its changes and leaves write") {
    const auto db = database_with_tables();
    CHECK_THROWS_AS(db->write([](db::Write& tx) {
        tx.exec(sql::db_test::add_counter{.name = "a", .value = 1});
        throw conflict("No");
    }),
                    Error);
    CHECK(testing::count_rows(*db, "counters") == 0);
}

TEST_CASE(
    "an event that the store refuses takes its transaction with it, and the next one finds a clean "
    "connection") {
    const auto db = database_with_tables();
    if (db->engine() == db::Engine::sqlite) return;  // takes any bytes
    for (int i = 0; i < 20; ++i) {
        CHECK_THROWS_AS(db->write([](db::Write& tx) {
            tx.exec(sql::db_test::add_counter{.name = "a", .value = 1});
            tx.publish_payload("said", "no UTF-8: \xff");
        }),
                        Error);
        const auto name = "b" + std::to_string(i);
        db->write([&](db::Write& tx) { tx.exec(sql::db_test::add_counter{.name = name, .value = i}); });
        CHECK(counter(*db, name) == i);
    }
}

TEST_CASE("of many that write at once, those that throw roll back alone") {
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    std::atomic<int> thrown{0};
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 8; ++writer) {
        writers.emplace_back([&, writer] {
            for (int round = 0; round < 50; ++round) {
                try {
                    db->write([&](db::Write& tx) {
                        // Before it wrote anything, and after.
                        if ((writer + round) % 3 == 1) throw conflict("No");
                        tx.exec(sql::db_test::increment{.name = "a"});
                        if ((writer + round) % 3 == 0) throw conflict("No");
                    });
                } catch (const Error& error) {
                    if (error.kind == ErrorKind::conflict) ++thrown;
                }
            }
        });
    }
    for (auto& writer : writers) writer.join();
    CHECK(thrown == 133 + 134);
    CHECK(counter(*db, "a") == 400 - 133 - 134);
}

TEST_CASE("a hundred who count at once are all counted") {
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 100; ++writer) {
        writers.emplace_back(
            [&] { db->write([](db::Write& tx) { tx.exec(sql::db_test::increment{.name = "a"}); }); });
    }
    for (auto& writer : writers) writer.join();
    CHECK(counter(*db, "a") == 100);
}

TEST_CASE("of ten who like at once as the same user, one likes") {
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 10; ++writer) {
        writers.emplace_back([&] {
            db->write([](db::Write& tx) {
                if (tx.exists(sql::db_test::add_like_if_new{.counter = "a", .user_name = "ada"})) {
                    tx.exec(sql::db_test::increment{.name = "a"});
                }
            });
        });
    }
    for (auto& writer : writers) writer.join();
    CHECK(counter(*db, "a") == 1);
    CHECK(testing::count_rows(*db, "likes") == 1);
}

TEST_CASE("a taken key is told by the same name on both engines") {
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    testing::execute(*db, "INSERT INTO likes VALUES ('a', 'ada')");
    testing::execute(*db, "INSERT INTO counters VALUES ('b', 2007)");
    CHECK(refused_constraint(*db, [](db::Write& tx) {
              tx.exec(sql::db_test::add_counter{.name = "a", .value = 1});
          }) == "counters.name");
    CHECK(refused_constraint(*db, [](db::Write& tx) {
              tx.exec(sql::db_test::add_like{.counter = "a", .user_name = "ada"});
          }) == "likes.counter,user_name");
    // An index on an expression has no columns to name, so its own name stands for it.
    CHECK(refused_constraint(*db, [](db::Write& tx) {
              tx.exec(sql::db_test::add_counter{.name = "c", .value = 3007});
          }) == "counters_by_remainder");
    CHECK(testing::count_rows(*db, "counters") == 2);
    CHECK(testing::count_rows(*db, "likes") == 1);
}

TEST_CASE("a reference to nothing is refused, and so is deleting what is referred to") {
    const auto db = database_with_tables();
    CHECK_THROWS_AS(db->write([](db::Write& tx) {
        tx.exec(sql::db_test::add_like{.counter = "nobody", .user_name = "ada"});
    }),
                    db::MissingReference);
    CHECK(testing::count_rows(*db, "likes") == 0);
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    testing::execute(*db, "INSERT INTO likes VALUES ('a', 'ada')");
    CHECK_THROWS_AS(testing::execute(*db, "DELETE FROM counters"), db::MissingReference);
    CHECK(testing::count_rows(*db, "counters") == 1);
}

TEST_CASE("a failed statement ends the transaction, even for a closure that would go on") {
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    CHECK_THROWS(db->write([](db::Write& tx) {
        tx.exec(sql::db_test::add_counter{.name = "b", .value = 1});
        try {
            tx.exec(sql::db_test::add_counter{.name = "a", .value = 1});
        } catch (const db::AlreadyExists&) {
        }
        tx.exec(sql::db_test::add_counter{.name = "c", .value = 1});
    }));
    CHECK(testing::count_rows(*db, "counters") == 1);
}

TEST_CASE("a write that takes too long is stopped alone; those beside it are done") {
    const auto db = database_with_tables({.statement_limit = std::chrono::milliseconds{50}});
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    std::atomic<int> stopped{0};
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 12; ++writer) {
        writers.emplace_back([&, writer] {
            try {
                if (writer == 6) {
                    db->write([](db::Write& tx) { tx.exec(sql::db_test::write_slowly{}); });
                } else {
                    db->write([](db::Write& tx) { tx.exec(sql::db_test::increment{.name = "a"}); });
                }
            } catch (const Error& error) {
                if (error.status == 503) ++stopped;
            }
        });
    }
    for (auto& writer : writers) writer.join();
    CHECK(stopped == 1);
    CHECK(counter(*db, "a") == 11);
}

TEST_CASE("what a request asks of the store counts for that request, on whatever thread it runs") {
    struct Counts final : db::StatementObserver {
        void ran(const db::Statement&, std::chrono::nanoseconds time, std::int64_t) override {
            const auto* const work = log::current_context();
            if (work == nullptr) return;
            ++work->store.calls;
            work->store.time += time;
        }
    } counts;
    const auto db = database_with_tables({.observer = &counts});
    testing::count_rows(*db, "counters");  // a thread's connection asks once when it is opened
    const log::Context request{.request_id = "r1"};
    {
        const log::ContextScope working(request);
        db->write([](db::Write& tx) {
            CHECK(log::current_context()->request_id == "r1");
            tx.exec(sql::db_test::add_counter{.name = "a", .value = 5});
            tx.exec(sql::db_test::increment{.name = "a"});
        });
        counter(*db, "a");
    }
    CHECK(request.store.calls == 3);
    CHECK(request.store.time > std::chrono::nanoseconds{0});
    counter(*db, "a");
    CHECK(request.store.calls == 3);
}
