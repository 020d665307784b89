#include <doctest/doctest.h>

#include <limits>
#include <span>
#include <stdexcept>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/db/db_test.hpp"
#include "sql/db_test.hpp"

using namespace grover;

namespace {

struct Everything {
    PostId id;
    bool flag;
    std::int64_t number;
    double fraction;
    std::string words;
    std::string bytes;
    std::optional<std::string> missing;
    Time at;
    Cents price;
    static constexpr auto columns = Pack{
        db::column("id", &Everything::id),           db::column("flag", &Everything::flag),
        db::column("number", &Everything::number),   db::column("fraction", &Everything::fraction),
        db::column("words", &Everything::words),     db::column("bytes", &Everything::bytes),
        db::column("missing", &Everything::missing), db::column("at", &Everything::at),
        db::column("price", &Everything::price),
    };
};

struct Counter {
    std::string name;
    std::int64_t value;
    static constexpr auto columns =
        Pack{db::column("name", &Counter::name), db::column("value", &Counter::value)};
};

void add_counters(db::Database& db, std::initializer_list<std::string_view> names) {
    db.write([&](db::Write& tx) {
        for (const auto name : names) tx.exec(sql::db_test::add_counter{.name = name, .value = 1});
    });
}

}  // namespace

TEST_CASE("what is written is read back: every type, the extremes and the empty") {
    const auto db = database_with_tables();
    const std::string bytes("\0\x01\xff'\\", 5);
    const PostId id("post_1");
    const std::string words = "naïve \"quotes\" \\ 日本語 \n{},NULL";
    db->write([&](db::Write& tx) {
        tx.exec(sql::db_test::add_everything{.id = id,
                                             .flag = true,
                                             .number = std::numeric_limits<std::int64_t>::min(),
                                             .fraction = 0.1,
                                             .words = words,
                                             .bytes = std::as_bytes(std::span(bytes)),
                                             .missing = std::optional<std::string>(),
                                             .at = Time{1'769'249'472'345'678},
                                             .price = Cents{-1}});
    });
    const auto row =
        db->read([&](db::Read& tx) { return tx.find<Everything>(sql::db_test::everything{.id = id}); });
    REQUIRE(row);
    CHECK(row->id == id);
    CHECK(row->flag);
    CHECK(row->number == std::numeric_limits<std::int64_t>::min());
    CHECK(row->fraction == 0.1);
    CHECK(row->words == words);
    CHECK(row->bytes == bytes);
    CHECK_FALSE(row->missing);
    CHECK(row->at.us == 1'769'249'472'345'678);
    CHECK(row->price.value == -1);

    db->write([&](db::Write& tx) {
        tx.exec(sql::db_test::add_everything{.id = "empty",
                                             .flag = false,
                                             .number = 0,
                                             .fraction = -1.5e300,
                                             .words = std::string_view(),
                                             .bytes = std::span<const std::byte>(),
                                             .missing = "",
                                             .at = Time{},
                                             .price = Cents{}});
    });
    const auto empty =
        db->read([&](db::Read& tx) { return tx.find<Everything>(sql::db_test::everything{.id = "empty"}); });
    REQUIRE(empty);
    CHECK(empty->words.empty());
    CHECK(empty->bytes.empty());
    CHECK(empty->missing == "");
    CHECK(empty->fraction == -1.5e300);
}

TEST_CASE("a batch of texts is one parameter, whatever the texts hold") {
    const auto db = database_with_tables();
    add_counters(*db,
                 {"plain", "with \"quotes\"", "back\\slash", "{brace,comma}", "tab\tand\nline", "null", ""});
    const auto named = [&](std::vector<std::string_view> names) {
        return db->read([&](db::Read& tx) {
            return tx.list<Counter>(sql::db_test::counters_named{.names = names}).size();
        });
    };
    CHECK(named({}) == 0);
    CHECK(named({"plain"}) == 1);
    CHECK(named({"plain", "with \"quotes\"", "back\\slash", "{brace,comma}", "tab\tand\nline", "null", ""}) ==
          7);
    CHECK(named({"plain", "plain", "nobody"}) == 1);
}

TEST_CASE("a text with a NUL names nothing, on both engines") {
    const auto db = database_with_tables();
    add_counters(*db, {"ab", "a"});
    using namespace std::string_view_literals;
    db->read([&](db::Read& tx) {
        for (const auto name : {"a\0b"sv, "\0"sv, "a\0"sv}) {
            CHECK_FALSE(tx.find<std::int64_t>(sql::db_test::counter{.name = name}));
            const std::vector<std::string_view> names{name, "a"};
            CHECK(tx.list<Counter>(sql::db_test::counters_named{.names = names}).size() == 1);
        }
    });
}

TEST_CASE("texts sort by their bytes on both engines") {
    const auto db = database_with_tables();
    add_counters(*db, {"b", "B", "a", "_", "é", "aa"});
    std::string order;
    db->read([&](db::Read& tx) {
        order.clear();
        for (const Counter& counter : tx.list<Counter>(sql::db_test::all_counters{}))
            order += counter.name + " ";
    });
    CHECK(order == "B _ a aa b é ");
}

TEST_CASE("a struct that does not fit the statement's columns is a bug, told with both lists") {
    const auto db = database_with_tables();
    add_counters(*db, {"a"});
    std::string sentence;
    try {
        db->read([&](db::Read& tx) { tx.list<Counter>(sql::db_test::counters_backwards{}); });
    } catch (const std::logic_error& error) {
        sentence = error.what();
    }
    CHECK(sentence == "db_test.counters_backwards returns (value, name) but is read as (name, value)");
}

TEST_CASE("finding nothing is a value; a statement that must return a row and does not is a bug") {
    const auto db = database_with_tables();
    db->read([&](db::Read& tx) {
        CHECK_FALSE(tx.find<std::int64_t>(sql::db_test::counter{.name = "nobody"}));
        CHECK_FALSE(tx.exists(sql::db_test::counter{.name = "nobody"}));
        CHECK_THROWS_AS(tx.value<std::int64_t>(sql::db_test::counter{.name = "nobody"}), std::logic_error);
    });
}

TEST_CASE("one read sees one state, whatever commits meanwhile") {
    const auto db = database_with_tables();
    add_counters(*db, {"a"});
    std::int64_t before = 0;
    std::int64_t after = 0;
    db->read([&](db::Read& tx) {
        before = tx.value<std::int64_t>(sql::db_test::counter{.name = "a"});
        std::thread([&] {
            db->write([&](db::Write& other) { other.exec(sql::db_test::increment{.name = "a"}); });
        }).join();
        after = tx.value<std::int64_t>(sql::db_test::counter{.name = "a"});
    });
    CHECK(before == 1);
    CHECK(after == 1);
    CHECK(testing::query_number(*db, "SELECT value FROM counters") == 2);
}

TEST_CASE("what a row's reader throws leaves read, and the next read works") {
    const auto db = database_with_tables();
    add_counters(*db, {"a", "b"});
    CHECK_THROWS_AS(db->read([&](db::Read& tx) {
        tx.each(sql::db_test::all_counters{}, [](const db::Row&) { throw not_found("Nobody"); });
    }),
                    Error);
    CHECK(testing::count_rows(*db, "counters") == 2);
}

TEST_CASE("other statements may run while rows are read") {
    const auto db = database_with_tables();
    add_counters(*db, {"a", "b"});
    std::int64_t sum = 0;
    db->read([&](db::Read& tx) {
        tx.each(sql::db_test::all_counters{}, [&](const db::Row& row) {
            sum += tx.value<std::int64_t>(sql::db_test::counter{.name = row.text(0)});
        });
    });
    CHECK(sum == 2);
    db->write([&](db::Write& tx) {
        sum = 0;
        tx.each(sql::db_test::all_counters{}, [&](const db::Row& row) {
            sum += tx.value<std::int64_t>(sql::db_test::counter{.name = row.text(0)});
        });
    });
    CHECK(sum == 2);
}

TEST_CASE("a statement that takes too long is stopped, and the store goes on") {
    const auto db = database_with_tables({.statement_limit = std::chrono::milliseconds{50}});
    add_counters(*db, {"a"});
    int status = 0;
    try {
        db->read([&](db::Read& tx) { tx.value<std::int64_t>(sql::db_test::count_slowly{}); });
    } catch (const Error& error) {
        status = error.status;
    }
    CHECK(status == 503);
    CHECK(testing::count_rows(*db, "counters") == 1);
}

TEST_CASE("the store says that it answers") {
    const auto db = testing::fresh_database();
    CHECK(db->is_reachable(std::chrono::milliseconds{500}));
}
