// A disk that is full, or fails, at the moment a test chooses.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/db/db_test.hpp"
#include "sql/db_test.hpp"

using namespace grover;

namespace {

std::atomic<bool> disk_is_full{false};
std::atomic<bool> sync_fails{false};

// The operating system's files, whose writes fail when the switches say so.
struct FailingFiles {
    FailingFiles() {
        testing::fresh_database();  // the library is configured before its first file system is touched
        base = sqlite3_vfs_find(nullptr);
        vfs = *base;
        vfs.zName = "failing";
        vfs.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
            const int code = base->xOpen(base, name, file, flags, out);
            if (code == SQLITE_OK) patch(*file);
            return code;
        };
        sqlite3_vfs_register(&vfs, 1);
    }
    ~FailingFiles() {
        disk_is_full = false;
        sync_fails = false;
        sqlite3_vfs_unregister(&vfs);
        sqlite3_vfs_register(base, 1);
    }

    static void patch(sqlite3_file& file) {
        // Files differ in how they lock, not in how they write.
        static const auto write = file.pMethods->xWrite;
        static const auto sync = file.pMethods->xSync;
        static std::map<const sqlite3_io_methods*, sqlite3_io_methods> patched;
        static std::mutex mutex;
        const std::scoped_lock lock(mutex);
        const auto [at, is_new] = patched.try_emplace(file.pMethods, *file.pMethods);
        file.pMethods = &at->second;
        if (!is_new) return;
        at->second.xWrite = [](sqlite3_file* written, const void* data, int size, sqlite3_int64 offset) {
            return disk_is_full ? SQLITE_FULL : write(written, data, size, offset);
        };
        at->second.xSync = [](sqlite3_file* synced, int flags) {
            return sync_fails ? SQLITE_IOERR_FSYNC : sync(synced, flags);
        };
    }

    static inline sqlite3_vfs* base = nullptr;
    sqlite3_vfs vfs{};
};

int write_status(db::Database& db) {
    try {
        db.write([](db::Write& tx) { tx.exec(sql::db_test::increment{.name = "a"}); });
        return 200;
    } catch (const Error& error) {
        return error.status;
    }
}

std::int64_t counter(db::Database& db) {
    return db.read([](db::Read& tx) { return tx.value<std::int64_t>(sql::db_test::counter{.name = "a"}); });
}

// What ten who write at once are told.
int acknowledged_of_ten(db::Database& db) {
    std::atomic<int> acknowledged{0};
    std::vector<std::thread> writers;
    for (int i = 0; i < 10; ++i) {
        writers.emplace_back([&] {
            if (write_status(db) == 200) ++acknowledged;
        });
    }
    for (auto& writer : writers) writer.join();
    return acknowledged;
}

}  // namespace

TEST_CASE("a full disk: writes are refused with 503, reads go on, and it recovers by itself") {
    if (testing::engine_under_test() != db::Engine::sqlite) return;
    const FailingFiles files;
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    disk_is_full = true;
    CHECK(write_status(*db) == 503);
    CHECK(acknowledged_of_ten(*db) == 0);
    CHECK(counter(*db) == 0);
    CHECK(db->is_reachable(std::chrono::milliseconds{500}));
    disk_is_full = false;
    CHECK(write_status(*db) == 200);
    CHECK(acknowledged_of_ten(*db) == 10);
    CHECK(counter(*db) == 11);
}

TEST_CASE("a disk that cannot say that it wrote: nothing is acknowledged") {
    if (testing::engine_under_test() != db::Engine::sqlite) return;
    const FailingFiles files;
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    sync_fails = true;
    CHECK(write_status(*db) == 503);
    CHECK(acknowledged_of_ten(*db) == 0);
    CHECK(counter(*db) == 0);
    sync_fails = false;
    CHECK(write_status(*db) == 200);
    CHECK(counter(*db) == 1);
}

TEST_CASE("the disk fills in the middle of a large transaction: all of it is undone") {
    if (testing::engine_under_test() != db::Engine::sqlite) return;
    const FailingFiles files;
    const auto db = database_with_tables();
    CHECK_THROWS_AS(db->write([](db::Write& tx) {
        for (int i = 0; i < 2'000; ++i) {
            tx.exec(sql::db_test::add_counter{.name = std::to_string(i) + std::string(500, 'x'), .value = i});
        }
        disk_is_full = true;
    }),
                    Error);
    disk_is_full = false;
    CHECK(testing::count_rows(*db, "counters") == 0);
}
