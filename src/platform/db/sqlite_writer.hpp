// The one writer: runs all waiting closures in one transaction and commits once
// (group commit, docs/decisions/0004). Private to this folder.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/function_ref.hpp"
#include "platform/db/db.hpp"
#include "platform/db/sqlite_connection.hpp"

namespace grover::db {

class SqliteWriter {
public:
    // The references must outlive the writer.
    SqliteWriter(const SqliteConnection::Settings& settings, Stamps& stamps, const Clock& clock);
    // Finishes what waits. Nobody may call write() any more.
    ~SqliteWriter();

    // Suspends the fiber, or blocks the thread, until the commit is on disk. Throws what the closure threw,
    // and Error 503 when the commit failed or too many wait already.
    void write(FunctionRef<void(Write&)> closure);

    void attach(Subscriber* listener);

    // Held while a transaction is open. Who holds it keeps the writer from starting one, without either of
    // them polling.
    std::mutex& gate() { return gate_; }
    // Pages in the log after the last commit, and the number of commits so far.
    int log_pages() const { return log_pages_.load(std::memory_order_relaxed); }
    std::uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }

private:
    struct Waiting;
    class Transaction;
    struct Batch;

    void push(Waiting* waiting);
    // Everything pushed so far, oldest first.
    Waiting* take_all();
    void work();
    void run_batch(Waiting*& pending);
    void run_one(Batch& batch, Waiting& waiting, Waiting*& pending);
    static void put_back(Batch& batch, Waiting*& pending);
    void give_up(Batch& batch, Waiting*& pending);
    void commit(Batch& batch);
    void roll_back();
    void deliver(const Batch& batch);
    static int on_commit(void* self, sqlite3* connection, const char* name, int pages);

    SqliteConnection connection_;
    Stamps& stamps_;
    const Clock& clock_;

    std::atomic<Waiting*> incoming_{nullptr};
    std::atomic<std::uint32_t> pushes_{0};  // what the writer sleeps on
    std::atomic<int> waiting_count_{0};
    std::atomic<bool> stopping_{false};

    std::mutex gate_;
    Subscriber* subscriber_ = nullptr;  // under gate_
    std::atomic<int> log_pages_{0};
    std::atomic<std::uint64_t> commits_{0};
    std::thread thread_;
};

}  // namespace grover::db
