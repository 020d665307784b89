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
