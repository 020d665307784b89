#include "platform/db/postgres_transaction.hpp"

#include <algorithm>
#include <stdexcept>

#include "platform/base/error.hpp"
#include "sql/stored.hpp"

namespace grover::db {
namespace {

constexpr Statement kBeginRead{"begin", 0, "", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
constexpr Statement kBeginWrite{"begin_write", 0, "", "BEGIN ISOLATION LEVEL READ COMMITTED"};
constexpr Statement kCommit{"commit", 0, "", "COMMIT"};
constexpr Statement kRollback{"rollback", 0, "", "ROLLBACK"};
constexpr Statement kIndexColumns{
    "index_columns", 1, "",
    "SELECT t.relname, i.indexprs IS NOT NULL AS has_expression, "
    "(SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY AS k(number, "
    "place) "
    "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number) AS columns "
    "FROM pg_class x JOIN pg_index i ON i.indexrelid = x.oid JOIN pg_class t ON t.oid = i.indrelid "
    "WHERE x.relname = $1 AND x.relnamespace = current_schema()::regnamespace"};

}  // namespace

PostgresTransaction::PostgresTransaction(PostgresShared& shared, PostgresPool& pool, const Stamps& stamps)
    : shared_(shared), pool_(pool), stamps_(stamps), seen_(0), writes_(true) {}

PostgresTransaction::PostgresTransaction(PostgresShared& shared, PostgresPool& pool, const Stamps& stamps,
                                         std::uint64_t seen)
    : shared_(shared), pool_(pool), stamps_(stamps), seen_(seen), writes_(false) {}

PostgresTransaction::~PostgresTransaction() {
    if (!begun_ || connection().is_broken()) return;
    try {
        connection().queue(!writes_ && !failed_ ? kCommit : kRollback);
        connection().send_queued();
    } catch (const PostgresFailure&) {
        // The connection is marked as broken, and the server rolls back what it held.
    }
}

std::int64_t PostgresTransaction::run(const Statement& statement, std::span<const Arg> args,
                                      FunctionRef<void(const Row&)> on_row) {
    if (failed_) throw std::logic_error(std::string(statement.name) + " after a statement that failed");
    bool rows_seen = false;
    const auto see = [&](const Row& row) {
        rows_seen = true;
        on_row(row);
    };
    std::int64_t changed = 0;
    try {
        const bool first = !begun_;
        try {
            changed = run_once(statement, args, see);
        } catch (const PostgresFailure& failure) {
            // A connection that died while it was idle is only found out now; nothing has happened on it.
            if (!first || rows_seen || !failure.is_connection_lost() || !connection().is_broken()) throw;
            begun_ = false;
            lease_->renew();
            changed = run_once(statement, args, see);
        }
    } catch (const PostgresFailure& failure) {
        failed_ = true;
        fail(failure, statement);
    }
    return changed;
}

std::int64_t PostgresTransaction::run_once(const Statement& statement, std::span<const Arg> args,
                                           FunctionRef<void(const Row&)> on_row) {
    if (!begun_) {
        // BEGIN travels with the first statement: a transaction of one statement is one round trip.
        if (!lease_) lease_.emplace(pool_.take(kLongestWaitForConnection));
        begun_ = true;
        connection().queue(writes_ ? kBeginWrite : kBeginRead);
    }
    return connection().run(statement, args, on_row);
}

void PostgresTransaction::fail(const PostgresFailure& failure, const Statement& statement) {
    if (failure.state == "23505") throw AlreadyExists(columns_of(failure.constraint));
    if (writes_ && failure.may_run_again()) throw RunAgain{failure, statement.name};
    throw_postgres_error(failure, statement.name);
}

std::string PostgresTransaction::columns_of(const std::string& constraint) {
    {
        const std::shared_lock lock(shared_.mutex);
        if (const auto known = shared_.constraints.find(constraint); known != shared_.constraints.end())
            return known->second;
    }
    std::string name = constraint;
    try {
        connection().queue(kRollback);
        begun_ = false;
        const Arg args[] = {constraint};
        connection().run(kIndexColumns, args, [&](const Row& row) {
            if (!row.get<bool>(1)) name = row.get<std::string>(0) + "." + row.get<std::string>(2);
        });
    } catch (const PostgresFailure& failure) {
        throw_postgres_error(failure, kIndexColumns.name);
    }
    const std::scoped_lock lock(shared_.mutex);
    shared_.constraints.emplace(constraint, name);
    return name;
}

void PostgresTransaction::commit() {
    leave_touched();
    if (!begun_) return;
    try {
        connection().queue(kCommit);
        connection().run_queued();
    } catch (const PostgresFailure& failure) {
        // If it was not the commit that failed but what travelled with it, the transaction is still open.
        failed_ = true;
        fail(failure, kCommit);
    }
    begun_ = false;
}

void PostgresTransaction::touch(std::string_view key) { touched_.emplace_back(key); }

// In the transaction itself, so that the keys are there for whoever sees the rows.
void PostgresTransaction::leave_touched() {
    if (touched_.empty()) return;
    std::ranges::sort(touched_);
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    std::string keys;
    for (const std::string& key : touched_) keys.append(keys.empty() ? "" : "\n").append(key);
    exec_soon(sql::stored::insert_touched{.keys = keys});
}

bool PostgresTransaction::listened(std::string_view event_name) const {
    const std::shared_lock lock(shared_.mutex);
    return shared_.subscriber != nullptr && shared_.subscriber->listens_to(event_name);
}

void PostgresTransaction::run_soon(const Statement& statement, std::span<const Arg> args) {
    if (failed_) throw std::logic_error(std::string(statement.name) + " after a statement that failed");
    if (begun_) {
        connection().queue(statement, args);
    } else {
        run(statement, args, [](const Row&) {});
    }
}

void PostgresTransaction::publish_payload(std::string_view event_name, std::string payload) {
    exec_soon(sql::stored::publish{.name = event_name, .payload = payload, .now = shared_.clock.now()});
    published_ = true;
}

void PostgresTransaction::take_effects(std::string_view event_name, const void* event) {
    const Subscriber* subscriber = nullptr;
    {
        const std::shared_lock lock(shared_.mutex);
        subscriber = shared_.subscriber;
    }
    // It outlives every transaction that publishes something with effects: they are the domains' own.
    if (subscriber != nullptr) subscriber->take_effects(*this, event_name, event);
}

void PostgresTransaction::enqueue_payload(std::string_view job_name, std::string payload, Time due,
                                          std::string_view unique_key) {
    exec_soon(sql::stored::enqueue{.name = job_name,
                                   .payload = payload,
                                   .unique_key = unique_key.empty() ? Arg(nullptr) : Arg(unique_key),
                                   .due_at = due,
                                   .now = shared_.clock.now()});
    enqueued_ = true;
}

}  // namespace grover::db
