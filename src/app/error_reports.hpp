// Who hears of failures besides the log: Sentry, when SENTRY_DSN says where (contract/monitoring.md §2).
#pragma once

#include <memory>

#include "platform/api/dispatcher.hpp"
#include "platform/base/clock.hpp"
#include "platform/config/config.hpp"
#include "platform/jobs/run_report.hpp"
#include "platform/observability/reports.hpp"

namespace grover::app {

// Reports are taken while it lives: made after the Watch, destroyed after everything that may fail; that sends what still
// waits, for two seconds at most.
class ErrorReports {
public:
    ErrorReports(const Config& config, const Clock& clock);
    ~ErrorReports();
    ErrorReports(const ErrorReports&) = delete;
    ErrorReports& operator=(const ErrorReports&) = delete;

private:
    std::unique_ptr<reports::Receiver> receiver_;  // null: nobody
};

// A request that did not end as it should; nothing for an answer that says no on purpose.
void report_request(const api::Done& done);
void report_run(const jobs::RunReport& run);
// The server could not start.
void report_start(const std::exception& error);

}  // namespace grover::app
