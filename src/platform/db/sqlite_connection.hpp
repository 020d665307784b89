// One connection to an SQLite file with its prepared statements. One thread at a time. Private to this
// folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

// Prepared statements by the address of their Statement: open addressing, never shrinks.
class SqliteStatements {
public:
    SqliteStatements();
    ~SqliteStatements();
    SqliteStatements(const SqliteStatements&) = delete;
    SqliteStatements& operator=(const SqliteStatements&) = delete;

    sqlite3_stmt* find(const Statement& statement) const {
        for (std::size_t i = first_slot(&statement);; i = (i + 1) & mask_) {
            if (slots_[i].key == &statement) return slots_[i].prepared;
            if (slots_[i].key == nullptr) return nullptr;
        }
    }
    void add(const Statement& statement, sqlite3_stmt* prepared);
    void clear();

private:
    struct Slot {
        const Statement* key = nullptr;
        sqlite3_stmt* prepared = nullptr;
    };
    std::size_t first_slot(const Statement* key) const {
        return (reinterpret_cast<std::uintptr_t>(key) * 0x9E3779B97F4A7C15ull >> 32) & mask_;
    }

    std::vector<Slot> slots_;
    std::size_t mask_;
    std::size_t used_ = 0;
};

class SqliteConnection {
public:
    enum class Access : std::uint8_t { read, write };
    struct Settings {
        std::string path;
        Access access = Access::read;
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
    SqliteStatements statements_;
    StatementObserver* observer_;
    std::chrono::milliseconds statement_limit_;
    // When the running statement was first seen to take long; epoch: not yet.
    std::chrono::steady_clock::time_point slow_since_{};
};

}  // namespace grover::db
