#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "platform/db/db_test.hpp"
#include "platform/db/together.hpp"
#include "sql/db_test.hpp"

using namespace grover;

TEST_CASE("statements asked together answer as they do alone, and on PostgreSQL they are one") {
    struct Counts final : db::StatementObserver {
        void ran(const db::Statement&, std::chrono::nanoseconds, std::int64_t) override { ++calls; }
        std::atomic<int> calls{0};
    } counts;
    const auto db = database_with_tables({.observer = &counts});
    const std::vector<std::string> names{"plain",       "",       "a \"quoted\", (text)", "back\\slash",
                                         "Grüße\nzwei", "it's $1"};
    db->write([&](db::Write& tx) {
        for (std::size_t i = 0; i < names.size(); ++i)
            tx.exec(sql::db_test::add_counter{.name = names[i], .value = static_cast<std::int64_t>(i) - 1});
    });
    testing::count_rows(*db, "counters");  // a thread's connection asks once when it is opened
    counts.calls = 0;
    db->read([&](db::Read& tx) {
        db::Together all;
        std::vector<std::int64_t> values;
        for (const auto& name : names) {
            all.add(sql::db_test::counter{.name = name},
                    [&](const db::Row& row) { values.push_back(row.get<std::int64_t>(0)); });
        }
        std::vector<std::string> found;
        all.add(sql::db_test::all_counters{}, [&](const db::Row& row) {
            CHECK(row.size() == 2);
            found.push_back(row.get<std::string>(0));
        });
        all.run(tx);
        CHECK(values == std::vector<std::int64_t>{-1, 0, 1, 2, 3, 4});
        std::ranges::sort(found);
        auto sorted = names;
        std::ranges::sort(sorted);
        CHECK(found == sorted);
    });
    CHECK(counts.calls == (db->engine() == db::Engine::postgres ? 1 : 7));
}

TEST_CASE("a null and an empty text are told apart") {
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO everything (id, words) VALUES ('a', '')");
    db->read([&](db::Read& tx) {
        db::Together both;
        int rows = 0;
        for (int i = 0; i < 2; ++i) {
            both.add(sql::db_test::words_and_missing{}, [&](const db::Row& row) {
                ++rows;
                CHECK_FALSE(row.is_null(0));
                CHECK(row.text(0).empty());
                CHECK(row.is_null(1));
                CHECK(row.get<std::optional<std::string>>(1) == std::nullopt);
            });
        }
        both.run(tx);
        CHECK(rows == 2);
    });
}

TEST_CASE("a statement takes its ids from another one's rows, in the same round trip") {
    struct Counts final : db::StatementObserver {
        void ran(const db::Statement&, std::chrono::nanoseconds, std::int64_t) override { ++calls; }
        std::atomic<int> calls{0};
    } counts;
    const auto db = database_with_tables({.observer = &counts});
    testing::execute(
        *db, "INSERT INTO counters (name, value) VALUES ('a', 1), ('b', 2), ('it''s \"c\"', 3), ('d', 4)");
    testing::execute(
        *db, "INSERT INTO everything (id, words) VALUES ('x', 'b'), ('y', 'it''s \"c\"'), ('z', NULL)");
    testing::count_rows(*db, "counters");
    counts.calls = 0;
    const std::vector<std::string_view> ids{"x", "y", "z"}, no_ids;
    db->read([&](db::Read& tx) {
        db::Together both;
        int before = 0;
        std::vector<std::string> found;
        int words = 0;
        both.add(sql::db_test::counter{.name = "d"}, [&](const db::Row&) { ++before; });
        const auto source = both.add(sql::db_test::words_of{.ids = ids}, [&](const db::Row&) { ++words; });
        both.add(sql::db_test::counters_named{.names = nullptr}, {source, "words"},
                 [&](const db::Row& row) { found.push_back(row.get<std::string>(0)); });
        both.run(tx);
        std::ranges::sort(found);
        CHECK(before == 1);
        CHECK(words == 3);
        CHECK(found == std::vector<std::string>{"b", "it's \"c\""});
    });
    CHECK(counts.calls == (db->engine() == db::Engine::postgres ? 1 : 3));
    db->read([&](db::Read& tx) {
        db::Together none;
        const auto source =
            none.add(sql::db_test::words_of{.ids = no_ids}, [](const db::Row&) { FAIL("no such row"); });
        none.add(sql::db_test::counters_named{.names = nullptr}, {source, "words"},
                 [](const db::Row&) { FAIL("no such row"); });
        none.run(tx);
    });
}
