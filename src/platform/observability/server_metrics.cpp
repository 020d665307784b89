#include "platform/observability/server_metrics.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "platform/observability/active_users.hpp"
#include "platform/observability/http_metrics.hpp"
#include "platform/observability/process_metrics.hpp"

namespace grover::metrics {
namespace {

// One counter for each of a closed set of label values; what is not in it counts as the last.
template <std::size_t N>
class ByName {
public:
    ByName(const std::array<std::string_view, N>& names, const std::function<Counter(std::string_view)>& make)
        : names_(names) {
        for (std::size_t i = 0; i < N; ++i) counters_[i] = make(names_[i]);
    }
    void add(std::string_view name) const {
        const auto known = std::find(names_.begin(), names_.end() - 1, name);
        counters_[static_cast<std::size_t>(known - names_.begin())].add();
    }

private:
    std::array<std::string_view, N> names_;
    std::array<Counter, N> counters_;
};

constexpr std::array<std::string_view, 9> kAuthMethods{
    "password", "google", "apple", "session_exchange", "jwt", "refresh", "mfa", "session", "other"};
constexpr std::array<std::string_view, 10> kPostTypes{"standard", "image",     "video",     "audio", "poll",
                                                      "repost",   "scheduled", "community", "story", "other"};
constexpr std::array<std::string_view, 9> kTransactionTypes{"products",      "tips",         "super_chat",
                                                            "subscriptions", "paid_content", "premium",
                                                            "payout",        "refund",       "other"};
constexpr std::array<std::string_view, 10> kRateClasses{"general", "auth", "search", "write",  "upload",
                                                        "money",   "push", "export", "socket", "other"};
constexpr std::array<std::string_view, 5> kLevels{"debug", "info", "warning", "error", "critical"};

template <std::size_t N>
ByName<N> with_outcome(const std::array<std::string_view, N>& names, const char* metric, const char* help,
                       const char* label, const char* outcome) {
    return {names, [=](std::string_view name) {
                return counter(metric, help, {{label, std::string(name)}, {"status", outcome}});
            }};
}

template <std::size_t N>
ByName<N> by(const std::array<std::string_view, N>& names, const char* metric, const char* help,
             const char* label) {
    return {names, [=](std::string_view name) {
                return counter(metric, help, {{label, std::string(name)}});
            }};
}

const auto& auth(bool success) {
    constexpr auto kName = "grover_auth_attempts_total";
    constexpr auto kHelp = "Attempts to sign in.";
    static const auto good = with_outcome(kAuthMethods, kName, kHelp, "method", "success");
    static const auto bad = with_outcome(kAuthMethods, kName, kHelp, "method", "failure");
    return success ? good : bad;
}

const auto& transactions(bool success) {
    constexpr auto kName = "grover_transactions_total";
    constexpr auto kHelp = "Movements of money.";
    static const auto good = with_outcome(kTransactionTypes, kName, kHelp, "type", "success");
    static const auto bad = with_outcome(kTransactionTypes, kName, kHelp, "type", "failure");
    return success ? good : bad;
}

const auto& posts() {
    static const auto all = by(kPostTypes, "grover_posts_created_total", "Posts created.", "post_type");
    return all;
}

const auto& refusals() {
    static const auto all =
        by(kRateClasses, "grover_rate_limited_total", "Requests refused by a rate limit.", "class");
    return all;
}

const auto& messages() {
    static const Counter all = counter("grover_messages_sent_total", "Direct and group messages sent.");
    return all;
}

const auto& log_lines() {
    static const std::array<Counter, kLevels.size()> all = [] {
        std::array<Counter, kLevels.size()> made;
        for (std::size_t i = 0; i < made.size(); ++i) {
            made[i] = counter("grover_log_lines_total", "Log lines by level.",
                              {{"level", std::string(kLevels[i])}});
        }
        return made;
    }();
    return all;
}

Labels one(const char* label, std::string_view value) { return {{label, std::string(value)}}; }

// Those that the server may call: platform/integrations and who uses it.
constexpr std::array<std::string_view, 5> kServices{"session_exchange", "google", "expo", "web_push",
                                                    "sentry"};

Counter outgoing_requests(std::string_view service, std::string_view status) {
    return counter("grover_outgoing_requests_total", "Calls to other services.",
                   {{"service", std::string(service)}, {"status", std::string(status)}});
}
Histogram outgoing_latency(std::string_view service) {
    return histogram("grover_outgoing_latency_seconds", "Time of a call to another service.",
                     one("service", service));
}

// Nobody streams yet: dashboards read zeros.
void register_stream_metrics() {
    gauge("grover_active_streams", "Live streams.").set(0);
    gauge("grover_stream_viewers", "Viewers of live streams.").set(0);
    gauge("grover_live_publishers", "Hosts whose video arrives here.").set(0);
    for (const auto* direction : {"in", "out"})
        (void)counter("grover_live_bytes_total", "Bytes of live video.", one("direction", direction));
    (void)counter("grover_live_dropped_fragments_total", "Pieces of live video that slow viewers missed.");
    (void)histogram("grover_live_join_seconds", "Time until a viewer sees something.");
}

}  // namespace

void register_server_metrics(std::string_view version, std::string_view commit) {
    (void)http_route("GET", "none");
    (void)auth(true);
    (void)auth(false);
    (void)transactions(true);
    (void)transactions(false);
    (void)posts();
    (void)refusals();
    (void)messages();
    (void)log_lines();
    (void)db_pool_wait();
    (void)db_pool_connections("idle");
    (void)db_pool_connections("used");
    (void)validation_errors("none");
    for (const auto service : kServices) {
        (void)outgoing_requests(service, "200");
        (void)outgoing_latency(service);
        breaker_open(service).set(0);
    }
    (void)event_loop_lag();
    gauge_from("grover_active_users_total", "Different users active in the last five minutes.", {},
               [] { return static_cast<double>(active_users(std::chrono::steady_clock::now())); });
    register_stream_metrics();
    gauge("grover_build_info", "The running build.",
          {{"version", std::string(version)}, {"commit", std::string(commit)}})
        .set(1);
    register_process_metrics();
}

void auth_attempt(std::string_view method, bool success) { auth(success).add(method); }
void post_created(std::string_view post_type) { posts().add(post_type); }
void message_sent() { messages().add(); }
void transaction(std::string_view type, bool success) { transactions(success).add(type); }
void rate_limited(std::string_view rate_class) { refusals().add(rate_class); }
void log_line(LogLevel level) { log_lines()[static_cast<std::size_t>(level)].add(); }

Counter validation_errors(std::string_view handler) {
    return counter("grover_validation_errors_total", "Requests refused for their input.",
                   one("handler", handler));
}

Histogram db_query_latency(std::string_view collection, std::string_view operation) {
    constexpr std::array<std::string_view, 4> kOperations{"select", "insert", "update", "delete"};
    const bool known = std::find(kOperations.begin(), kOperations.end(), operation) != kOperations.end();
    return histogram(
        "grover_db_query_latency_seconds", "Time of a statement.",
        {{"collection", std::string(collection)}, {"operation", known ? std::string(operation) : "other"}},
        kQueryBuckets);
}

Histogram db_pool_wait() {
    return histogram("grover_db_pool_wait_seconds", "Waiting for a database connection.", {}, kQueryBuckets);
}
UpDown db_pool_connections(std::string_view state) {
    return up_down("grover_db_pool_connections", "Database connections.", one("state", state));
}
Histogram event_loop_lag() {
    return histogram("grover_event_loop_lag_seconds", "How late timers of the event loops fire.", {},
                     kQueryBuckets);
}
void worker_queue_depth(std::string_view queue, std::function<double()> read) {
    gauge_from("grover_worker_queue_depth", "Calls waiting for a worker.", one("queue", queue),
               std::move(read));
}

CacheCounters cache_requests(std::string_view cache) {
    const auto made = [&](const char* result) {
        return counter("grover_cache_requests_total", "Look-ups in a cache.",
                       {{"cache", std::string(cache)}, {"result", result}});
    };
    return {made("hit"), made("miss")};
}

Counter job_runs(std::string_view job, std::string_view status) {
    return counter("grover_job_runs_total", "Runs of a job.",
                   {{"job", std::string(job)}, {"status", std::string(status)}});
}
Gauge job_last_success(std::string_view job) {
    return gauge("grover_job_last_success_timestamp_seconds", "When a job last succeeded.", one("job", job));
}

Gauge breaker_open(std::string_view service) {
    return gauge("grover_breaker_open", "Whether a failing service is left alone.", one("service", service));
}

void outgoing_call(std::string_view service, std::string_view status, std::chrono::microseconds duration) {
    outgoing_requests(service, status).add();
    outgoing_latency(service).observe(duration);
}

}  // namespace grover::metrics
