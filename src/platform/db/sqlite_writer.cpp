#include "platform/db/sqlite_writer.hpp"

#include <pthread.h>
#include <sqlite3.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/db/sqlite_readers.hpp"
#include "platform/runtime/runtime.hpp"
#include "sql/stored.hpp"

namespace grover::db {
namespace {

using Steady = std::chrono::steady_clock;

// A larger batch saves nothing more (limits.md), and would let the first of it wait for the last.
constexpr std::size_t kBatchSize = 256;
constexpr auto kBatchTime = std::chrono::milliseconds{5};
constexpr int kMostWaiting = 16'384;

constexpr Statement kBegin{"begin_write", 0, "BEGIN IMMEDIATE", ""};
constexpr Statement kCommit{"commit", 0, "COMMIT", ""};
constexpr Statement kRollback{"rollback", 0, "ROLLBACK", ""};
constexpr Statement kSave{"save", 0, "SAVEPOINT one", ""};
constexpr Statement kRelease{"release", 0, "RELEASE one", ""};
constexpr Statement kRollbackOne{"rollback_one", 0, "ROLLBACK TO one", ""};

}  // namespace

// Lives on the stack of the one who waits, until `done` is notified.
struct SqliteWriter::Waiting {
    FunctionRef<void(Write&)> closure;
    Waiting* next = nullptr;
    std::exception_ptr error = nullptr;
    runtime::Signal done{};
};

struct SqliteWriter::Batch {
    const std::uint64_t number;  // of its commit
    std::vector<Waiting*> succeeded{};
    std::vector<Waiting*> failed{};
    bool careful = false;  // each closure can be undone alone
    bool events = false;
    bool jobs = false;
    bool stopped = false;  // the last failure was a statement that took too long
};

class SqliteWriter::Transaction final : public Write {
public:
    Transaction(SqliteWriter& writer, Batch& batch) : writer_(writer), batch_(batch) {}

    Engine engine() const override { return Engine::sqlite; }
    std::uint64_t snapshot() const override { return 0; }
    const Stamps& stamps() const override { return writer_.stamps_; }
    std::uint64_t commit_before() const override { return writer_.stamps_.enabled() ? batch_.number - 1 : 0; }

    void touch(std::string_view key) override {
        if (writer_.stamps_.enabled()) writer_.stamps_.raise(Stamps::hash(key), batch_.number);
    }
    bool listened(std::string_view event_name) const override {
        return writer_.subscriber_ != nullptr && writer_.subscriber_->listens_to(event_name);
    }
    void publish_payload(std::string_view event_name, std::string payload) override {
        exec(sql::stored::publish{.name = event_name, .payload = payload, .now = writer_.clock_.now()});
        batch_.events = true;
    }
    void take_effects(std::string_view event_name, const void* event) override {
        if (writer_.subscriber_ != nullptr) writer_.subscriber_->take_effects(*this, event_name, event);
    }
    void enqueue_payload(std::string_view job_name, std::string payload, Time due,
                         std::string_view unique_key) override {
        exec(sql::stored::enqueue{.name = job_name,
                                  .payload = payload,
                                  .unique_key = unique_key.empty() ? Arg(nullptr) : Arg(unique_key),
                                  .due_at = due,
                                  .now = writer_.clock_.now()});
        batch_.jobs = true;
    }

private:
    std::int64_t run(const Statement& statement, std::span<const Arg> args,
                     FunctionRef<void(const Row&)> on_row) override {
        // PostgreSQL refuses everything after a failed statement; what is written on SQLite must run there
        // too.
        if (failed_) throw std::logic_error(std::string(statement.name) + " after a statement that failed");
        try {
            return writer_.connection_.run(statement, args, on_row);
        } catch (...) {
            failed_ = true;
            throw;
        }
    }

