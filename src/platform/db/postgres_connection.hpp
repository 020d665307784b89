// One connection to PostgreSQL, always in pipeline mode: what is sent together costs one round trip. One fiber or thread at a
// time. Private to this folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/base/function_ref.hpp"
#include "platform/db/postgres_wait.hpp"
#include "platform/db/row.hpp"
#include "platform/db/statement.hpp"

struct pg_conn;
struct pg_result;

namespace grover::db {

class StatementObserver;

// What a statement failed with, before anybody decided what it means.
struct PostgresFailure {
    std::string state;  // five characters; "08006" also for what the server did not say itself
    std::string message;
    std::string constraint;

    bool is_connection_lost() const { return state.starts_with("08") || state.starts_with("57P"); }
    // The transaction may succeed when it runs again.
    bool may_run_again() const { return state == "40001" || state == "40P01"; }
};

// Throws MissingReference, Error 503 or Error 500. AlreadyExists is its caller's business, who knows the constraint's columns.
[[noreturn]] void throw_postgres_error(const PostgresFailure& failure, std::string_view what);

// Rows of one result. Owns it.
class PostgresRows {
public:
    explicit PostgresRows(pg_result* result) : result_(result) {}
    ~PostgresRows();
    PostgresRows(PostgresRows&& other) noexcept : result_(other.result_) { other.result_ = nullptr; }
    PostgresRows& operator=(PostgresRows&&) = delete;

    std::int64_t each(FunctionRef<void(const Row&)> on_row) const;
    std::int64_t changed() const;

private:
    pg_result* result_;
};

class PostgresConnection {
public:
    struct Settings {
        std::string url;
        std::chrono::milliseconds statement_limit{10'000};
        StatementObserver* observer = nullptr;
    };

    // Connects; blocks the thread, five seconds at most. Throws PostgresFailure.
    static std::unique_ptr<PostgresConnection> connect(const Settings& settings);
    ~PostgresConnection();
    PostgresConnection(const PostgresConnection&) = delete;
    PostgresConnection& operator=(const PostgresConnection&) = delete;

    // From now on waits on this loop; once, by the thread of the loop.
    void join_loop(void* io_context);

    // Sends what was queued and the statement, waits, and hands over the rows. Returns the number of rows changed. Throws
    // PostgresFailure; what on_row throws leaves.
    std::int64_t run(const Statement& statement, std::span<const Arg> args,
                     FunctionRef<void(const Row&)> on_row);
    // Queues a statement that nobody waits for: it travels with the next run(), which fails if it does.
    void queue(const Statement& statement, std::span<const Arg> args = {});
    // Sends what was queued, and returns without waiting. Its results are read before those of the next run().
    void send_queued();
    // Sends what was queued and waits for it. Throws PostgresFailure.
    void run_queued();

    bool is_broken() const { return broken_; }
    // For setting up, on a connection that serves no transactions: any SQL, several statements too; waits by blocking.
    void leave_pipeline();
    void exec(const std::string& sql);
    std::vector<std::vector<std::string>> query(const std::string& sql);
    void prepare_plainly(const std::string& name, const char* sql);
    pg_conn* handle() const { return connection_; }

private:
    enum class Expected : std::uint8_t { unimportant, prepared, rows, sync };
    struct Pending {
        Expected what;
        const Statement* statement = nullptr;
    };

    PostgresConnection(pg_conn* connection, const Settings& settings);
    const std::string& prepare(const Statement& statement);
    void send(const Statement& statement, std::span<const Arg> args, Expected expected);
    void sync();
    void flush();
    // The rows of the last statement sent.
    std::optional<PostgresRows> receive();
    pg_result* next_result();
    [[noreturn]] void lost();
    void require(int sent);

    pg_conn* connection_;
    StatementObserver* observer_;
    std::chrono::milliseconds limit_;
    std::chrono::steady_clock::time_point until_{};
    std::unique_ptr<SocketWait> socket_;
    std::unordered_map<const Statement*, std::string> prepared_;
    std::deque<Pending> pending_;
    int next_name_ = 0;
    bool broken_ = false;
};

}  // namespace grover::db
