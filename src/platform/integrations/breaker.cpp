#include "platform/integrations/breaker.hpp"

#include <algorithm>

#include "platform/observability/reports.hpp"
#include "platform/observability/server_metrics.hpp"

namespace grover::integrations {

Breaker::Breaker(std::string_view service) : service_(service), open_(metrics::breaker_open(service)) {}

bool Breaker::lets_through(Time now) {
    const std::scoped_lock lock(mutex_);
    if (failures_ < kFailures) return true;
    if (now < next_try_) return false;
    // The others wait for what becomes of this one.
    next_try_ = now + kPause;
    return true;
}

void Breaker::report(bool worked, Time now) {
    bool opens = false;
    {
        const std::scoped_lock lock(mutex_);
        opens = !worked && failures_ == kFailures - 1;
        failures_ = worked ? 0 : std::min(failures_ + 1, kFailures);
        if (failures_ == kFailures) next_try_ = now + kPause;
        open_.set(failures_ == kFailures ? 1 : 0);
    }
    if (!opens) return;
    reports::report({.level = reports::Level::warning,
                     .component = "network",
                     .action = service_,
                     .transaction = "network breaker",
                     .type = "BreakerOpen",
                     .text = "the service keeps failing and is left alone for a moment"});
}

}  // namespace grover::integrations
