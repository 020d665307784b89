#include "app/watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "app/build_info.hpp"
#include "app/error_reports.hpp"
#include "domains/posts/posts.hpp"
#include "domains/scheduled_posts/scheduled_posts.hpp"
#include "platform/db/row_cache.hpp"
#include "platform/observability/active_users.hpp"
#include "platform/observability/http_metrics.hpp"
#include "platform/observability/metrics.hpp"
#include "platform/observability/server_metrics.hpp"

namespace grover::app {
namespace {

constexpr log::Logger kDatabase{"database"};
constexpr log::Logger kJobs{"jobs"};
constexpr log::Logger kHttp{"http"};

// More in one request are the mark of a loop over rows (monitoring.md §5).
constexpr int kManyStatements = 20;

constexpr std::chrono::milliseconds kLoopLagPeriod{500};
// What has to be counted in the store is that old at most.
constexpr std::chrono::seconds kCountPeriod{10};

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

// "posts.insert_like" says the table's family; the first word of the statement says what it does.
std::string operation_of(const db::Statement& statement) {
    const std::string_view sql = statement.sqlite;
    return lower(sql.substr(0, sql.find(' ')));
}

}  // namespace

// Timings of every statement, found by the statement's address: one table for each thread, so that nothing is shared.
struct Watch::Statements final : db::StatementObserver {
    std::chrono::milliseconds slow;
    bool counted;

    void ran(const db::Statement& statement, std::chrono::nanoseconds duration, std::int64_t rows) override {
        if (const auto* work = log::current_context()) {
            ++work->store.calls;
            work->store.time += duration;
        }
        if (counted)
            histogram_of(statement).observe(std::chrono::duration_cast<std::chrono::microseconds>(duration));
        if (duration >= slow) {
            kDatabase.warning("slow query",
                              {{"statement", statement.name},
                               {"ms", std::chrono::duration<double, std::milli>(duration).count()},
                               {"rows", rows}});
        }
    }

private:
    static metrics::Histogram& histogram_of(const db::Statement& statement) {
        thread_local std::unordered_map<const db::Statement*, metrics::Histogram> known;
        const auto found = known.find(&statement);
        if (found != known.end()) return found->second;
        const std::string_view name = statement.name;
        return known
            .emplace(&statement,
                     metrics::db_query_latency(name.substr(0, name.find('.')), operation_of(statement)))
            .first->second;
    }
};

namespace {

// The caches count for themselves; what is new since the last scrape is added here.
void count_cache_requests() {
    struct Seen {
        metrics::CacheCounters counters;
        std::uint64_t hits = 0, misses = 0;
    };
    static std::mutex mutex;
    static std::map<std::string, Seen> all;
    const std::scoped_lock lock(mutex);
    for (const auto& cache : db::row_cache_totals()) {
        auto [found, is_new] = all.try_emplace(cache.name);
        auto& seen = found->second;
        if (is_new) seen.counters = metrics::cache_requests(cache.name);
        seen.counters.hits.add(cache.hits - std::exchange(seen.hits, cache.hits));
        seen.counters.misses.add(cache.misses - std::exchange(seen.misses, cache.misses));
    }
}

// One set of counters for each endpoint, found once.
class Requests final : public api::Observer {
public:
    Requests(const Api& api, bool counted) : counted_(counted) {
        for (const auto& endpoint : api.endpoints())
            routes_.push_back(&metrics::http_route(http::to_string(endpoint->route.method), endpoint->name));
        for (std::size_t i = 0; i < unknown_.size(); ++i)
            unknown_[i] = &metrics::http_route(http::to_string(static_cast<http::Method>(i)), "none");
    }

    void begun(const api::Endpoint& endpoint) override {
        if (counted_ && endpoint.route.limit != api::RateClass::exempt) routes_[endpoint.index]->begin();
    }

    void done(const api::Done& done) override {
        const auto us = std::chrono::duration_cast<std::chrono::microseconds>(done.duration).count();
        if (counted_ && !done.is_exempt) count(done, us);
        if (done.is_bug) {
            kHttp.error(
                "unexpected error",
                {{"request_id", done.caller.request_id}, {"route", done.route}, {"cause", done.cause}});
        } else if (!done.cause.empty()) {
            kHttp.warning("request failed", {{"request_id", done.caller.request_id},
                                             {"route", done.route},
                                             {"code", done.code},
                                             {"cause", done.cause}});
        }
        report_request(done);
        if (done.store.calls > kManyStatements) {
            kHttp.warning("query_count", {{"request_id", done.caller.request_id},
                                          {"route", done.route},
                                          {"statements", done.store.calls}});
        }
        log::request({.method = done.method,
                      .route = done.route,
                      .path = done.path,
                      .status = done.status,
                      .duration_us = us,
                      .db_us = std::chrono::duration_cast<std::chrono::microseconds>(done.store.time).count(),
                      .db_calls = done.store.calls,
                      .bytes_in = static_cast<std::int64_t>(done.bytes_in),
                      .bytes_out = static_cast<std::int64_t>(done.bytes_out),
                      .ip = done.caller.address,
                      .ua = done.caller.user_agent,
                      .request_id = done.caller.request_id,
                      .user_id = done.caller.id.view(),
                      .session_id = done.caller.session_id.view(),
                      .quiet = done.is_exempt});
    }

private:
    void count(const api::Done& done, std::int64_t us) const {
        const bool known = done.endpoint_index < routes_.size();
        if (!known) unknown_[static_cast<std::size_t>(done.method_kind)]->begin();
        auto& route =
            known ? *routes_[done.endpoint_index] : *unknown_[static_cast<std::size_t>(done.method_kind)];
        route.end(done.status, us, done.bytes_in, done.bytes_out);
        if (!done.caller.is_anonymous())
            metrics::saw_user(done.caller.id.view(), std::chrono::steady_clock::now());
        if (done.status == 422) metrics::validation_errors(done.route).add();
        if (done.refused_class != api::RateClass::count)
            metrics::rate_limited(api::name_of(done.refused_class));
    }

