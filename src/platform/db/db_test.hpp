// What the tests of this folder share: a database with a few small tables.
#pragma once

#include <memory>

#include "platform/db/db.hpp"
#include "testing/database.hpp"

namespace grover {

inline std::unique_ptr<db::Database> database_with_tables(const db::Options& options = {}) {
    auto database = testing::fresh_database(options);
    for (const char* const table :
         {"CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
          "CREATE TABLE likes (counter TEXT NOT NULL REFERENCES counters (name), user_name TEXT NOT NULL, "
          "PRIMARY KEY (counter, user_name))",
          "CREATE UNIQUE INDEX counters_by_remainder ON counters ((value % 1000)) WHERE value > 1000",
          "CREATE TABLE everything (id TEXT PRIMARY KEY, flag BIGINT, number BIGINT, fraction DOUBLE "
          "PRECISION, words TEXT, "
          "bytes BYTEA, missing TEXT, at BIGINT, price BIGINT)"}) {
        testing::execute(*database, table);
    }
    return database;
}

}  // namespace grover
