// GET /test-sentry: an error on purpose, to see that errors are noticed (contract/monitoring.md §2.7).
#pragma once

#include "platform/api/api.hpp"
#include "platform/config/config.hpp"

namespace grover::app {

// `config` outlives the endpoints.
void add_sentry_test(Api& api, const Config& config);

}  // namespace grover::app
