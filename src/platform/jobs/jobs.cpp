#include "platform/jobs/jobs.hpp"

#include <algorithm>
#include <stdexcept>

#include "platform/base/error.hpp"
#include "platform/jobs/run_guarded.hpp"
#include "sql/jobs.hpp"

namespace grover::jobs {
namespace {

// Renewed three times before it ends; a dead worker's job is late by this much.
constexpr std::chrono::seconds kLease{30};

std::vector<std::string_view> keys_of(const auto& map) {
    std::vector<std::string_view> keys;
    for (const auto& [key, value] : map) keys.push_back(key);
    return keys;
}

}  // namespace

// Keeps the lease of what runs for as long as it runs.
struct Jobs::Running {
    Running(Jobs& jobs, std::int64_t job_id, int attempt) : jobs_(jobs), job_(job_id, attempt) {
        const std::scoped_lock lock(jobs_.mutex_);
        jobs_.running_.push_back(job_);
    }
    ~Running() {
        const std::scoped_lock lock(jobs_.mutex_);
        std::erase(jobs_.running_, job_);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    Jobs& jobs_;
    std::pair<std::int64_t, int> job_;
};

void Jobs::add(std::string_view name, const RetryPolicy& retry, Call call) {
    if (!handlers_.try_emplace(std::string(name), Handler{retry, std::move(call)}).second) {
        throw std::logic_error("job " + std::string(name) + " has two functions");
    }
}

std::optional<Time> Jobs::next_due() {
    return database_.read([&](db::Read& tx) {
        const auto job = tx.find<Time>(sql::jobs::next_due{.names = keys_of(handlers_)});
        const auto periodic =
            tx.value<std::optional<Time>>(sql::jobs::next_periodic{.names = keys_of(periodic_)});
        return job && periodic ? std::min(job, periodic) : job ? job : periodic;
    });
}

std::vector<Jobs::Claimed> Jobs::claim(int limit) {
    const Time now = clock_.now();
    const auto known = keys_of(handlers_);
    auto claimed = database_.write([&](db::Write& tx) {
        std::vector<Claimed> jobs;
        tx.each(sql::jobs::claim{.lease_until = now + kLease, .now = now, .names = known, .limit = limit},
                [&](const db::Row& row) {
                    jobs.push_back({row.get<std::int64_t>(0), row.get<std::string>(1),
                                    row.get<std::string>(2), row.get<int>(3)});
                });
        return jobs;
    });
    std::ranges::sort(claimed, {}, &Claimed::job_id);
    return claimed;
}

void Jobs::run(const Claimed& job) {
    const Handler& handler = handlers_.find(job.name)->second;
    const Running running(*this, job.job_id, job.attempt);
    RunReport run{.kind = RunReport::Kind::job, .name = job.name, .attempt = job.attempt};
    // More attempts than it may have: each of the last ones ended with the process that made it.
    const bool killed = job.attempt > handler.retry.attempts;
    const std::string error = killed ? "the server died while it ran"
                                     : run_guarded([&] { handler.call(job.payload); }, run.duration);
    const Time now = clock_.now();
    run.error = error;
    run.parked = !error.empty() && job.attempt >= handler.retry.attempts;
    if (error.empty()) {
        database_.write([&](db::Write& tx) {
            tx.exec(sql::jobs::finish{.job_id = job.job_id, .attempts = job.attempt});
        });
    } else if (run.parked) {
        database_.write([&](db::Write& tx) {
            tx.exec(
                sql::jobs::park{.now = now, .error = error, .job_id = job.job_id, .attempts = job.attempt});
        });
    } else {
        const Time due = now + handler.retry.delay_after(job.attempt);
        database_.write([&](db::Write& tx) {
            tx.exec(sql::jobs::fail{
                .due_at = due, .error = error, .job_id = job.job_id, .attempts = job.attempt});
        });
    }
    if (report_) report_(run);
}

void Jobs::extend_leases() {
    std::vector<std::pair<std::int64_t, int>> jobs;
    std::vector<std::string> periodic;
    {
        const std::scoped_lock lock(mutex_);
        jobs = running_;
        periodic = running_periodic_;
    }
    if (jobs.empty() && periodic.empty()) return;
    const Time until = clock_.now() + kLease;
    database_.write([&](db::Write& tx) {
        for (const auto& [job_id, attempt] : jobs) {
            tx.exec(sql::jobs::extend{.lease_until = until, .job_id = job_id, .attempts = attempt});
        }
        for (const auto& name : periodic)
            tx.exec(sql::jobs::extend_periodic{.lease_until = until, .name = name});
    });
}

int Jobs::run_all() {
    int runs = 0;
    for (bool more = true; more;) {
        more = false;
        for (const auto& name : due_periodic()) {
            if (!claim_periodic(name)) continue;
            run_periodic(name);
            more = true;
            ++runs;
        }
        if (next_due().value_or(Time{INT64_MAX}) > clock_.now()) continue;
        for (const Claimed& job : claim(1)) {
            run(job);
            more = true;
            ++runs;
        }
    }
    return runs;
}

std::vector<ParkedJob> Jobs::parked(int limit) {
    return database_.read([&](db::Read& tx) {
        std::vector<ParkedJob> out;
        tx.each(sql::jobs::parked{.limit = limit}, [&](const db::Row& row) {
            out.push_back({.job_id = row.get<std::int64_t>(0),
                           .name = row.get<std::string>(1),
                           .payload = row.get<std::string>(2),
                           .attempts = row.get<int>(3),
                           .error = row.get<std::string>(4),
                           .parked_at = row.get<Time>(5)});
        });
        return out;
    });
}

bool Jobs::retry(std::int64_t job_id) {
    const Time now = clock_.now();
    return database_.write(
               [&](db::Write& tx) { return tx.exec(sql::jobs::unpark{.now = now, .job_id = job_id}); }) > 0;
}

bool Jobs::drop(std::int64_t job_id) {
    return database_.write([&](db::Write& tx) { return tx.exec(sql::jobs::drop_parked{.job_id = job_id}); }) >
           0;
}

Jobs::Counts Jobs::counts() {
    return database_.read([&](db::Read& tx) {
        Counts counts;
        tx.each(sql::jobs::counts{.now = clock_.now()}, [&](const db::Row& row) {
            counts = {row.get<std::int64_t>(0), row.get<std::int64_t>(1)};
        });
        return counts;
    });
}

}  // namespace grover::jobs
