#include "platform/integrations/breaker.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "platform/integrations/http_client.hpp"
#include "platform/observability/reports_testing.hpp"
#include "testing/http_peer.hpp"

using namespace grover::integrations;
using namespace std::chrono_literals;
namespace metrics = grover::metrics;

namespace {

bool shows(const std::string& line) {
    return metrics::render().find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a provider that keeps failing is left alone, and one call sees whether it is back") {
    grover::reports_testing::Reports heard;
    Breaker breaker("shaky");
    const Breaker::Time begin{};
    for (int i = 0; i < Breaker::kFailures; ++i) {
        CHECK(breaker.lets_through(begin));
        breaker.report(i < 3 ? i == 2 : false, begin);  // two failures, a success: counted from there
    }
    for (int i = 0; i < 3; ++i) {
        CHECK(shows("grover_breaker_open{service=\"shaky\"} 0"));
        CHECK(breaker.lets_through(begin));
        breaker.report(false, begin);
    }
    CHECK(shows("grover_breaker_open{service=\"shaky\"} 1"));
    CHECK_FALSE(breaker.lets_through(begin + Breaker::kPause - 1ms));
    CHECK(breaker.lets_through(begin + Breaker::kPause));
    CHECK_FALSE(breaker.lets_through(begin + Breaker::kPause));
    breaker.report(false, begin + Breaker::kPause);
    // Once, however long it stays so.
    CHECK(heard.said() == std::vector<std::string>{"network shaky: BreakerOpen: the service keeps failing "
                                                   "and is left alone for a moment (warning)"});
    breaker.report(true, begin + Breaker::kPause);
    CHECK(shows("grover_breaker_open{service=\"shaky\"} 0"));
    CHECK(breaker.lets_through(begin + Breaker::kPause));
}

TEST_CASE("a client asks no provider that only fails, but those of many hosts and who refuses for a reason") {
    using grover::testing::HttpPeer;
    HttpClient client(nullptr);
    HttpPeer down([](const auto&) { return HttpPeer::response(503, ""); });
    HttpPeer strict([](const auto&) { return HttpPeer::response(400, ""); });
    for (int i = 0; i < Breaker::kFailures + 5; ++i) {
        client.send({.service = "down", .one_provider = true, .url = down.url("/")});
        client.send({.service = "many", .url = down.url("/other")});
        client.send({.service = "strict", .one_provider = true, .url = strict.url("/")});
    }
    const auto asked = down.requests();
    CHECK(std::ranges::count_if(asked, [](const auto& r) { return r.target == "/"; }) == Breaker::kFailures);
    CHECK(std::ranges::count_if(asked, [](const auto& r) { return r.target == "/other"; }) ==
          Breaker::kFailures + 5);
    CHECK(strict.requests().size() == Breaker::kFailures + 5);
    const auto answer = client.send({.service = "down", .one_provider = true, .url = down.url("/")});
    CHECK(answer.status == 0);
    CHECK(answer.failure == HttpFailure::unreachable);
}
