// Read transactions: one connection for each thread that reads, kept for the next thread when that one ends.
// Private to this folder.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "platform/base/function_ref.hpp"
#include "platform/db/db.hpp"
#include "platform/db/sqlite_connection.hpp"

namespace grover::db {

// Throws std::logic_error when the calling thread runs a closure given to read() or write(): what another one
// reads would not be the same snapshot, and what it writes could wait for itself.
void refuse_inside_closure();

// Marks the thread as running such a closure.
class InsideClosure {
public:
    InsideClosure();
    ~InsideClosure();
    InsideClosure(const InsideClosure&) = delete;
    InsideClosure& operator=(const InsideClosure&) = delete;
};

// Any thread. Connections that threads still remember are closed with the last owner of the pool, so a thread
// may outlive the store, and the store a thread.
class SqliteReaders : public std::enable_shared_from_this<SqliteReaders> {
public:
    SqliteReaders(SqliteConnection::Settings settings, const Stamps& stamps);

    void read(FunctionRef<void(Read&)> closure);

    // This thread's connection, for what is no read transaction. Nobody else uses it meanwhile.
    SqliteConnection& connection();
    // A thread ended.
    void give_back(SqliteConnection* connection);

private:
    SqliteConnection* take();

    const SqliteConnection::Settings settings_;
    const Stamps& stamps_;
    const std::uint64_t number_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<SqliteConnection>> all_;
    std::vector<SqliteConnection*> idle_;
};

}  // namespace grover::db
