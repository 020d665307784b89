// What this thread itself computed, however busy the machine is: for tests that a cost grows no faster than its input. Their
// limits lie far above what sanitizers and a shared core make of linear, and far below quadratic.
#pragma once

#include <ctime>

#include <chrono>

namespace grover::testing {

inline std::chrono::nanoseconds thread_time() {
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return std::chrono::seconds{spent.tv_sec} + std::chrono::nanoseconds{spent.tv_nsec};
}

}  // namespace grover::testing
