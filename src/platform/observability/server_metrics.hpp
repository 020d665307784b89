// The metrics of contract/monitoring.md §4 by name, apart from those of http_metrics.hpp. Counting functions look
// their label up in a small table; the others return handles to keep. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

#include "platform/config/log_level.hpp"
#include "platform/observability/metrics.hpp"

namespace grover::metrics {

// Makes all known label sets, so that no rate is empty, and the process_* metrics. Once, at the start.
void register_server_metrics(std::string_view version, std::string_view commit);

// `method` as in Session.method (contract/auth.md): password, google, session_exchange, …; another counts as "other".
void auth_attempt(std::string_view method, bool success);
// standard, image, video, audio, poll, repost, scheduled, community, story.
void post_created(std::string_view post_type);
void message_sent();
// `type` of contract/payments.md §2.
void transaction(std::string_view type, bool success);
// The class of contract/system.md §7 that refused.
void rate_limited(std::string_view rate_class);
void log_line(LogLevel level);

// grover_validation_errors_total of one handler.
Counter validation_errors(std::string_view handler);

// Keep one for each statement. `operation`: select, insert, update, delete; else other.
Histogram db_query_latency(std::string_view collection, std::string_view operation);
Histogram db_pool_wait();
// `state`: idle, used.
UpDown db_pool_connections(std::string_view state);
Histogram event_loop_lag();
void worker_queue_depth(std::string_view queue, std::function<double()> read);

struct CacheCounters {
    Counter hits;
    Counter misses;
};
CacheCounters cache_requests(std::string_view cache);

Counter job_runs(std::string_view job, std::string_view status);
Gauge job_last_success(std::string_view job);

// 1 while a service that keeps failing is not asked.
Gauge breaker_open(std::string_view service);
// One call to another service; `status`: three digits, or why there is no answer.
void outgoing_call(std::string_view service, std::string_view status, std::chrono::microseconds duration);

}  // namespace grover::metrics