    SqliteWriter& writer_;
    Batch& batch_;
    bool failed_ = false;
};

SqliteWriter::SqliteWriter(const SqliteConnection::Settings& settings, Stamps& stamps, const Clock& clock)
    : connection_(settings), stamps_(stamps), clock_(clock) {
    sqlite3_wal_hook(connection_.handle(), &SqliteWriter::on_commit, this);
    thread_ = std::thread([this] { work(); });
}

SqliteWriter::~SqliteWriter() {
    stopping_.store(true, std::memory_order_release);
    pushes_.fetch_add(1, std::memory_order_release);
    pushes_.notify_one();
    thread_.join();
}

int SqliteWriter::on_commit(void* self, sqlite3*, const char*, int pages) {
    static_cast<SqliteWriter*>(self)->log_pages_.store(pages, std::memory_order_relaxed);
    return SQLITE_OK;
}

void SqliteWriter::write(FunctionRef<void(Write&)> closure) {
    refuse_inside_closure();
    if (waiting_count_.fetch_add(1, std::memory_order_relaxed) >= kMostWaiting) {
        waiting_count_.fetch_sub(1, std::memory_order_relaxed);
        throw database_unreachable("too many writes wait for the disk");
    }
    Waiting waiting{.closure = closure};
    push(&waiting);
    waiting.done.wait();
    if (waiting.error) std::rethrow_exception(waiting.error);
}

void SqliteWriter::attach(Subscriber* listener) {
    // Whoever detaches may destroy the listener next, so no transaction may be using it any more.
    const std::scoped_lock lock(gate_);
    subscriber_ = listener;
}

void SqliteWriter::push(Waiting* waiting) {
    Waiting* head = incoming_.load(std::memory_order_relaxed);
    do {
        waiting->next = head;
    } while (!incoming_.compare_exchange_weak(head, waiting, std::memory_order_release,
                                              std::memory_order_relaxed));
    if (head != nullptr) return;  // whoever found it empty wakes the writer
    pushes_.fetch_add(1, std::memory_order_release);
    pushes_.notify_one();
}

SqliteWriter::Waiting* SqliteWriter::take_all() {
    Waiting* newest = incoming_.exchange(nullptr, std::memory_order_acquire);
    Waiting* oldest = nullptr;
    while (newest != nullptr) {
        Waiting* const next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

void SqliteWriter::work() {
    pthread_setname_np(pthread_self(), "db-writer");
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);

    Waiting* pending = nullptr;
    while (true) {
        const std::uint32_t seen = pushes_.load(std::memory_order_acquire);
        if (pending == nullptr) pending = take_all();
        if (pending != nullptr) {
            run_batch(pending);
        } else if (stopping_.load(std::memory_order_acquire)) {
            return;
        } else {
            pushes_.wait(seen, std::memory_order_acquire);
        }
    }
}

// Runs as much of `pending`, and of what arrives meanwhile, as one batch takes; leaves the rest.
void SqliteWriter::run_batch(Waiting*& pending) {
    const std::scoped_lock lock(gate_);
    const auto begin = Steady::now();
    Batch batch{.number = stamps_.next_commit()};
    try {
        connection_.control(kBegin);
    } catch (const Error& error) {
        for (; pending != nullptr; pending = pending->next) {
            pending->error = std::make_exception_ptr(error);
            batch.failed.push_back(pending);
        }
        deliver(batch);
        return;
    }
    while (pending != nullptr) {
        Waiting& waiting = *std::exchange(pending, pending->next);
        run_one(batch, waiting, pending);
        if (!connection_.in_transaction()) {
            give_up(batch, pending);
            break;
        }
        if (batch.succeeded.size() + batch.failed.size() >= kBatchSize || Steady::now() - begin > kBatchTime)
            break;
        if (pending == nullptr) pending = take_all();
    }
    if (connection_.in_transaction()) commit(batch);
    // Also when nothing was committed: copies of what was touched are good again.
    stamps_.publish(batch.number);
    deliver(batch);
    if (subscriber_ != nullptr && batch.events) subscriber_->events_committed();
    if (subscriber_ != nullptr && batch.jobs) subscriber_->jobs_committed();
}

// A savepoint costs each closure a copy of every page that it changes, and few fail once they have written something: the
// first that does makes those before it run again, carefully this time.
void SqliteWriter::run_one(Batch& batch, Waiting& waiting, Waiting*& pending) {
    // The first closure needs no savepoint: nothing is lost when its transaction ends with it.
    const bool first = batch.succeeded.empty();
    const bool saves = batch.careful && !first;
    // NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): read after an exception
    const std::int64_t changes = connection_.changes();
    waiting.error = nullptr;
    try {
        if (saves) connection_.control(kSave);
        {
            const InsideClosure inside;
            Transaction transaction(*this, batch);
            waiting.closure(transaction);
        }
        if (saves) connection_.control(kRelease);
        batch.succeeded.push_back(&waiting);
        return;
    } catch (...) {
        waiting.error = std::current_exception();
    }
    batch.stopped = connection_.was_stopped();
    const bool left_something = saves || connection_.changes() != changes;
    if (connection_.in_transaction() && left_something) {
        try {
            if (saves) {
                connection_.control(kRollbackOne);
                connection_.control(kRelease);
            } else {
                connection_.control(kRollback);
                connection_.control(kBegin);
                if (!first) {
                    waiting.next = std::exchange(pending, &waiting);
                    put_back(batch, pending);
                    batch.careful = true;
                    return;
                }
            }
        } catch (...) {
            // What cannot be undone must not be committed with the others.
            roll_back();
        }
    }
    batch.failed.push_back(&waiting);
}

// What succeeded so far was rolled back with the transaction, and runs again in the same order.
void SqliteWriter::put_back(Batch& batch, Waiting*& pending) {
    while (!batch.succeeded.empty()) {
        Waiting* const again = batch.succeeded.back();
        batch.succeeded.pop_back();
        again->next = std::exchange(pending, again);
    }
}

// SQLite rolled the whole transaction back, as it does when the disk is full or a writing statement is
// stopped.
void SqliteWriter::give_up(Batch& batch, Waiting*& pending) {
    if (batch.stopped) {
        // Only the stopped one is to blame.
        put_back(batch, pending);
        return;
    }
    const auto error =
        std::make_exception_ptr(database_unreachable("the transaction shared with others was lost"));
    for (Waiting* const waiting : batch.succeeded) waiting->error = error;
}

void SqliteWriter::commit(Batch& batch) {
    // Each its own: an exception belongs to the thread that handles it.
    const auto fail = [&](const Error& error) {
        for (Waiting* const waiting : batch.succeeded) waiting->error = std::make_exception_ptr(error);
        roll_back();
    };
    try {
        connection_.control(kCommit);
    } catch (const Error& error) {
        return fail(error);
    } catch (const std::exception& error) {
        return fail(database_error(std::string("commit: ") + error.what()));
    }
    commits_.fetch_add(1, std::memory_order_relaxed);
}

void SqliteWriter::roll_back() {
    try {
        if (connection_.in_transaction()) connection_.control(kRollback);
    } catch (const Error&) {
        // The next BEGIN fails, and says so to its callers, until SQLite lets go of the transaction.
    }
}

// Wakes everybody of the batch, each loop once.
void SqliteWriter::deliver(const Batch& batch) {
    waiting_count_.fetch_sub(static_cast<int>(batch.succeeded.size() + batch.failed.size()),
                             std::memory_order_relaxed);
    const runtime::NotifyBatch one_wakeup_each;
    for (Waiting* const waiting : batch.succeeded) waiting->done.notify();
    for (Waiting* const waiting : batch.failed) waiting->done.notify();
}

}  // namespace grover::db
