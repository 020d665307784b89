// The rate limits of all nodes meet in Redis (contract/system.md §7).
#pragma once

#include <memory>
#include <string>

#include "platform/api/shared_limits.hpp"

namespace grover::bus {

// Connects when it is first asked, and again after a failure. Throws std::invalid_argument for a URL that over_redis() would
// refuse.
std::unique_ptr<api::SharedBuckets> buckets_over_redis(const std::string& url);

}  // namespace grover::bus
