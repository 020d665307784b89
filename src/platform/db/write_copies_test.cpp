#include "platform/db/write_copies.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <stdexcept>

#include "platform/db/db_test.hpp"
#include "testing/database.hpp"

using namespace grover;

namespace {

std::optional<int> found(const db::Write& tx, const db::WriteCopies<int>& copies, std::string_view key) {
    const int* const value = copies.find(tx, key);
    return value != nullptr ? std::optional(*value) : std::nullopt;
}

void keep(db::Write& tx, db::WriteCopies<int>& copies, std::string_view key, int value) {
    db::Unchanged rows(tx);
    rows.add(key);
    copies.keep(key, rows, value);
}

}  // namespace

TEST_CASE("what a write keeps is found by later ones until its key is touched") {
    const auto db = database_with_tables();
    if (db->engine() == db::Engine::postgres) return;
    db::WriteCopies<int> copies;
    db->write([&](db::Write& tx) {
        keep(tx, copies, "a", 1);
        keep(tx, copies, "b", 2);
        CHECK(found(tx, copies, "a") == 1);
        tx.touch("b");
        CHECK_FALSE(found(tx, copies, "b"));
        CHECK_FALSE(found(tx, copies, "c"));
    });
    db->write([&](db::Write& tx) {
        CHECK(found(tx, copies, "a") == 1);
        CHECK_FALSE(found(tx, copies, "b"));
        keep(tx, copies, "b", 3);
        CHECK(found(tx, copies, "b") == 3);
    });
    db->write([&](db::Write& tx) { tx.touch("a"); });
    db->write([&](db::Write& tx) {
        CHECK_FALSE(found(tx, copies, "a"));
        CHECK(found(tx, copies, "b") == 3);
    });
}

TEST_CASE("what was read of a change that is rolled back is never found") {
    const auto db = database_with_tables();
    if (db->engine() == db::Engine::postgres) return;
    db::WriteCopies<int> copies;
    CHECK_THROWS_AS(db->write([&](db::Write& tx) {
        tx.touch("a");
        keep(tx, copies, "a", 1);
        throw std::runtime_error("no");
    }),
                    std::runtime_error);
    db->write([&](db::Write& tx) { CHECK_FALSE(found(tx, copies, "a")); });
}

TEST_CASE("a change that is rolled back costs a miss") {
    const auto db = database_with_tables();
    if (db->engine() == db::Engine::postgres) return;
    db::WriteCopies<int> copies;
    db->write([&](db::Write& tx) { keep(tx, copies, "a", 1); });
    CHECK_THROWS_AS(db->write([&](db::Write& tx) {
        CHECK(found(tx, copies, "a") == 1);
        tx.touch("a");
        throw std::runtime_error("no");
    }),
                    std::runtime_error);
    db->write([&](db::Write& tx) {
        CHECK_FALSE(found(tx, copies, "a"));
        keep(tx, copies, "a", 1);
        CHECK(found(tx, copies, "a") == 1);
    });
}

TEST_CASE("nothing is found where copies must not be made, nor in another store") {
    const auto check = [](db::Database& db) {
        db::WriteCopies<int> copies;
        db.write([&](db::Write& tx) {
            CHECK(tx.commit_before() == 0);
            keep(tx, copies, "a", 1);
            CHECK_FALSE(found(tx, copies, "a"));
        });
    };
    check(*database_with_tables({.cached = false}));
    const auto db = database_with_tables();
    if (db->engine() == db::Engine::postgres) return check(*db);
    const auto other = database_with_tables();
    db::WriteCopies<int> copies;
    db->write([&](db::Write& tx) { keep(tx, copies, "a", 1); });
    other->write([&](db::Write& tx) { CHECK_FALSE(found(tx, copies, "a")); });
}
