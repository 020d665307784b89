// The database of a test: empty, migrated, its own. The engine is SQLite, or PostgreSQL when
// GROVER_TEST_POSTGRES holds the URL of a server (tools/with_postgres); ./dev test --db=all runs every test
// on both.
#pragma once

#include <memory>
#include <string>

#include "platform/db/db.hpp"
#include "platform/db/open.hpp"

namespace grover::testing {

db::Engine engine_under_test();

// It ends, and what it holds with it, when the pointer does. `options` without a url.
std::unique_ptr<db::Database> fresh_database(db::Options options = {});

// Any SQL, for what no statement of a domain says. execute() returns the number of rows changed.
std::int64_t execute(db::Database& database, const std::string& sql);
// `:text` in the SQL is the text.
std::int64_t execute_in(db::Write& tx, const std::string& sql, const std::string& text);
std::int64_t query_number(db::Database& database, const std::string& sql);
std::int64_t query_number_in(db::Read& tx, const std::string& sql);
// Rows as "a|b" lines; NULL is "null".
std::string query_text(db::Database& database, const std::string& sql);

// The number of rows of a table, for "nothing was written".
std::int64_t count_rows(db::Database& database, const std::string& table);

// Where committed events wait that nobody has heard, and the column that tells their order.
std::string events_table();
std::string events_order();

}  // namespace grover::testing
