// Takes an envelope to the server (contract/monitoring.md §2.1). Used by one thread, which it holds up.
#pragma once

#include <chrono>
#include <string_view>

#include "platform/http/compression.hpp"
#include "platform/integrations/http_client.hpp"
#include "platform/sentry/options.hpp"

namespace grover::sentry {

class Delivery {
public:
    // `options` outlives it.
    explicit Delivery(const Options& options);

    integrations::HttpAnswer post(std::string_view envelope);
    // What is on its way then is given up. Any thread.
    void end_by(std::chrono::steady_clock::time_point when) { http_.end_by(when); }

private:
    const Options& options_;
    const std::string auth_;
    integrations::HttpClient http_;
    http::Compressor compressor_;
};

}  // namespace grover::sentry
