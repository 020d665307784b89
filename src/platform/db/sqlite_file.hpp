// The file of an SQLite database: found from the URL, locked against a second server, migrated. Private to
// this folder.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/clock.hpp"

namespace grover::db {

// What stands after "sqlite:" in the URL; throws std::runtime_error when that is nothing.
std::string sqlite_path(std::string_view url);

class SqliteFile {
public:
    // ":memory:" makes a file of its own in memory, deleted with this object. Throws std::runtime_error when
    // another process holds the file: copies of rows in memory are only right while one process writes.
    explicit SqliteFile(const std::string& path);
    ~SqliteFile();
    SqliteFile(SqliteFile&& other) noexcept;
    SqliteFile& operator=(SqliteFile&&) = delete;

    const std::string& path() const { return path_; }

    // Runs what is missing, each migration in a transaction of its own. Throws std::runtime_error.
    void migrate(const Clock& clock) const;

private:
    void run_pending(const Clock& clock) const;

    std::string path_;
    bool temporary_ = false;
    int lock_ = -1;
};

}  // namespace grover::db
