#include "platform/observability/server_metrics.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "platform/observability/http_metrics.hpp"

using namespace grover;

namespace {

bool shows(const std::string& line) {
    return ("\n" + metrics::render()).find("\n" + line + "\n") != std::string::npos;
}
bool shows_start(const std::string& start) {
    return ("\n" + metrics::render()).find("\n" + start) != std::string::npos;
}

}  // namespace

TEST_CASE("all known label sets exist from the start") {
    metrics::register_server_metrics("1.0.0", "abc");
    metrics::register_server_metrics("1.0.0", "abc");  // changes nothing
    for (const std::string line :
         {"grover_auth_attempts_total{method=\"password\",status=\"failure\"} 0",
          "grover_auth_attempts_total{method=\"google\",status=\"success\"} 0",
          "grover_posts_created_total{post_type=\"standard\"} 0",
          "grover_posts_created_total{post_type=\"story\"} 0", "grover_messages_sent_total 0",
          "grover_transactions_total{type=\"tips\",status=\"failure\"} 0",
          "grover_rate_limited_total{class=\"auth\"} 0", "grover_active_users_total 0",
          "grover_active_streams 0", "grover_db_pool_connections{state=\"used\"} 0",
          "grover_validation_errors_total{handler=\"none\"} 0",
          "grover_outgoing_requests_total{service=\"google\",status=\"200\"} 0",
          "grover_build_info{version=\"1.0.0\",commit=\"abc\"} 1", "# TYPE process_cpu_seconds_total counter",
          "# TYPE grover_db_pool_wait_seconds histogram"}) {
        CAPTURE(line);
        CHECK(shows(line));
    }
    for (const std::string name : {"process_resident_memory_bytes ", "process_open_fds ", "process_max_fds ",
                                   "process_start_time_seconds ", "grover_uptime_seconds ",
                                   "grover_log_lines_total{level=\"critical\"} "}) {
        CAPTURE(name);
        CHECK(shows_start(name));
    }
}

TEST_CASE("events are counted under their names, unknown values as other") {
    metrics::auth_attempt("password", false);
    metrics::auth_attempt("carrier pigeon", true);
    metrics::post_created("image");
    metrics::message_sent();
    metrics::transaction("tips", true);
    metrics::rate_limited("search");
    CHECK(shows("grover_auth_attempts_total{method=\"password\",status=\"failure\"} 1"));
    CHECK(shows("grover_auth_attempts_total{method=\"other\",status=\"success\"} 1"));
    CHECK(shows("grover_posts_created_total{post_type=\"image\"} 1"));
    CHECK(shows("grover_messages_sent_total 1"));
    CHECK(shows("grover_transactions_total{type=\"tips\",status=\"success\"} 1"));
    CHECK(shows("grover_rate_limited_total{class=\"search\"} 1"));
    CHECK(metrics::render().find("pigeon") == std::string::npos);
}

TEST_CASE("statements, caches and jobs keep their handles") {
    metrics::db_query_latency("posts", "select").observe(std::chrono::microseconds(700));
    metrics::db_query_latency("posts", "pragma").observe(std::chrono::microseconds(700));
    CHECK(shows(
        "grover_db_query_latency_seconds_bucket{collection=\"posts\",operation=\"select\",le=\"0.001\"} 1"));
    CHECK(shows("grover_db_query_latency_seconds_count{collection=\"posts\",operation=\"other\"} 1"));
    const auto cache = metrics::cache_requests("posts");
    cache.hits.add(3);
    cache.misses.add();
    CHECK(shows("grover_cache_requests_total{cache=\"posts\",result=\"hit\"} 3"));
    CHECK(shows("grover_cache_requests_total{cache=\"posts\",result=\"miss\"} 1"));
    metrics::validation_errors("/api/x").add();
    CHECK(shows("grover_validation_errors_total{handler=\"/api/x\"} 1"));
    metrics::job_runs("cleanup", "success").add();
    metrics::job_last_success("cleanup").set(5);
    CHECK(shows("grover_job_runs_total{job=\"cleanup\",status=\"success\"} 1"));
    CHECK(shows("grover_job_last_success_timestamp_seconds{job=\"cleanup\"} 5"));
}
