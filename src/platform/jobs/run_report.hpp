// What metrics, logs and error reports hear of each run of a job or listener.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace grover::jobs {

struct RunReport {
    enum class Kind : std::uint8_t { job, periodic_job, listener };

    Kind kind;
    std::string_view name;  // of the job, or "listener event"
    int attempt = 1;
    std::chrono::microseconds duration{};
    std::string_view error;  // empty: it succeeded. For operators only: it may name what users must not see
    bool parked = false;     // it is not tried again by itself
};

}  // namespace grover::jobs
