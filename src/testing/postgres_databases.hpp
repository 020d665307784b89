// Databases on the server of GROVER_TEST_POSTGRES, lent to one test at a time. Making one takes half a second, so they are
// emptied and used again, by other test programs too. Private to src/testing.
#pragma once

#include <memory>
#include <string>

namespace grover::testing {

struct LentDatabase {
    std::string url;
    int number;

    LentDatabase(std::string its_url, int its_number);
    ~LentDatabase();
    LentDatabase(const LentDatabase&) = delete;
    LentDatabase& operator=(const LentDatabase&) = delete;
};

// Migrated, and as empty as migrations leave it.
std::shared_ptr<LentDatabase> lend_postgres_database();

}  // namespace grover::testing
