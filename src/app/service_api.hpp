// The endpoints that speak of the server itself: contract/system.md §1 and §9.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

#include "platform/api/api.hpp"
#include "platform/base/clock.hpp"
#include "platform/config/config.hpp"
#include "platform/db/db.hpp"
#include "platform/observability/metrics.hpp"

namespace grover::app {

// What the endpoints ask the running server. References and functions outlive the service.
struct ServiceSources {
    const Config& config;
    const Clock& clock;
    db::Database& db;
    const Api& api;
    Time started_at;
    // True from the moment that shutdown begins.
    const std::atomic<bool>& draining;
    // The text in a format; empty function: metrics are off.
    std::function<std::string(metrics::TextFormat)> metrics;
    // Whether Redis carries events between nodes now; empty: it does not.
    std::function<bool()> is_redis_up{};
};

class ServiceStatus {
public:
    explicit ServiceStatus(ServiceSources sources) : sources_(std::move(sources)) {}

    const ServiceSources& sources() const { return sources_; }
    // Whether the data store answers; asked at most once a second.
    bool is_store_up();
    // Made once, when first asked for: every endpoint is there by then.
    const std::string& openapi();

private:
    ServiceSources sources_;
    std::atomic<std::int64_t> checked_at_{0};
    std::atomic<bool> store_up_{false};
    std::string openapi_;
    std::once_flag openapi_made_;
};

void add_service_api(Api& api, ServiceStatus& status);

}  // namespace grover::app