    bool counted_;
    std::vector<metrics::HttpRoute*> routes_;
    std::array<metrics::HttpRoute*, static_cast<std::size_t>(http::Method::other) + 1> unknown_{};
};

}  // namespace

Watch::Watch(const LoadedConfig& loaded)
    : config_(loaded.config), statements_(std::make_unique<Statements>()) {
    statements_->slow = config_.slow_query_ms;
    statements_->counted = config_.enable_metrics;
    log::start({
        .level = config_.log_level,
        .format = config_.log_format == LogFormat::text ? log::Format::text : log::Format::json,
        .file = config_.log_path,
        .node = config_.sentry_server_name.empty() ? host_name() : config_.sentry_server_name,
        .slow_request = config_.slow_request_ms,
        .send_pii = config_.sentry_send_pii,
    });
    for (const auto& warning : loaded.warnings) log::warning(warning);
    metrics::set_collecting(config_.enable_metrics);
    metrics::register_server_metrics(config_.app_version, kBuildCommit);
}

Watch::~Watch() { log::stop(); }

db::StatementObserver* Watch::statements() const { return statements_.get(); }

std::unique_ptr<api::Observer> Watch::requests(const Api& api) const {
    return std::make_unique<Requests>(api, config_.enable_metrics);
}

std::function<void(const jobs::RunReport&)> Watch::background_report() const {
    return [](const jobs::RunReport& run) {
        const auto ms = std::chrono::duration<double, std::milli>(run.duration).count();
        if (run.error.empty()) {
            kJobs.debug("done", {{"job", run.name}, {"attempt", run.attempt}, {"duration_ms", ms}});
        } else {
            kJobs.error(
                run.parked ? "given up" : "failed",
                {{"job", run.name}, {"attempt", run.attempt}, {"duration_ms", ms}, {"cause", run.error}});
            report_run(run);
        }
        if (run.kind == jobs::RunReport::Kind::listener) return;
        if (run.error.empty()) {
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            metrics::job_last_success(run.name).set(std::chrono::duration<double>(now).count());
        }
        metrics::job_runs(run.name, run.error.empty() ? "success" : "failure").add();
    };
}

void Watch::events(jobs::Events& events) const {
    if (!config_.enable_metrics) return;
    events.on<posts::PostCreated>(
        "metrics", [](const posts::PostCreated& event) { metrics::post_created(event.post_type); });
    events.on<posts::PostReposted>("metrics",
                                   [](const posts::PostReposted&) { metrics::post_created("repost"); });
    const auto failed =
        metrics::counter("grover_scheduled_failed_total", "Scheduled posts that failed for good.");
    events.on<scheduled_posts::ScheduledPostFailed>(
        "metrics", [failed](const scheduled_posts::ScheduledPostFailed&) { failed.add(); });
}

void Watch::queues(const runtime::WorkerPool& hashing, const runtime::WorkerPool& files) const {
    metrics::worker_queue_depth("passwords", [&] { return static_cast<double>(hashing.waiting()); });
    metrics::worker_queue_depth("files", [&] { return static_cast<double>(files.waiting()); });
}

void Watch::measure_loop_lag() const {
    if (!config_.enable_metrics) return;
    // A cancelled sleep at the end of the server ends the fiber.
    runtime::spawn([lag = metrics::event_loop_lag()] {
        using Steady = std::chrono::steady_clock;
        while (true) {
            const auto due = Steady::now() + kLoopLagPeriod;
            runtime::sleep_for(kLoopLagPeriod);
            lag.observe(std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - due));
        }
    });
}

void Watch::measure(std::string_view name, std::string_view help, std::function<std::int64_t()> read) const {
    if (!config_.enable_metrics) return;
    runtime::spawn([gauge = metrics::gauge(name, help), read = std::move(read)] {
        while (true) {
            try {
                gauge.set(static_cast<double>(read()));
            } catch (const runtime::Cancelled&) {
                throw;
            } catch (const std::exception&) {
                // The store is away, or the like: the last value stays, and the fiber goes on.
            }
            runtime::sleep_for(kCountPeriod);
        }
    });
}

std::function<std::string(metrics::TextFormat)> Watch::metrics() const {
    if (!config_.enable_metrics) return {};
    return [](metrics::TextFormat format) {
        count_cache_requests();
        return metrics::render(format);
    };
}

void Watch::started(const Config& config, unsigned port) const {
    log::info("started", {{"version", config.app_version},
                          {"build", kBuildCommit},
                          {"port", port},
                          {"threads", config.worker_threads},
                          {"database", config.database_url.starts_with("sqlite") ? "sqlite" : "postgresql"},
                          {"jwt", config.jwt_enabled},
                          {"google", config.google_enabled},
                          {"tls", config.tls_enabled}});
}

}  // namespace grover::app
