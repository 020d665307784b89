#include "platform/db/sqlite_file.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/sqlite_connection.hpp"

namespace grover::db {
namespace {

namespace fs = std::filesystem;

constexpr Statement kRead{"migrations.read", 0, kReadMigrations, kReadMigrations};
constexpr Statement kRecord{"migrations.record", 4, "INSERT INTO schema_migrations VALUES (?1, ?2, ?3, ?4)",
                            ""};
constexpr Statement kBroken{"migrations.broken_references", 0, "PRAGMA foreign_key_check", ""};

// What migrating a new database leaves, so that the many of a test run are copied instead.
struct MigratedImage {
    std::mutex mutex;
    std::string bytes;
};
MigratedImage& migrated_image() {
    static MigratedImage image;
    return image;
}

// /dev/shm, because a database that forgets should not wait for a disk.
std::string temporary_path() {
    static std::atomic<int> count{0};
    const fs::path shared_memory = "/dev/shm";
    const fs::path folder =
        access(shared_memory.c_str(), W_OK) == 0 ? shared_memory : fs::temp_directory_path();
    return folder / ("grover-" + std::to_string(getpid()) + "-" + std::to_string(++count) + ".db");
}

std::vector<AppliedMigration> applied(SqliteConnection& connection) {
    std::vector<AppliedMigration> found;
    connection.run(kRead, {}, [&](const Row& row) {
        found.push_back({row.get<int>(0), row.get<std::string>(1), row.get<std::string>(2)});
    });
    return found;
}

void run_migration(SqliteConnection& connection, const Migration& migration, const Clock& clock) {
    connection.exec(migration.sqlite);
    bool broken = false;
    connection.run(kBroken, {}, [&](const Row&) { broken = true; });
    if (broken) throw database_error("it leaves references to rows that do not exist");
    const Arg record[] = {migration.number, migration.name, migration.checksum, clock.now()};
    connection.run(kRecord, record, [](const Row&) {});
}

}  // namespace

std::string sqlite_path(std::string_view url) {
    url.remove_prefix(std::string_view("sqlite:").size());
    if (url.starts_with("//")) url.remove_prefix(2);
    if (url.empty()) throw std::runtime_error("DATABASE_URL names no file: sqlite:<path> is expected.");
    return std::string(url);
}

SqliteFile::SqliteFile(const std::string& path) : path_(path) {
    if (path == ":memory:") {
        path_ = temporary_path();
        temporary_ = true;
        const std::scoped_lock lock(migrated_image().mutex);
        std::ofstream(path_, std::ios::binary) << migrated_image().bytes;
        return;
    }
    if (const fs::path folder = fs::path(path_).parent_path(); !folder.empty())
        fs::create_directories(folder);
    const std::string lock_path = path_ + "-lock";
    lock_ = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) throw std::runtime_error("Cannot write beside the database " + path_ + ".");
    if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        close(lock_);
        throw std::runtime_error("The database " + path_ + " is in use by another process.");
    }
}

SqliteFile::SqliteFile(SqliteFile&& other) noexcept
    : path_(other.path_),
      temporary_(std::exchange(other.temporary_, false)),
      lock_(std::exchange(other.lock_, -1)) {}

SqliteFile::~SqliteFile() {
    if (lock_ >= 0) close(lock_);
    if (!temporary_) return;
    for (const char* const suffix : {"", "-wal", "-shm"}) unlink((path_ + suffix).c_str());
}

void SqliteFile::migrate(const Clock& clock) const {
    run_pending(clock);
    if (!temporary_) return;
    const std::scoped_lock lock(migrated_image().mutex);
    if (!migrated_image().bytes.empty()) return;
    std::ifstream file(path_, std::ios::binary);
    migrated_image().bytes.assign(std::istreambuf_iterator<char>(file), {});
}

void SqliteFile::run_pending(const Clock& clock) const {
    SqliteConnection connection({.path = path_,
                                 .access = SqliteConnection::Access::write,
                                 .statement_limit = std::chrono::hours{24}});
    connection.exec(kCreateMigrationsTable);
    const auto pending = pending_migrations(embedded_migrations(), applied(connection));
    if (pending.empty()) {
        // A server that starts after a crash leaves the log to the checkpoints that run beside its requests.
        sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        return;
    }
    // A migration may rebuild a table that others refer to; what is broken afterwards is found by its own
    // check.
    connection.exec("PRAGMA foreign_keys=OFF");
    for (const Migration* const migration : pending) {
        try {
            connection.exec("BEGIN IMMEDIATE");
            run_migration(connection, *migration, clock);
            connection.exec("COMMIT");
        } catch (const Error& error) {
            throw std::runtime_error(std::string("Migration ") + migration->name + " failed: " + error.cause);
        }
    }
}

}  // namespace grover::db
