#include "platform/observability/metrics.hpp"

#include <doctest/doctest.h>

#include <regex>
#include <thread>

#include "platform/observability/active_users.hpp"

using namespace grover::metrics;
using namespace std::chrono_literals;

namespace {

bool shows(const std::string& line, TextFormat format = TextFormat::prometheus) {
    return ("\n" + render(format)).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a counter exists at 0 and adds up all threads, ended ones too") {
    const Counter hits = counter("test_hits_total", "Hits.", {{"kind", "a"}});
    CHECK(shows("test_hits_total{kind=\"a\"} 0"));
    hits.add();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10'000; ++i) hits.add(2);
        });
    }
    for (int i = 0; i < 20; ++i) (void)render();  // a scrape meanwhile disturbs nobody
    for (std::thread& thread : threads) thread.join();
    CHECK(shows("test_hits_total{kind=\"a\"} 80001"));
    CHECK(shows("# HELP test_hits_total Hits.\n# TYPE test_hits_total counter"));
}

TEST_CASE("the same name and labels are the same metric, one name has one type") {
    counter("test_same_total", "x").add();
    counter("test_same_total", "another help").add();
    CHECK(shows("test_same_total 2"));
    CHECK_THROWS_AS((void)gauge("test_same_total", "x"), std::logic_error);
    CHECK_THROWS_AS((void)up_down("test_same_total", "x"), std::logic_error);
    (void)histogram("test_same_seconds", "x");
    CHECK_THROWS_AS((void)histogram("test_same_seconds", "x", {}, kQueryBuckets), std::logic_error);
}

TEST_CASE("a level goes up on one thread and down on another") {
    const UpDown level = up_down("test_level", "x");
    level.add(3);
    std::thread([&] { level.add(-5); }).join();
    CHECK(shows("test_level -2"));
    CHECK(shows("# TYPE test_level gauge"));
}

TEST_CASE("gauges are set, or asked at the scrape") {
    gauge("test_gauge", "x", {{"state", "idle"}}).set(2.5);
    CHECK(shows("test_gauge{state=\"idle\"} 2.5"));
    int asked = 0;
    gauge_from("test_asked", "x", {}, [&] { return ++asked; });
    CHECK(shows("test_asked 1"));
    CHECK(shows("test_asked 2"));
    gauge_from("test_asked", "x", {}, [] { return 7; });  // the variable above goes away
    CHECK(shows("test_asked 7"));
}

TEST_CASE("a histogram counts up to and with each bound, in seconds") {
    const Histogram wait = histogram("test_wait_seconds", "x", {{"q", "a"}}, kQueryBuckets);
    for (const auto duration : {0us, 1'000us, 1'001us, 1'000'000us, 1'000'001us}) wait.observe(duration);
    CHECK(
        shows("test_wait_seconds_bucket{q=\"a\",le=\"0.001\"} 2\n"
              "test_wait_seconds_bucket{q=\"a\",le=\"0.005\"} 3\n"
              "test_wait_seconds_bucket{q=\"a\",le=\"0.01\"} 3\n"
              "test_wait_seconds_bucket{q=\"a\",le=\"0.05\"} 3\n"
              "test_wait_seconds_bucket{q=\"a\",le=\"0.1\"} 3\n"
              "test_wait_seconds_bucket{q=\"a\",le=\"0.5\"} 3\n"
              "test_wait_seconds_bucket{q=\"a\",le=\"1\"} 4\n"
              "test_wait_seconds_bucket{q=\"a\",le=\"+Inf\"} 5\n"
              "test_wait_seconds_sum{q=\"a\"} 2.002002\n"
              "test_wait_seconds_count{q=\"a\"} 5"));
}

TEST_CASE("labels are escaped") {
    (void)counter("test_escaped_total", "back\\slash\nline", {{"x", "a\"b\\c\nd"}});
    CHECK(shows(R"(test_escaped_total{x="a\"b\\c\nd"} 0)"));
    CHECK(shows("# HELP test_escaped_total back\\\\slash line"));
}

TEST_CASE("OpenMetrics is written when asked for") {
    counter("test_open_total", "x").add();
    (void)histogram("test_open_seconds", "x", {}, kQueryBuckets);
    CHECK(shows("# TYPE test_open counter\ntest_open_total 1", TextFormat::openmetrics));
    CHECK(shows("test_open_seconds_bucket{le=\"1.0\"} 0", TextFormat::openmetrics));
    CHECK(render(TextFormat::openmetrics).ends_with("\n# EOF\n"));
    CHECK(wanted_format("application/openmetrics-text; version=1.0.0, text/plain;q=0.5") ==
          TextFormat::openmetrics);
    CHECK(wanted_format("*/*") == TextFormat::prometheus);
    CHECK(content_type(TextFormat::prometheus) == "text/plain; version=0.0.4; charset=utf-8");
}

TEST_CASE("every line of the text is well-formed and no family comes twice") {
    const std::string text = render();
    const std::regex sample(
        R"([a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? (-?[0-9.e+-]+|NaN|[+-]Inf))");
    const std::regex comment(R"(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .+)");
    std::vector<std::string> types;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        REQUIRE(end != std::string::npos);
        const std::string line = text.substr(at, end - at);
        CAPTURE(line);
        REQUIRE((std::regex_match(line, sample) || std::regex_match(line, comment)));
        if (line.starts_with("# TYPE ")) {
            CHECK(std::find(types.begin(), types.end(), line) == types.end());
            types.push_back(line);
        }
        at = end + 1;
    }
}

TEST_CASE("switched off, nothing is collected") {
    const Counter off = counter("test_off_total", "x");
    set_collecting(false);
    off.add();
    set_collecting(true);
    CHECK(shows("test_off_total 0"));
}

TEST_CASE("different users of the last five minutes are counted once") {
    const auto start = std::chrono::steady_clock::time_point(100h);
    CHECK(active_users(start) == 0);
    for (int i = 0; i < 10; ++i) saw_user("user_a", start);
    saw_user("user_b", start + 1min);
    std::thread([&] { saw_user("user_a", start + 2min); }).join();
    CHECK(active_users(start + 2min) == 2);
    CHECK(active_users(start + 5min) == 2);
    CHECK(active_users(start + 6min) == 1);
    CHECK(active_users(start + 8min) == 0);
    for (int i = 0; i < 20'000; ++i) saw_user("user_" + std::to_string(i), start + 10min);
    CHECK(active_users(start + 10min) > 19'900);
    CHECK(active_users(start + 10min) <= 20'000);
}
