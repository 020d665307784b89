// What the tests of this folder share: a database with a few small tables.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

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

// PostgreSQL only.
inline std::string name_of(db::Database& db) { return testing::query_text(db, "SELECT current_database()"); }

inline std::string url_of(const std::string& database) {
    const std::string url = std::getenv("GROVER_TEST_POSTGRES");
    const auto path = url.find('/', url.find("://") + 3);
    return url.substr(0, path + 1) + database + url.substr(std::min(url.find('?', path), url.size()));
}

// Connections of one database, except the caller's own.
inline constexpr const char* kEndConnections =
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
    "datname = ";

}  // namespace grover
