// process_* and grover_uptime_seconds. Private to platform/observability.
#pragma once

namespace grover::metrics {

void register_process_metrics();

}  // namespace grover::metrics
