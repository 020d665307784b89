#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "platform/db/open.hpp"
#include "platform/db/sqlite_file.hpp"

namespace grover::db {
namespace {

namespace fs = std::filesystem;

struct Connection {
    sqlite3* handle = nullptr;

    Connection(const std::string& path, int flags) {
        if (sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
            const std::string problem = sqlite3_errmsg(handle);
            sqlite3_close(handle);
            throw std::runtime_error("Cannot open " + path + ": " + problem + ".");
        }
        sqlite3_busy_timeout(handle, 10'000);
    }
    ~Connection() { sqlite3_close(handle); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
};

void copy(const std::string& from, const std::string& to) {
    const Connection source(from, SQLITE_OPEN_READWRITE);
    const Connection target(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    // The new file is nobody's before it is complete, and is synced as a whole.
    sqlite3_exec(target.handle, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", nullptr, nullptr, nullptr);
    sqlite3_backup* const backup = sqlite3_backup_init(target.handle, "main", source.handle, "main");
    if (backup == nullptr)
        throw std::runtime_error(std::string("Backup failed: ") + sqlite3_errmsg(target.handle) + ".");
    // All pages in one step are one read transaction: one state, whoever writes meanwhile.
    const int stepped = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    if (stepped != SQLITE_DONE)
        throw std::runtime_error(std::string("Backup failed: ") + sqlite3_errstr(stepped) + ".");
}

void sync(const std::string& path, int flags) {
    const int file = ::open(path.c_str(), flags | O_CLOEXEC);
    const bool synced = file >= 0 && fsync(file) == 0;
    if (file >= 0) close(file);
    if (!synced) throw std::runtime_error("Cannot write " + path + ".");
}

}  // namespace

void backup(const std::string& url, const std::string& target) {
    if (!url.starts_with("sqlite:"))
        throw std::runtime_error("Only SQLite is backed up here; PostgreSQL has pg_dump and pg_basebackup.");
    if (fs::exists(target)) throw std::runtime_error("There is a file " + target + " already.");
    const std::string part = target + ".part";
    fs::remove(part);
    try {
        copy(sqlite_path(url), part);
        sync(part, O_RDWR);
        fs::rename(part, target);
        const fs::path folder = fs::path(target).parent_path();
        sync(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
    } catch (...) {
        std::error_code ignored;
        fs::remove(part, ignored);
        throw;
    }
}

}  // namespace grover::db
