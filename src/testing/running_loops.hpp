// Loops as in the running server, for tests of what fibers do.
#pragma once

#include <atomic>
#include <thread>

#include "platform/runtime/runtime.hpp"

namespace grover::testing {

// Two, on threads of their own while it lives.
struct RunningLoops {
    runtime::Loops loops{2};
    std::thread thread{[this] { loops.run(); }};
    ~RunningLoops() {
        loops.stop();
        thread.join();
    }

    // Runs f(i) in `count` fibers and waits for all.
    template <class F>
    void in_fibers(int count, F f) {
        std::atomic<int> left{count};
        for (int i = 0; i < count; ++i) {
            runtime::spawn_on(loops, static_cast<unsigned>(i) % 2, [&, i] {
                f(i);
                if (--left == 0) left.notify_all();
            });
        }
        for (int seen = left; seen > 0; seen = left) left.wait(seen);
    }
};

}  // namespace grover::testing
