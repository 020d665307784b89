// Opening the store. The engine follows from the URL; everything else about it is in db.hpp.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"

namespace grover::runtime {
class Loops;
}

namespace grover::db {

// Told of every statement that ran, on the thread that ran it, inside the transaction. It must be quick, and
// must not throw. `rows` counts rows returned, or changed.
class StatementObserver {
public:
    virtual void ran(const Statement& statement, std::chrono::nanoseconds duration, std::int64_t rows) = 0;

protected:
    ~StatementObserver() = default;
};

struct Options {
    // "sqlite:<path>", "sqlite::memory:" (a database of its own that ends with it, for tests),
    // "postgresql://..."
    std::string url{};
    // PostgreSQL connections of each thread that uses the store, beside the one that it looks for changes with.
    unsigned pool_size = 4;
    // Whether rows may be kept in memory at all (Stamps).
    bool cached = true;
    // SQLite: what the writer keeps of the file at most. Each page that it has to fetch again costs it several microseconds.
    std::size_t page_cache_bytes = std::size_t{8} << 20;
    // A statement that runs longer is stopped, and its transaction ends with 503.
    std::chrono::milliseconds statement_limit{10'000};
    // All three may be null. They must outlive the Database.
    const Clock* clock = nullptr;
    runtime::Loops* loops = nullptr;  // for PostgreSQL; without them every caller blocks its thread
    StatementObserver* observer = nullptr;
    // What an operator should know: connections lost and found, checkpoints that fail. Any thread.
    std::function<void(std::string_view)> warn{};
};

// Opens, creates and migrates. Throws std::runtime_error with one sentence that an operator understands: an
// unknown scheme, another server on the same file, an edited migration, a newer database. PostgreSQL that
// cannot be reached is no error here but grover::Error 503, so that the caller may wait.
std::unique_ptr<Database> open(const Options& options);

// Copies the SQLite database at `url` into the new file `target` while others read and write it: one
// consistent state, complete when this returns. Throws std::runtime_error; then there is no target.
void backup(const std::string& url, const std::string& target);

}  // namespace grover::db
