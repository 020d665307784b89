#include "platform/observability/reports.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "platform/observability/reports_testing.hpp"

using namespace grover;
using namespace grover::reports;
using grover::reports_testing::Reports;

TEST_CASE("a fault is what nobody answers on purpose") {
    CHECK(is_fault(database_error("disk full")));
    CHECK(is_fault(database_unreachable("refused")));
    CHECK(is_fault(upstream_error("PayPal", "status 500")));
    CHECK(is_fault(Error(ErrorKind::internal_error, "Internal server error")));
    CHECK(is_fault(
        unavailable("Storage is temporarily unavailable", std::chrono::seconds{5}).with_cause("disk full")));
    CHECK_FALSE(is_fault(unavailable("Communities are disabled", std::chrono::seconds{5})));
    CHECK_FALSE(is_fault(not_found("Post not found")));
    CHECK_FALSE(is_fault(rate_limited(std::chrono::seconds{1})));
}

TEST_CASE("who is told hears of exceptions by their names, and of no refusal") {
    CHECK_FALSE(has_receiver());
    report_exception("realtime", "typing", std::out_of_range("nobody hears"));
    Reports heard;
    CHECK(has_receiver());
    report_exception("realtime", "typing", std::out_of_range("vector::at"));
    report_exception("realtime", "typing", database_error("disk full"));
    report_exception("realtime", "typing", not_found("Post not found"));
    report_exception("auth", "google", upstream_error("Google", "status 500"));
    report_setback("jobs", "scheduled_posts", database_error("disk full"));
    report_setback("jobs", "scheduled_posts", not_found("Post not found"));
    CHECK(heard.said() ==
          std::vector<std::string>{"realtime typing: std::out_of_range: vector::at (unhandled)",
                                   "realtime typing: database_error: disk full",
                                   "auth google: upstream_error: status 500 (warning)",
                                   "jobs scheduled_posts: database_error: disk full (warning)"});
}

TEST_CASE("failures of providers are warnings and one issue, whoever reports them") {
    const auto provider = weight_of(code_of(ErrorKind::upstream_error));
    CHECK(provider.level == Level::warning);
    CHECK(provider.group == "upstream_error");
    const auto store = weight_of(code_of(ErrorKind::database_error));
    CHECK(store.level == Level::error);
    CHECK(store.group.empty());
}

TEST_CASE("what is said of an error is its cause, not the sentence for the user") {
    CHECK(type_of(database_error("disk full")) == "database_error");
    CHECK(cause_of(database_error("disk full")) == "disk full");
    CHECK(cause_of(not_found("Post not found")) == "Post not found");
    CHECK(cause_of(std::out_of_range("vector::at")) == "vector::at");
}
