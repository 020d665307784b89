// Spares each read transaction two system calls, half of what it costs. Private to this folder.
//
// A transaction takes a shared lock of the log's index and gives it back, each with fcntl, unless another connection of
// this process has the same lock: then SQLite only counts. So one connection, the keeper, takes every lock that a reader
// just got, and gives it up only when somebody here needs it exclusively (a writer that starts the log anew, a checkpoint).
// For other processes a kept lock looks like one more reader, which they may be refused by, but never misled.
#pragma once

#include <memory>
#include <string>

namespace grover::db {

class SqliteConnection;

class SqliteKeptLocks {
public:
    // The file exists and is in WAL mode.
    explicit SqliteKeptLocks(const std::string& path);
    // After all connections that joined.
    ~SqliteKeptLocks();

    // From now on the connection's locks are kept. Returns what must live until the connection is closed. Any thread; the
    // connection must not be in use.
    std::shared_ptr<void> join(SqliteConnection& connection);

private:
    struct State;
    struct Methods;
    std::shared_ptr<State> state_;
};

}  // namespace grover::db
