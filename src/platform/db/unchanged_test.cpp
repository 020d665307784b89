#include "platform/db/unchanged.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "platform/db/db_test.hpp"
#include "testing/database.hpp"

using namespace grover;

namespace {

db::Unchanged found(db::Database& db, std::initializer_list<std::string_view> keys) {
    return db.read([&](db::Read& tx) {
        db::Unchanged rows(tx);
        for (const auto key : keys) rows.add(key);
        return rows;
    });
}

bool holds(db::Database& db, const db::Unchanged& rows) {
    return db.write([&](db::Write& tx) { return rows.in(tx); });
}

void touch(db::Database& db, std::string_view key) {
    db.write([&](db::Write& tx) { tx.touch(key); });
}

}  // namespace

TEST_CASE("what was found before a write holds until one of its rows is touched") {
    const auto db = database_with_tables();
    if (db->engine() == db::Engine::postgres) return;
    const auto rows = found(*db, {"a", "b"});
    CHECK(holds(*db, rows));
    touch(*db, "c");
    CHECK(holds(*db, rows));
    touch(*db, "b");
    CHECK_FALSE(holds(*db, rows));
    CHECK(holds(*db, found(*db, {"a", "b"})));
}

TEST_CASE("a write sees its own changes") {
    const auto db = database_with_tables();
    if (db->engine() == db::Engine::postgres) return;
    const auto rows = found(*db, {"a"});
    db->write([&](db::Write& tx) {
        CHECK(rows.in(tx));
        tx.touch("a");
        CHECK_FALSE(rows.in(tx));
    });
}

TEST_CASE("a change that was rolled back ends what was found before it, and nothing after") {
    const auto db = database_with_tables();
    if (db->engine() == db::Engine::postgres) return;
    const auto rows = found(*db, {"a"});
    CHECK_THROWS_AS(db->write([&](db::Write& tx) {
        tx.touch("a");
        throw std::runtime_error("no");
    }),
                    std::runtime_error);
    CHECK_FALSE(holds(*db, rows));
    CHECK(holds(*db, found(*db, {"a"})));
}

TEST_CASE("nothing holds that cannot be told") {
    const auto db = database_with_tables();
    CHECK_FALSE(holds(*db, db::Unchanged{}));
    CHECK_FALSE(holds(*db, found(*db, {"a", "b", "c", "d", "e"})));
    if (db->engine() == db::Engine::postgres) CHECK_FALSE(holds(*db, found(*db, {"a"})));

    const auto without_copies = database_with_tables({.cached = false});
    CHECK_FALSE(holds(*without_copies, found(*without_copies, {"a"})));
    CHECK_FALSE(holds(*without_copies, found(*db, {"a"})));
}
