// Read and write transactions on PostgreSQL. Private to this folder.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"
#include "platform/db/postgres_pool.hpp"

namespace grover::db {

inline constexpr std::chrono::seconds kLongestWaitForConnection{5};

// What transactions share.
struct PostgresShared {
    const Clock& clock;
    // Columns of unique indexes as AlreadyExists names them, learnt when one refuses a row.
    std::shared_mutex mutex{};
    std::map<std::string, std::string> constraints{};
    Subscriber* subscriber = nullptr;  // under mutex
};

class PostgresTransaction final : public Write {
public:
    // Writes; finds nothing in memory.
    PostgresTransaction(PostgresShared& shared, PostgresPool& pool, const Stamps& stamps);
    // Only reads; `seen` is the number of a look that ended before.
    PostgresTransaction(PostgresShared& shared, PostgresPool& pool, const Stamps& stamps, std::uint64_t seen);
    // Rolls back what was not committed; nobody waits for that.
    ~PostgresTransaction();
    PostgresTransaction(const PostgresTransaction&) = delete;
    PostgresTransaction& operator=(const PostgresTransaction&) = delete;

    // Throws PostgresFailure when it may run again, grover::Error otherwise.
    void commit();

    bool published() const { return published_; }
    bool enqueued() const { return enqueued_; }

    Engine engine() const override { return Engine::postgres; }
    std::uint64_t snapshot() const override { return seen_; }
    std::uint64_t commit_before() const override { return 0; }
    const Stamps& stamps() const override { return stamps_; }
    void touch(std::string_view key) override;
    bool listened(std::string_view event_name) const override;
    void publish_payload(std::string_view event_name, std::string payload) override;
    void take_effects(std::string_view event_name, const void* event) override;
    void enqueue_payload(std::string_view job_name, std::string payload, Time due,
                         std::string_view unique_key) override;

private:
    std::int64_t run(const Statement& statement, std::span<const Arg> args,
                     FunctionRef<void(const Row&)> on_row) override;
    std::int64_t run_once(const Statement& statement, std::span<const Arg> args,
                          FunctionRef<void(const Row&)> on_row);
    void run_soon(const Statement& statement, std::span<const Arg> args) override;
    PostgresConnection& connection() { return **lease_; }
    void leave_touched();
    // Ends the transaction, and says what the failure means.
    [[noreturn]] void fail(const PostgresFailure& failure, const Statement& statement);
    std::string columns_of(const std::string& constraint);

    PostgresShared& shared_;
    PostgresPool& pool_;
    const Stamps& stamps_;
    const std::uint64_t seen_;
    const bool writes_;
    // Taken for the first statement: what is in memory needs no connection.
    std::optional<PostgresPool::Lease> lease_;
    std::vector<std::string> touched_;
    bool begun_ = false;
    bool failed_ = false;
    bool published_ = false;
    bool enqueued_ = false;
};

// Thrown through the closure: the transaction may succeed when it runs again.
struct RunAgain {
    PostgresFailure failure;
    const char* statement;
};

}  // namespace grover::db
