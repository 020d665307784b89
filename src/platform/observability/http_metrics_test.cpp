#include "platform/observability/http_metrics.hpp"

#include <doctest/doctest.h>

#include "platform/observability/metrics.hpp"

using namespace grover::metrics;

namespace {

bool shows(const std::string& line) {
    return ("\n" + render()).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("one request is seen in every HTTP metric") {
    HttpRoute& route = http_route("GET", "/api/posts/{post_id}");
    CHECK(&route == &http_route("GET", "/api/posts/{post_id}"));
    route.begin();
    route.begin();
    route.end(200, 40'000, 10, 2'000);
    route.begin();
    route.end(404, 600'000, 0, 100);
    const std::string labels = "method=\"GET\",handler=\"/api/posts/{post_id}\"";
    CHECK(shows("grover_http_requests_total{" + labels + ",status=\"200\"} 1"));
    CHECK(shows("grover_http_requests_total{" + labels + ",status=\"404\"} 1"));
    CHECK(shows("grover_http_latency_seconds_bucket{" + labels + ",status=\"200\",le=\"0.01\"} 0"));
    CHECK(shows("grover_http_latency_seconds_bucket{" + labels + ",status=\"200\",le=\"0.05\"} 1"));
    CHECK(shows("grover_http_latency_seconds_sum{" + labels + ",status=\"200\"} 0.04"));
    CHECK(shows("grover_http_request_duration_seconds_bucket{" + labels + ",le=\"0.5\"} 1"));
    CHECK(shows("grover_http_request_duration_seconds_bucket{" + labels + ",le=\"1\"} 2"));
    CHECK(shows("grover_http_request_duration_seconds_count{" + labels + "} 2"));
    CHECK(shows("grover_api_latency_seconds_sum{method=\"GET\",endpoint=\"/api/posts/{post_id}\"} 0.64"));
    CHECK(shows("grover_http_requests_inprogress{" + labels + "} 1"));
    route.end(200, 1, 0, 0);
    CHECK(shows("grover_http_requests_inprogress{" + labels + "} 0"));
}

TEST_CASE("sizes are counted by handler, whatever the method") {
    for (const char* method : {"GET", "POST"}) {
        HttpRoute& route = http_route(method, "/api/sized");
        route.begin();
        route.end(200, 1'000, 30, 70);
    }
    CHECK(shows("grover_http_request_size_bytes_sum{handler=\"/api/sized\"} 60"));
    CHECK(shows("grover_http_request_size_bytes_count{handler=\"/api/sized\"} 2"));
    CHECK(shows("grover_http_response_size_bytes_sum{handler=\"/api/sized\"} 140"));
}

TEST_CASE("rates and error ratios have values before the first request, unused routes have none") {
    (void)http_route("DELETE", "/api/never");
    CHECK(shows("grover_http_requests_total{method=\"GET\",handler=\"none\",status=\"200\"} 0"));
    CHECK(shows("grover_http_requests_total{method=\"GET\",handler=\"none\",status=\"500\"} 0"));
    CHECK(render().find("/api/never") == std::string::npos);
}

TEST_CASE("an odd status counts as the first of its hundred") {
    HttpRoute& route = http_route("GET", "/api/odd");
    for (const int status : {299, 499, 599, 0, 999}) {
        route.begin();
        route.end(status, 1, 0, 0);
    }
    const std::string labels = "method=\"GET\",handler=\"/api/odd\"";
    CHECK(shows("grover_http_requests_total{" + labels + ",status=\"200\"} 1"));
    CHECK(shows("grover_http_requests_total{" + labels + ",status=\"400\"} 1"));
    CHECK(shows("grover_http_requests_total{" + labels + ",status=\"500\"} 2"));
    CHECK(shows("grover_http_requests_total{" + labels + ",status=\"100\"} 1"));
}

TEST_CASE("a walk over all routes with every kind of answer loses no labels and fits a scrape") {
    // As many routes as there are, with names of the usual length.
    constexpr int kRoutes = 235;
    constexpr int kStatuses[] = {200, 400, 401, 403, 404, 409, 422, 429, 500};
    const auto name = [](int i) { return "/api/communities/{community_id}/posts/" + std::to_string(i); };
    for (int i = 0; i < kRoutes; ++i) {
        HttpRoute& route = http_route("DELETE", name(i));
        for (const int status : kStatuses) {
            route.begin();
            route.end(status, 1'000, 1, 1);
        }
    }
    const auto late = counter("test_after_the_walk_total", "x", {{"who", "late"}});
    late.add();
    const std::string text = render();
    CHECK(text.find("\ntest_after_the_walk_total{who=\"late\"} 1\n") != std::string::npos);
    CHECK(text.find("\ngrover_metrics_dropped_total 0\n") != std::string::npos);
    for (const int status : kStatuses)
        CHECK(shows("grover_http_requests_total{method=\"DELETE\",handler=\"" + name(kRoutes - 1) +
                    "\",status=\"" + std::to_string(status) + "\"} 1"));
    CHECK(shows("grover_http_latency_seconds_count{method=\"DELETE\",handler=\"" + name(0) +
                "\",status=\"400\"} 7"));
    CHECK(text.size() < 2u << 20);
}
