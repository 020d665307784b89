// The numbered SQL files of db/migrations, embedded by the build, and the rules of running them. Private to
// this folder.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace grover::db {

struct Migration {
    int number;
    const char* name;  // "0001_platform"
    const char* checksum;
    const char* sqlite;
    const char* postgres;
};

// In ascending order.
std::span<const Migration> embedded_migrations();

// As found in the table schema_migrations.
struct AppliedMigration {
    int number;
    std::string name;
    std::string checksum;
};

inline constexpr const char* kCreateMigrationsTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (number bigint NOT NULL PRIMARY KEY, name text NOT NULL, "
    "checksum text NOT NULL, applied_at bigint NOT NULL)";
inline constexpr const char* kReadMigrations =
    "SELECT number, name, checksum FROM schema_migrations ORDER BY number";

// Those still to run. Throws std::runtime_error when the database was migrated by other files than these: one
// was edited after it ran, or the database is newer than this program.
std::vector<const Migration*> pending_migrations(std::span<const Migration> known,
                                                 std::span<const AppliedMigration> applied);

}  // namespace grover::db
