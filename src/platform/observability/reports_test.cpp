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
    CHECK(heard.said() ==
          std::vector<std::string>{"realtime typing: std::out_of_range: vector::at (unhandled)",
                                   "realtime typing: database_error: disk full"});
}
