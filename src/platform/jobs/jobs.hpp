// Work that a transaction left behind (db::Write::enqueue), and work that comes back at intervals.
//
//     jobs.on<SendMail>([&](const SendMail& job) { mail.send(job); });
//     jobs.every("expired_sessions", std::chrono::hours{1}, [&] { sessions.remove_expired(); });
//
// A job runs once it is due, on one node, in a fiber, and again with growing delays when its function throws;
// after the last attempt it is parked with its error. A worker that dies leaves its jobs to others when the
// lease ends, so a function may run twice for one job: it must make the second time harmless. A periodic job
// runs on one node at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"
#include "platform/jobs/retry.hpp"
#include "platform/jobs/run_report.hpp"
#include "platform/wire/json_in.hpp"

namespace grover::jobs {

struct ParkedJob {
    std::int64_t job_id = 0;
    std::string name;
    std::string payload;
    int attempts = 0;
    std::string error;
    Time parked_at;
};

struct PeriodicJob {
    std::string name;
    std::chrono::seconds interval{};
    std::optional<Time> last_run_at;
    std::string last_status;  // "ok", "failed", or empty: it never ran
    std::string last_error;
    Time next_run_at;
};

// Registering is for the start, by one thread, before anything runs; the rest is for any thread.
class Jobs {
public:
    Jobs(db::Database& database, const Clock& clock, std::function<void(const RunReport&)> report)
        : database_(database), clock_(clock), report_(std::move(report)) {}

    template <class J>
    void on(std::function<void(const J&)> f, const RetryPolicy& retry = {}) {
        add(J::name, retry, [f = std::move(f)](const std::string& payload) { f(wire::read<J>(payload)); });
    }

    // Runs first when it is new to the store, then every `interval` after the end of the last run.
    void every(std::string_view name, std::chrono::seconds interval, std::function<void()> f);

    // All periodic jobs of this server, by name.
    std::vector<PeriodicJob> periodic();
    // Runs it as soon as possible, wherever a node is free. Throws not_found.
    void run_soon(std::string_view name);

    // For operators: what failed too often, newest first; run it again from its first attempt, or forget it.
    // False: there is no such parked job.
    std::vector<ParkedJob> parked(int limit);
    bool retry(std::int64_t job_id);
    bool drop(std::int64_t job_id);

    struct Counts {
        std::int64_t waiting = 0;  // due now, not running
        std::int64_t parked = 0;
    };
    Counts counts();

private:
    friend class Background;
    using Call = std::function<void(const std::string& payload)>;
    struct Handler {
        RetryPolicy retry;
        Call call;
    };
    struct Claimed {
        std::int64_t job_id;
        std::string name;
        std::string payload;
        int attempt;
    };
    struct Periodic {
        std::chrono::seconds interval;
        std::function<void()> call;
    };

    void add(std::string_view name, const RetryPolicy& retry, Call call);
    // When the next job of a known name is due; nothing: none waits.
    std::optional<Time> next_due();
    // Takes up to `limit` due jobs; nobody else has them until their lease ends.
    std::vector<Claimed> claim(int limit);
    void run(const Claimed& job);
    // Names of periodic jobs that are due; claim_periodic() says whether this node got it.
    std::vector<std::string> due_periodic();
    bool claim_periodic(std::string_view name);
    void run_periodic(std::string_view name);
    void extend_leases();
    // Runs what is due, one after the other, on this thread. The number of runs.
    int run_all();

    struct Running;

    db::Database& database_;
    const Clock& clock_;
    std::function<void(const RunReport&)> report_;
    std::map<std::string, Handler, std::less<>> handlers_;
    std::map<std::string, Periodic, std::less<>> periodic_;

    std::mutex mutex_;
    std::vector<std::pair<std::int64_t, int>> running_;  // job and attempt
    std::vector<std::string> running_periodic_;
};

}  // namespace grover::jobs
