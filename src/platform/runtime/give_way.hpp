// Long work on a loop, done in pieces: between two of them the requests of the thread have their turn.
#pragma once

#include <chrono>

#include "platform/runtime/runtime.hpp"

namespace grover::runtime {

// In a fiber: a millisecond for the others. A thread of its own goes on at once.
inline void give_way() {
    if (in_fiber()) sleep_for(std::chrono::milliseconds{1});
}

}  // namespace grover::runtime
