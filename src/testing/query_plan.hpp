// Whether statements find their rows by index. A domain's test is one line:
//
//     TEST_CASE("no statement of posts reads a whole table") {
//         testing::check_no_scans(*testing::fresh_database(), sql::posts::all);
//     }
#pragma once

#include <span>
#include <string>
#include <vector>

#include "platform/db/db.hpp"

namespace grover::testing {

// Prepares each statement on the engine under test and fails for each that does not prepare, that reads a
// whole table, or that builds an index for one run. A block with a line `-- scan: reason` may.
void check_no_scans(db::Database& database, std::span<const db::Statement* const> statements);

// The steps of the plan that read a whole table; empty is good. Scanning an index in its order up to a LIMIT
// is none, and neither is scanning what another step of the statement made.
std::vector<std::string> whole_table_steps(db::Database& database, const db::Statement& statement);

// Whether all that the statement reads of `table` comes out of an index: no row is looked up.
bool uses_index_only(db::Database& database, const db::Statement& statement, const std::string& table);

}  // namespace grover::testing
