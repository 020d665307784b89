#include "platform/db/sqlite_gathered_log.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "platform/db/sqlite_connection.hpp"

using namespace grover;
using db::SqliteConnection;
namespace fs = std::filesystem;

namespace {

constexpr db::Statement kFill{
    "fill", 0,
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t SELECT i, "
    "randomblob(1000) FROM n",
    ""};
constexpr db::Statement kChange{"change", 0, "UPDATE t SET b = randomblob(1000)", ""};
constexpr db::Statement kCount{"count", 0, "SELECT count(*) FROM t", ""};
constexpr db::Statement kCheck{"check", 0, "PRAGMA integrity_check", ""};

struct File {
    fs::path path = fs::temp_directory_path() / ("grover-gathered-" + std::to_string(getpid()));
    File() {
        SqliteConnection({.path = path.string(), .access = SqliteConnection::Access::write})
            .exec("CREATE TABLE t (a INTEGER, b BLOB)");
    }
    ~File() {
        for (const char* const suffix : {"", "-wal", "-shm"}) fs::remove(path.string() + suffix);
    }
    std::uintmax_t log_size() const { return fs::file_size(path.string() + "-wal"); }
};

std::string first_of(SqliteConnection& connection, const db::Statement& statement) {
    std::string text;
    connection.run(statement, {}, [&](const db::Row& row) { text = row.text(0); });
    return text;
}

void run(SqliteConnection& connection, const db::Statement& statement) {
    connection.run(statement, {}, [](const db::Row&) {});
}

}  // namespace

TEST_CASE("a gathered log is in the file when the commit returns, and others read it whole") {
    const File file;
    SqliteConnection writer(
        {.path = file.path.string(), .access = SqliteConnection::Access::write, .gathers_log = true});
    SqliteConnection reader({.path = file.path.string()});

    writer.exec("BEGIN IMMEDIATE");
    run(writer, kFill);
    const std::uintmax_t before = file.log_size();
    CHECK(first_of(reader, kCount) == "0");
    writer.exec("COMMIT");
    CHECK(file.log_size() > before + 500'000);
    CHECK(first_of(reader, kCount) == "500");
    CHECK(first_of(reader, kCheck) == "ok");
}

TEST_CASE("pages that leave the cache before the commit are read back, changed again and rolled back") {
    const File file;
    SqliteConnection writer(
        {.path = file.path.string(), .access = SqliteConnection::Access::write, .gathers_log = true});
    SqliteConnection reader({.path = file.path.string()});
    writer.exec("PRAGMA cache_size = 10");

    writer.exec("BEGIN IMMEDIATE");
    run(writer, kFill);
    run(writer, kChange);
    CHECK(first_of(writer, kCheck) == "ok");
    writer.exec("ROLLBACK");
    CHECK(first_of(writer, kCount) == "0");
    CHECK(first_of(reader, kCount) == "0");

    writer.exec("BEGIN IMMEDIATE");
    run(writer, kFill);
    run(writer, kChange);
    writer.exec("COMMIT");
    CHECK(first_of(reader, kCount) == "500");
    CHECK(first_of(reader, kCheck) == "ok");

    // The log begins anew, over what it held.
    REQUIRE(sqlite3_wal_checkpoint_v2(writer.handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr,
                                      nullptr) == SQLITE_OK);
    run(writer, kFill);
    CHECK(first_of(reader, kCount) == "1000");
    CHECK(first_of(reader, kCheck) == "ok");
}
