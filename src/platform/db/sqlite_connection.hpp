// One connection to an SQLite file with its prepared statements. One thread at a time. Private to this
// folder.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "platform/base/function_ref.hpp"
#include "platform/db/row.hpp"
#include "platform/db/statement.hpp"

struct sqlite3;
struct sqlite3_file;
struct sqlite3_stmt;

namespace grover::db {

class SqliteKeptLocks;
class StatementObserver;

// Throws what the failed call means: AlreadyExists, MissingReference, Error 503 for a full disk or a stopped
// statement, Error 500 for the rest. `what` names the statement in the log.
[[noreturn]] void throw_sqlite_error(sqlite3* connection, int code, std::string_view what);

struct FinalizeStatement {
    void operator()(sqlite3_stmt* prepared) const;
};

class SqliteConnection {
public:
    enum class Access : std::uint8_t { read, write };
    struct Settings {
        std::string path;
        Access access = Access::read;
        std::size_t page_cache_bytes = std::size_t{8} << 20;
        std::chrono::milliseconds statement_limit{10'000};
        StatementObserver* observer = nullptr;
        SqliteKeptLocks* kept_locks = nullptr;  // must outlive the connection
        bool gathers_log = false;               // sqlite_gathered_log.hpp
    };

    // Opens, and for Access::write creates, the file. Throws as throw_sqlite_error does.
    explicit SqliteConnection(const Settings& settings);
    ~SqliteConnection();
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    // Returns the number of rows changed. An exception of on_row ends the statement and leaves.
    std::int64_t run(const Statement& statement, std::span<const Arg> args,
                     FunctionRef<void(const Row&)> on_row);
    // A statement without parameters and rows (BEGIN), unobserved.
    void control(const Statement& statement);
    // Any text, also several statements; for setting up.
    void exec(const char* sql);

    bool in_transaction() const;
    // Rows that statements changed since the connection was opened.
    std::int64_t changes() const;
    // Whether the last failure was a statement stopped for taking too long.
    bool was_stopped() const;
    sqlite3* handle() const { return connection_; }
    // The database (SQLITE_FCNTL_FILE_POINTER) or its log (SQLITE_FCNTL_JOURNAL_POINTER), open, as long as the connection is.
    sqlite3_file* file(int which);

private:
    sqlite3_stmt* prepared(const Statement& statement);
    std::int64_t run_prepared(sqlite3_stmt* prepared, const Statement& statement, std::span<const Arg> args,
                              FunctionRef<void(const Row&)> on_row, std::int64_t& rows);
    static int on_progress(void* self);

    std::shared_ptr<void> kept_locks_;
    std::shared_ptr<void> gathered_log_;
    sqlite3* connection_ = nullptr;
    boost::unordered_flat_map<const Statement*, std::unique_ptr<sqlite3_stmt, FinalizeStatement>> statements_;
    StatementObserver* observer_;
    std::chrono::milliseconds statement_limit_;
    // When the running statement was first seen to take long; epoch: not yet.
    std::chrono::steady_clock::time_point slow_since_{};
};

}  // namespace grover::db
