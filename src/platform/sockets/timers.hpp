// What runs later, in fibers: one list and one waiting fiber for each loop. Private to this folder.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "platform/runtime/runtime.hpp"

namespace grover::sockets {

class Timers {
public:
    explicit Timers(runtime::Loops& loops);

    // On this loop's thread, or on the first one's when this thread runs none. What `f` throws is logged.
    void after(std::chrono::milliseconds delay, std::function<void()> f);
    // Begins nothing new.
    void stop();

private:
    struct Lane {
        std::multimap<runtime::Steady::time_point, std::function<void()>> waiting;
        runtime::Signal changed;
        bool running = false;
        bool stopping = false;
    };
    static void add(const std::shared_ptr<Lane>& lane, runtime::Steady::time_point at,
                    std::function<void()> f);
    static void run(const std::shared_ptr<Lane>& lane);

    runtime::Loops& loops_;
    std::vector<std::shared_ptr<Lane>> lanes_;
};

// Runs `f`, logs and reports what it throws, except the end of the fiber.
void run_logged(std::string_view what, const std::function<void()>& f);

}  // namespace grover::sockets
