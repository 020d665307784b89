#include "platform/db/postgres_database.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <stdexcept>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/db/migrations.hpp"
#include "platform/runtime/runtime.hpp"
#include "sql/stored.hpp"

namespace grover::db {
namespace {

using namespace std::chrono_literals;

constexpr int kAttempts = 8;

std::chrono::microseconds jitter(int attempt) {
    thread_local std::minstd_rand random{std::random_device{}()};
    const int most = 1'000 << std::min(attempt, 6);
    return std::chrono::microseconds{std::uniform_int_distribution<int>(most / 4, most)(random)};
}

void migrate(const PostgresConnection::Settings& settings, const Clock& clock) {
    auto without_limit = settings;
    without_limit.statement_limit = 0ms;  // none
    const auto connection = PostgresConnection::connect(without_limit);
    connection->leave_pipeline();
    // Nodes start together: one migrates, the others wait for it.
    connection->exec(std::string("SELECT pg_advisory_lock(7205759403792793601); ") + kCreateMigrationsTable);
    std::vector<AppliedMigration> applied;
    for (const auto& row : connection->query(kReadMigrations))
        applied.push_back({std::stoi(row[0]), row[1], row[2]});
    for (const Migration* const migration : pending_migrations(embedded_migrations(), applied)) {
        try {
            // Several statements in one text are one transaction.
            connection->exec(std::string(migration->postgres) + "; INSERT INTO schema_migrations VALUES (" +
                             std::to_string(migration->number) + ", '" + migration->name + "', '" +
                             migration->checksum + "', " + std::to_string(clock.now().us) + ")");
        } catch (const PostgresFailure& failure) {
            throw std::runtime_error(std::string("Migration ") + migration->name +
                                     " failed: " + failure.message);
        }
    }
}

}  // namespace

PostgresDatabase::Part::Part(const PostgresConnection::Settings& settings, const Options& options,
                             void* io_context)
    : pool(settings, options.pool_size, io_context, options.warn),
      touched(settings, options.cached, io_context) {}

PostgresDatabase::PostgresDatabase(const Options& options)
    : options_(options),
      settings_{.url = options.url, .statement_limit = options.statement_limit, .observer = options.observer},
      shared_{.clock = options.clock != nullptr ? *options.clock : system_clock_} {
    try {
        migrate(settings_, shared_.clock);
    } catch (const PostgresFailure& failure) {
        throw_postgres_error(failure, "migrate");
    }
    const unsigned loops = options.loops != nullptr ? options.loops->size() : 0;
    for (unsigned loop = 0; loop <= loops; ++loop) {
        void* const io_context = loop < loops ? options.loops->io_context(loop) : nullptr;
        parts_.push_back(std::make_unique<Part>(settings_, options_, io_context));
    }
}

PostgresDatabase::~PostgresDatabase() {
    if (probe_thread_.joinable()) probe_thread_.join();
}

PostgresDatabase::Part& PostgresDatabase::part() {
    const int loop = runtime::this_loop();
    const bool on_loop =
        loop >= 0 && static_cast<std::size_t>(loop) + 1 < parts_.size() && runtime::in_fiber();
    return *(on_loop ? parts_[static_cast<std::size_t>(loop)] : parts_.back());
}

void PostgresDatabase::run_read(FunctionRef<void(Read&)> closure) {
    Part& here = part();
    const std::uint64_t seen = here.touched.look();
    PostgresTransaction transaction(shared_, here.pool, here.touched.stamps(), seen);
    closure(transaction);
}

void PostgresDatabase::write_once(FunctionRef<void(Write&)> closure) {
    Part& here = part();
    bool published = false;
    bool enqueued = false;
    {
        PostgresTransaction transaction(shared_, here.pool, here.touched.stamps());
        closure(transaction);
        transaction.commit();
        published = transaction.published();
        enqueued = transaction.enqueued();
    }
    if (!published && !enqueued) return;
    const std::shared_lock lock(shared_.mutex);
    if (shared_.subscriber != nullptr && published) shared_.subscriber->events_committed();
    if (shared_.subscriber != nullptr && enqueued) shared_.subscriber->jobs_committed();
}

void PostgresDatabase::run_write(FunctionRef<void(Write&)> closure) {
    for (int attempt = 1;; ++attempt) {
        try {
            return write_once(closure);
        } catch (const RunAgain& conflict) {
            if (attempt == kAttempts) throw_postgres_error(conflict.failure, conflict.statement);
        }
        runtime::sleep_for(jitter(attempt));
    }
}

bool PostgresDatabase::is_reachable(std::chrono::milliseconds limit) {
    const auto probe = std::make_shared<Probe>();
    {
        // One that still waits for the server says enough.
        const std::scoped_lock lock(probe_mutex_);
        if (probe_ && !probe_->ended) return false;
        if (probe_thread_.joinable()) probe_thread_.join();
        probe_ = probe;
        probe_thread_ = std::thread([this, probe] {
            probe->answered = answers();
            probe->ended = true;
            probe->signal.notify();
        });
    }
    return probe->signal.wait_for(limit) && probe->answered;
}

bool PostgresDatabase::answers() {
    static constexpr Statement kProbe{"probe", 0, "", "SELECT 1"};
    try {
        auto lease = part().pool.take(kLongestWaitForConnection);
        try {
            lease->run(kProbe, {}, [](const Row&) {});
        } catch (const PostgresFailure&) {
            if (!lease->is_broken()) return false;
            lease.renew();
            lease->run(kProbe, {}, [](const Row&) {});
        }
        return true;
    } catch (const PostgresFailure&) {
    } catch (const std::exception&) {
    }
    return false;
}

std::string PostgresDatabase::plan(const Statement& statement) {
    try {
        const auto connection = PostgresConnection::connect(settings_);
        connection->leave_pipeline();
        connection->exec("SET plan_cache_mode = force_generic_plan");
        connection->prepare_plainly("planned", statement.postgres);
        std::string explain = "EXPLAIN EXECUTE planned";
        for (int i = 0; i < statement.parameters; ++i) explain += i == 0 ? "(NULL" : ", NULL";
        if (statement.parameters > 0) explain += ")";
        std::string plan;
        for (const auto& row : connection->query(explain)) plan.append(row[0]).append("\n");
        return plan;
    } catch (const PostgresFailure& failure) {
        throw_postgres_error(failure, statement.name);
    }
}

void PostgresDatabase::tidy() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    auto last = tidied_at_.load();
    if (now - last < std::chrono::steady_clock::duration{5s}.count()) return;
    if (!tidied_at_.compare_exchange_strong(last, now)) return;
    write([](Write& tx) { tx.exec(sql::stored::drop_touched{}); });
}

void PostgresDatabase::attach(Subscriber* listener) {
    listen_.reset();
    {
        // Whoever detaches may destroy the listener next, so nobody may be using it any more.
        const std::scoped_lock lock(shared_.mutex);
        shared_.subscriber = listener;
    }
    if (listener != nullptr) listen_ = std::make_unique<PostgresListen>(settings_, *listener);
}

}  // namespace grover::db
