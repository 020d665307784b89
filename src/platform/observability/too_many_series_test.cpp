// In a file whose name comes last: doctest runs files in order of their names, and this fills the room of all metrics.
#include <doctest/doctest.h>

#include <algorithm>
#include <regex>

#include "platform/observability/http_metrics.hpp"
#include "platform/observability/metrics.hpp"

using namespace grover::metrics;

TEST_CASE("beyond the limit new labels become \"other\", and that is counted") {
    for (std::size_t i = 0; i < kMostSeries + 10; ++i)
        counter("test_many_total", "x", {{"n", std::to_string(i)}}).add();
    const std::string text = render();
    std::size_t shown = 0;
    for (auto at = text.find("\ntest_many_total{"); at != std::string::npos;
         at = text.find("\ntest_many_total{", at + 1))
        ++shown;
    CHECK(shown <= kMostSeries);
    CHECK(std::regex_search(text, std::regex("\ntest_many_total\\{n=\"other\"\\} [1-9]")));
    CHECK(std::regex_search(text, std::regex("\ngrover_metrics_dropped_total [1-9]")));
}

TEST_CASE("routes that find no room are counted together, by status") {
    for (const char* handler : {"/api/late/1", "/api/late/2"}) {
        HttpRoute& route = http_route("GET", handler);
        route.begin();
        route.end(503, 1'000, 1, 1);
    }
    const std::string text = render();
    CHECK(text.find("/api/late/1") == std::string::npos);
    CHECK(text.find("\ngrover_http_requests_total{method=\"other\",handler=\"other\",status=\"503\"} 2\n") !=
          std::string::npos);
}
