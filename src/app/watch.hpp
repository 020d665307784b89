// What operators see of the running server: logs and metrics of requests, statements and background work.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/api/dispatcher.hpp"
#include "platform/config/config.hpp"
#include "platform/db/open.hpp"
#include "platform/jobs/events.hpp"
#include "platform/jobs/run_report.hpp"
#include "platform/observability/log.hpp"
#include "platform/observability/metrics.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::app {

// Starts the log and the metrics; ends the log when it goes. Made first, destroyed last.
class Watch {
public:
    explicit Watch(const LoadedConfig& loaded);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    db::StatementObserver* statements() const;
    // Hears of the requests of one table of endpoints. Outlived by the Watch.
    std::unique_ptr<api::Observer> requests(const Api& api) const;
    std::function<void(const jobs::RunReport&)> background_report() const;
    // Empty when metrics are off.
    std::function<std::string(metrics::TextFormat)> metrics() const;
    // What the store's events say of the world, and what the server can tell of itself only while it runs. The arguments
    // outlive the server's run.
    void events(jobs::Events& events) const;
    void queues(const runtime::WorkerPool& hashing, const runtime::WorkerPool& files) const;
    // On one I/O thread: how late its timers are. Returns at once.
    void measure_loop_lag() const;
    // On one I/O thread: what `read` says, every now and then, as the value of the gauge.
    void measure(std::string_view name, std::string_view help, std::function<std::int64_t()> read) const;

    // One line that says what started and how.
    void started(const Config& config, unsigned port) const;

private:
    struct Statements;
    const Config& config_;
    std::unique_ptr<Statements> statements_;
};

}  // namespace grover::app
