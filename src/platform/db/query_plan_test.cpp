#include "testing/query_plan.hpp"

#include <doctest/doctest.h>

#include "platform/db/db_test.hpp"
#include "sql/db_test.hpp"
#include "sql/stored.hpp"

using namespace grover;

TEST_CASE("a plan that reads a whole table is told from one that does not") {
    const auto db = database_with_tables();
    CHECK(testing::whole_table_steps(*db, sql::db_test::counter::statement).empty());
    CHECK(testing::whole_table_steps(*db, sql::db_test::likers::statement).empty());
    CHECK(testing::whole_table_steps(*db, sql::db_test::likers_of_some::statement).empty());
    CHECK(testing::whole_table_steps(*db, sql::db_test::counters_named::statement).empty());
    CHECK(testing::whole_table_steps(*db, sql::db_test::counters_of_value::statement).size() == 1);
}

TEST_CASE("a plan that never looks up a row is told from one that does") {
    const auto db = database_with_tables();
    CHECK(testing::uses_index_only(*db, sql::db_test::likers::statement, "likes"));
    CHECK_FALSE(testing::uses_index_only(*db, sql::db_test::counter::statement, "counters"));
    CHECK_FALSE(testing::uses_index_only(*db, sql::db_test::counter::statement, "likes"));
}

TEST_CASE("no statement of the store itself reads a whole table") {
    testing::check_no_scans(*testing::fresh_database(), sql::stored::all);
}
