#include "platform/db/postgres_touched.hpp"

#include <chrono>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/runtime/fiber.hpp"

namespace grover::db {
namespace {

constexpr std::chrono::seconds kLongestWait{5};

// One plan for ever, and by the index, however few rows there are now.
constexpr Statement kSettings{"touched_settings", 0, "",
                              "SELECT set_config('enable_seqscan', 'off', false), "
                              "set_config('plan_cache_mode', 'force_generic_plan', false)"};

// Nothing of the requests is counted for it.
PostgresConnection::Settings unobserved(PostgresConnection::Settings settings) {
    settings.observer = nullptr;
    return settings;
}

}  // namespace

// A transaction that the last look did not see is running when it looked, or began later: its number is not below the xmin
// of that snapshot.
const Statement kLookAtTouched{
    "look_at_touched", 1, "",
    "SELECT pg_current_snapshot()::text AS snapshot, "
    "h.kept_from <= pg_snapshot_xmin($1::text::pg_snapshot) AS is_complete, t.keys "
    "FROM touched_rows_horizon h LEFT JOIN touched_rows t ON t.xid >= "
    "pg_snapshot_xmin($1::text::pg_snapshot) "
    "AND NOT pg_visible_in_snapshot(t.xid, $1::text::pg_snapshot)"};

struct PostgresTouched::Waiter {
    runtime::Ticket ticket;
    std::uint64_t number = 0;
    bool looks_itself = false;
};

PostgresTouched::PostgresTouched(PostgresConnection::Settings settings, bool enabled, void* io_context)
    : on_loop_(io_context != nullptr),
      stamps_(enabled),
      pool_(unobserved(std::move(settings)), 1, io_context, quiet_) {}

std::uint64_t PostgresTouched::look() {
    if (!stamps_.enabled()) return 0;
    if (!on_loop_) {
        const std::scoped_lock lock(mutex_);
        return ask();
    }
    if (is_asking_) {
        // The look that is under way may have seen the store before this call.
        Waiter waiter{runtime::next_wait()};
        waiting_.push_back(&waiter);
        runtime::suspend();
        if (!waiter.looks_itself) return waiter.number;
    }
    return look_for_all();
}

std::uint64_t PostgresTouched::look_for_all() {
    is_asking_ = true;
    const auto served = std::exchange(waiting_, {});
    std::uint64_t number = 0;
    try {
        number = ask();
    } catch (...) {
        serve(served, 0);
        throw;
    }
    serve(served, number);
    return number;
}

void PostgresTouched::serve(const std::vector<Waiter*>& served, std::uint64_t number) {
    for (Waiter* const waiter : served) {
        waiter->number = number;
        runtime::wake(waiter->ticket);
    }
    is_asking_ = !waiting_.empty();
    if (!is_asking_) return;
    Waiter* const next = waiting_.front();
    waiting_.erase(waiting_.begin());
    next->looks_itself = true;
    runtime::wake(next->ticket);
}

std::uint64_t PostgresTouched::ask() {
    try {
        if (!lease_) {
            last_.clear();
            lease_.emplace(pool_.take(kLongestWait));
            (*lease_)->run(kSettings, {}, [](const Row&) {});
        }
        const std::uint64_t number = stamps_.next_commit();
        std::string snapshot;
        bool is_complete = false;
        const Arg args[] = {last_.empty() ? Arg(nullptr) : Arg(last_)};
        (*lease_)->run(kLookAtTouched, args, [&](const Row& row) {
            if (snapshot.empty()) {
                snapshot = row.text(0);
                is_complete = !row.is_null(1) && row.integer(1) != 0;
            }
            for (std::string_view keys = row.text(2); !keys.empty();) {
                const auto end = std::min(keys.find('\n'), keys.size());
                stamps_.raise(Stamps::hash(keys.substr(0, end)), number);
                keys.remove_prefix(std::min(end + 1, keys.size()));
            }
        });
        if (!is_complete) stamps_.raise_all(number);
        last_ = std::move(snapshot);
        if (last_.empty()) return 0;
        stamps_.publish(number);
        return number;
    } catch (const PostgresFailure&) {
    } catch (const Error&) {
    }
    // The read itself finds out what is wrong with the store. Whoever answers next has another past.
    lease_.reset();
    last_.clear();
    return 0;
}

}  // namespace grover::db
