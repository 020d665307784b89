// The store: one interface, two engines (design.md "Data").
//
//   db.read(f)   f(db::Read&): statements see one snapshot, taken at the first of them; copies in memory (row_cache.hpp) are no
//                older than the beginning, so what comes of both may be of two moments. On SQLite it runs inline on this
//                thread's own connection.
//   db.write(f)  f(db::Write&): a transaction, on disk when write() returns. On SQLite all waiting writers are run by one
//                writer thread inside one transaction (group commit); the calling fiber sleeps. One that
//                throws after it wrote makes the others of its transaction run again.
//
// A closure does SQL and nothing else: no network, no sleeping, no other read() or write(). A write closure
// may run again (serialization failure, see above), possibly on another thread: it assigns its results, it does not
// accumulate. What it throws rolls back its own changes alone and leaves write().
//
// Both may be called from a fiber (which is suspended while waiting) or from a plain thread (which blocks).
// Any thread. Errors: grover::Error database_error (500), or 503 when the store cannot be reached or its disk
// is full; db::AlreadyExists when a unique or primary key is hit, db::MissingReference when a foreign key is.
// A statement that failed ends the transaction on both engines: what the closure may want to survive says ON
// CONFLICT DO NOTHING.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "platform/base/clock.hpp"
#include "platform/base/function_ref.hpp"
#include "platform/db/payload.hpp"
#include "platform/db/row.hpp"
#include "platform/db/stamps.hpp"
#include "platform/db/statement.hpp"
#include "platform/observability/context.hpp"

namespace grover::db {

// A unique or primary key refused the row. `constraint` is "table.column[,column]" on both engines, or the
// name of the index when that has an expression in it. Where two keys refuse one row, either is told.
struct AlreadyExists : std::runtime_error {
    explicit AlreadyExists(std::string name)
        : std::runtime_error("already exists: " + name), constraint(std::move(name)) {}
    std::string constraint;
};

// A foreign key refused the change: what the row names does not exist, or what is deleted is still named by a
// row.
struct MissingReference : std::runtime_error {
    MissingReference() : std::runtime_error("a row that is referred to does not exist") {}
};

// What a statement struct of a generated header looks like.
template <class S>
concept Prepared = requires(const S& s) {
    { s.statement } -> std::convertible_to<const Statement&>;
    s.args();
};

class Read {
public:
    Read(const Read&) = delete;
    Read& operator=(const Read&) = delete;

    virtual Engine engine() const = 0;

    // Published commit number at or before the start of this snapshot; 0 when copies must neither be used nor
    // made here: inside a write, with a cache size of 0, or when the store could not be asked. See stamps.hpp.
    virtual std::uint64_t snapshot() const = 0;
    virtual const Stamps& stamps() const = 0;

    // Calls f(const Row&) for each row.
    template <Prepared S, class F>
    void each(const S& statement, F&& f) {
        const auto args = statement.args();
        run(statement.statement, args, [&](const Row& row) { f(row); });
    }

    template <class T, Prepared S>
    std::vector<T> list(const S& statement) {
        std::vector<T> out;
        each(statement, [&](const Row& row) {
            if (out.empty()) check<T>(row, statement.statement);
            out.push_back(convert<T>(row));
        });
        return out;
    }

    // The first row, if any.
    template <class T, Prepared S>
    std::optional<T> find(const S& statement) {
        std::optional<T> out;
        each(statement, [&](const Row& row) {
            if (out) return;
            check<T>(row, statement.statement);
            out = convert<T>(row);
        });
        return out;
    }

    // The first column of the only row; a statement that returns none is a bug.
    template <class T, Prepared S>
    T value(const S& statement) {
        auto found = find<T>(statement);
        if (!found) throw std::logic_error(std::string("no row from ") + statement.statement.name);
        return std::move(*found);
    }

    // Whether there is a row.
    template <Prepared S>
    bool exists(const S& statement) {
        bool any = false;
        each(statement, [&](const Row&) { any = true; });
        return any;
    }

protected:
    Read() = default;
    ~Read() = default;

    // Returns the number of rows changed (0 for a query).
    virtual std::int64_t run(const Statement& statement, std::span<const Arg> args,
                             FunctionRef<void(const Row&)> on_row) = 0;

private:
    template <class T>
    static T convert(const Row& row) {
        if constexpr (requires { T::columns; }) {
            return read_row<T>(row);
        } else {
            return row.get<T>(0);
        }
    }
    template <class T>
    static void check(const Row& row, const Statement& statement) {
        if constexpr (requires { T::columns; }) {
            static constexpr auto names = column_names<T>();
            check_columns(row, statement.name, names.data(), static_cast<int>(names.size()));
        }
    }
};

class Write : public Read {
public:
    // Runs a statement that returns no rows; how many rows it changed.
    template <Prepared S>
    std::int64_t exec(const S& statement) {
        const auto args = statement.args();
        return run(statement.statement, args, [](const Row&) {});
    }

    // The same where nobody asks for that: on PostgreSQL it is no round trip of its own, but travels with the next
    // statement or the commit, and what it fails with is thrown there.
    template <Prepared S>
    void exec_soon(const S& statement) {
        const auto args = statement.args();
        run_soon(statement.statement, args);
    }

