// Work that comes back at intervals.
#include <algorithm>
#include <stdexcept>

#include "platform/base/error.hpp"
#include "platform/jobs/jobs.hpp"
#include "platform/jobs/run_guarded.hpp"
#include "sql/jobs.hpp"

namespace grover::jobs {
namespace {

constexpr std::chrono::seconds kLease{30};
// A failed run is repeated sooner than a daily job's next turn.
constexpr std::chrono::seconds kRetry{60};

}  // namespace

void Jobs::every(std::string_view name, std::chrono::seconds interval, std::function<void()> f) {
    if (!periodic_.try_emplace(std::string(name), Periodic{interval, std::move(f)}).second) {
        throw std::logic_error("periodic job " + std::string(name) + " is given twice");
    }
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(interval).count();
    database_.write([&](db::Write& tx) {
        tx.exec(sql::jobs::add_periodic{.name = name, .interval_us = us, .now = clock_.now()});
    });
}

std::vector<std::string> Jobs::due_periodic() {
    if (periodic_.empty()) return {};
    return database_.read([&](db::Read& tx) {
        std::vector<std::string> due;
        tx.each(sql::jobs::due_periodic{.now = clock_.now()}, [&](const db::Row& row) {
            if (periodic_.contains(row.text(0))) due.emplace_back(row.text(0));
        });
        return due;
    });
}

bool Jobs::claim_periodic(std::string_view name) {
    const Time now = clock_.now();
    return database_.write([&](db::Write& tx) {
        return tx.exec(sql::jobs::claim_periodic{.lease_until = now + kLease, .name = name, .now = now});
    }) > 0;
}

void Jobs::run_periodic(std::string_view name) {
    const Periodic& job = periodic_.find(name)->second;
    {
        const std::scoped_lock lock(mutex_);
        running_periodic_.emplace_back(name);
    }
    RunReport run{.kind = RunReport::Kind::periodic_job, .name = name};
    const Time started = clock_.now();
    const std::string error = run_guarded(job.call, run.duration);
    run.error = error;
    {
        const std::scoped_lock lock(mutex_);
        std::erase(running_periodic_, name);
    }
    const Time next = clock_.now() + (error.empty() ? job.interval : std::min(job.interval, kRetry));
    database_.write([&](db::Write& tx) {
        tx.exec(sql::jobs::finish_periodic{.started_at = started,
                                           .status = error.empty() ? "ok" : "failed",
                                           .error = error,
                                           .next_run_at = next,
                                           .name = name});
    });
    if (report_) report_(run);
}

void Jobs::run_soon(std::string_view name) {
    if (!periodic_.contains(name)) throw not_found("Job not found");
    database_.write([&](db::Write& tx) { tx.exec(sql::jobs::run_soon{.now = clock_.now(), .name = name}); });
}

std::vector<PeriodicJob> Jobs::periodic() {
    return database_.read([&](db::Read& tx) {
        std::vector<PeriodicJob> out;
        tx.each(sql::jobs::periodic{}, [&](const db::Row& row) {
            if (!periodic_.contains(row.text(0))) return;
            const std::chrono::microseconds interval(row.get<std::int64_t>(1));
            out.push_back({.name = row.get<std::string>(0),
                           .interval = std::chrono::duration_cast<std::chrono::seconds>(interval),
                           .last_run_at = row.get<std::optional<Time>>(2),
                           .last_status = row.get<std::optional<std::string>>(3).value_or(""),
                           .last_error = row.get<std::optional<std::string>>(4).value_or(""),
                           .next_run_at = row.get<Time>(5)});
        });
        return out;
    });
}

}  // namespace grover::jobs
