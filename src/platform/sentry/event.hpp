// The JSON of one event (contract/monitoring.md §2.3).
#pragma once

#include <string>

#include "platform/sentry/captured.hpp"

namespace grover::sentry {

// Names the SDK in events and envelopes.
inline constexpr std::string_view kSdkName = "grover-cpp";

std::string event_json(const Captured& captured, const Options& options);

}  // namespace grover::sentry