    // The row named by `key` (an id) is changed by this transaction: copies of it in memory stop being valid
    // before the commit can be known to anybody. Every store calls it for every row that something caches.
    virtual void touch(std::string_view key) = 0;
    template <class Tag>
    void touch(const Id<Tag>& id) {
        touch(id.view());
    }

    // Stores the event in this transaction; listeners (platform/jobs) hear of it after the commit, at least
    // once, in order. What belongs to its cause (jobs::Events::on_publish) is written before this returns, and throws
    // here. Publish once the rows that the event is about are written. Costs nothing when nobody asks for the type. E has
    // `name` ("post.created"), which no other type has, and `fields` (wire/fields.hpp).
    template <class E>
    void publish(const E& event) {
        if (listened(E::name)) publish_payload(E::name, to_payload(event));
        take_effects(E::name, &event);
    }

    // Stores a job in this transaction: run once, at or after `due` (by default at once), retried with
    // backoff. J as E above.
    template <class J>
    void enqueue(const J& job, Time due = {}) {
        enqueue_payload(J::name, to_payload(job), due, {});
    }
    // The same, but at most one unfinished job with this key exists: a second is dropped.
    template <class J>
    void enqueue_once(std::string_view key, const J& job, Time due = {}) {
        enqueue_payload(J::name, to_payload(job), due, key);
    }

    // The number of the commit before the one to come: what a copy remembers that is read in here (write_copies.hpp). 0 where
    // copies must not be made inside writes: on PostgreSQL, and with a cache size of 0.
    virtual std::uint64_t commit_before() const = 0;

    virtual bool listened(std::string_view event_name) const = 0;
    virtual void publish_payload(std::string_view event_name, std::string payload) = 0;
    // `event`: of the type that has this name.
    virtual void take_effects(std::string_view event_name, const void* event) = 0;
    virtual void enqueue_payload(std::string_view job_name, std::string payload, Time due,
                                 std::string_view unique_key) = 0;

protected:
    ~Write() = default;

    virtual void run_soon(const Statement& statement, std::span<const Arg> args) {
        run(statement, args, [](const Row&) {});
    }
};

// Who follows what is published: platform/jobs. Any thread may call; of what is committed it only takes note.
class Subscriber {
public:
    // Whether an event of this name has a listener; asked inside transactions.
    virtual bool listens_to(std::string_view event_name) const = 0;
    // Writes what belongs to the event, in the transaction that publishes it.
    virtual void take_effects(Write& tx, std::string_view event_name, const void* event) const = 0;
    virtual void events_committed() = 0;
    virtual void jobs_committed() = 0;

protected:
    ~Subscriber() = default;
};

// A closure may run on another thread than its caller, but works for the same request: its statements and its log lines
// count there. The request waits for the commit too, so all of that time is the store's.
class WriteTimer {
public:
    WriteTimer();
    ~WriteTimer();
    WriteTimer(const WriteTimer&) = delete;
    WriteTimer& operator=(const WriteTimer&) = delete;

    const log::Context* context() const { return context_; }
    // At the end of each transaction: see Claim in idempotency.hpp.
    void note_claim(Write& tx) const;

private:
    const log::Context* context_;
    std::chrono::nanoseconds before_{};
    std::chrono::steady_clock::time_point begin_{};
};

class Database {
public:
    virtual ~Database() = default;

    template <class F>
    auto read(F&& f) {
        using Result = std::invoke_result_t<F&, Read&>;
        if constexpr (std::is_void_v<Result>) {
            run_read([&](Read& tx) { f(tx); });
        } else {
            std::optional<Result> result;
            run_read([&](Read& tx) { result.emplace(f(tx)); });
            return std::move(*result);
        }
    }

    template <class F>
    auto write(F&& f) {
        using Result = std::invoke_result_t<F&, Write&>;
        const WriteTimer timer;
        if constexpr (std::is_void_v<Result>) {
            run_write([&](Write& tx) {
                const log::ContextScope here(timer.context());
                f(tx);
                timer.note_claim(tx);
            });
        } else {
            std::optional<Result> result;
            run_write([&](Write& tx) {
                const log::ContextScope here(timer.context());
                result.emplace(f(tx));
                timer.note_claim(tx);
            });
            return std::move(*result);
        }
    }

    virtual Engine engine() const = 0;
    // Whether the store answers, within `limit`. Never throws.
    virtual bool is_reachable(std::chrono::milliseconds limit) = 0;
    // How the engine would run the statement, in its own words, one step a line. For slow-query reports and
    // tests.
    virtual std::string plan(const Statement& statement) = 0;
    // Removes what it keeps for itself and nobody needs any more. Cheap when called often.
    virtual void tidy() = 0;
    // From now on `listener` hears of commits; nullptr detaches. It must outlive its attachment. Until one is
    // attached, nobody listens to any event.
    virtual void attach(Subscriber* listener) = 0;

protected:
    virtual void run_read(FunctionRef<void(Read&)> f) = 0;
    virtual void run_write(FunctionRef<void(Write&)> f) = 0;
};

}  // namespace grover::db
