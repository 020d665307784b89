#include "platform/db/sqlite_kept_locks.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <unistd.h>
#include <filesystem>
#include <memory>

#include "platform/db/sqlite_connection.hpp"

using namespace grover;
using db::SqliteConnection;

namespace {

constexpr db::Statement kMake{"make", 0, "CREATE TABLE t (a INTEGER)", ""};
constexpr db::Statement kInsert{"insert", 0, "INSERT INTO t VALUES (1)", ""};
constexpr db::Statement kCount{"count", 0, "SELECT count(*) FROM t", ""};

struct File {
    std::string path =
        (std::filesystem::temp_directory_path() / ("grover-locks-" + std::to_string(getpid()))).string();
    ~File() {
        for (const char* const suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
    }
};

std::int64_t count(SqliteConnection& connection) {
    std::int64_t rows = -1;
    connection.run(kCount, {}, [&](const db::Row& row) { rows = row.integer(0); });
    return rows;
}

struct Checkpoint {
    int code = 0, in_log = 0, copied = 0;
};
Checkpoint checkpoint(SqliteConnection& connection, int mode) {
    Checkpoint result;
    result.code =
        sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, mode, &result.in_log, &result.copied);
    return result;
}

}  // namespace

TEST_CASE("kept locks hold up neither writers, nor readers, nor a checkpoint, nor the log's new start") {
    const File file;
    SqliteConnection first({.path = file.path, .access = SqliteConnection::Access::write});
    first.run(kMake, {}, [](const db::Row&) {});
    db::SqliteKeptLocks locks(file.path);
    SqliteConnection writer(
        {.path = file.path, .access = SqliteConnection::Access::write, .kept_locks = &locks});
    SqliteConnection reader({.path = file.path, .kept_locks = &locks});
    SqliteConnection stranger({.path = file.path});  // as another process would be, it did not join

    for (int i = 1; i <= 20; ++i) {
        writer.run(kInsert, {}, [](const db::Row&) {});
        CHECK(count(reader) == i);
        CHECK(count(reader) == i);
        CHECK(count(stranger) == i);
    }
    const auto passive = checkpoint(writer, SQLITE_CHECKPOINT_PASSIVE);
    CHECK(passive.code == SQLITE_OK);
    CHECK(passive.in_log == passive.copied);
    CHECK(count(reader) == 20);
    // Everything is copied, so the next writer starts the log anew, although the reader's lock is kept.
    writer.run(kInsert, {}, [](const db::Row&) {});
    CHECK(checkpoint(writer, SQLITE_CHECKPOINT_PASSIVE).in_log < passive.in_log);
    CHECK(count(reader) == 21);
    const auto truncated = checkpoint(writer, SQLITE_CHECKPOINT_TRUNCATE);
    CHECK(truncated.code == SQLITE_OK);
    CHECK(std::filesystem::file_size(file.path + "-wal") == 0);
    CHECK(count(reader) == 21);
    CHECK(count(stranger) == 21);
}

TEST_CASE("a reader that is still reading is waited for, kept locks or not") {
    const File file;
    SqliteConnection first({.path = file.path, .access = SqliteConnection::Access::write});
    first.run(kMake, {}, [](const db::Row&) {});
    db::SqliteKeptLocks locks(file.path);
    SqliteConnection writer(
        {.path = file.path, .access = SqliteConnection::Access::write, .kept_locks = &locks});
    SqliteConnection reader({.path = file.path, .kept_locks = &locks});
    sqlite3_busy_timeout(writer.handle(), 0);
    writer.run(kInsert, {}, [](const db::Row&) {});
    reader.exec("BEGIN");
    CHECK(count(reader) == 1);
    writer.run(kInsert, {}, [](const db::Row&) {});
    CHECK(checkpoint(writer, SQLITE_CHECKPOINT_RESTART).code == SQLITE_BUSY);
    CHECK(count(reader) == 1);
    reader.exec("COMMIT");
    CHECK(checkpoint(writer, SQLITE_CHECKPOINT_RESTART).code == SQLITE_OK);
    CHECK(count(reader) == 2);
}
