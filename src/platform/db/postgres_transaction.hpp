// Read and write transactions on PostgreSQL. Private to this folder.
#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"
#include "platform/db/postgres_pool.hpp"

namespace grover::db {

// What transactions share.
struct PostgresShared {
    Stamps stamps{false};
    const Clock& clock;
    // Columns of unique indexes as AlreadyExists names them, learnt when one refuses a row.
    std::shared_mutex mutex{};
    std::map<std::string, std::string> constraints{};
    AfterCommit* after_commit = nullptr;  // under mutex
};

class PostgresTransaction final : public Write {
public:
    enum class Kind : std::uint8_t { read, write };

    PostgresTransaction(PostgresShared& shared, PostgresPool::Lease& lease, Kind kind);
    // Rolls back what was not committed; nobody waits for that.
    ~PostgresTransaction();
    PostgresTransaction(const PostgresTransaction&) = delete;
    PostgresTransaction& operator=(const PostgresTransaction&) = delete;

    // Throws PostgresFailure when it may run again, grover::Error otherwise.
    void commit();

    bool published() const { return published_; }
    bool enqueued() const { return enqueued_; }

    Engine engine() const override { return Engine::postgres; }
    std::uint64_t snapshot() const override { return 0; }
    const Stamps& stamps() const override { return shared_.stamps; }
    void touch(std::string_view) override {}
    bool listened(std::string_view event_name) const override;
    void publish_payload(std::string_view event_name, std::string payload) override;
    void enqueue_payload(std::string_view job_name, std::string payload, Time due,
                         std::string_view unique_key) override;

private:
    std::int64_t run(const Statement& statement, std::span<const Arg> args,
                     FunctionRef<void(const Row&)> on_row) override;
    std::int64_t run_once(const Statement& statement, std::span<const Arg> args,
                          FunctionRef<void(const Row&)> on_row);
    template <Prepared S>
    void run_soon(const S& statement);
    // Ends the transaction, and says what the failure means.
    [[noreturn]] void fail(const PostgresFailure& failure, const Statement& statement);
    std::string columns_of(const std::string& constraint);

    PostgresShared& shared_;
    PostgresPool::Lease& lease_;
    const Kind kind_;
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
