// For tests of what many do at the same moment, and of what is refused.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "platform/base/error.hpp"

namespace grover::testing {

// Runs f(i) on `count` threads that start together.
template <class F>
void at_once(int count, F f) {
    std::atomic<int> waiting{count};
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            --waiting;
            while (waiting > 0) std::this_thread::yield();
            f(i);
        });
    }
    for (auto& thread : threads) thread.join();
}

// Runs `f` and returns "<status> <sentence>", with the fields of a 422, or "" when it succeeds.
template <class F>
std::string refusal(F&& f) {
    try {
        f();
    } catch (const Error& error) {
        std::string out = std::to_string(error.status) + ' ' + error.detail;
        for (const auto& field : error.fields) out += '[' + field.loc.back() + ": " + field.msg + ']';
        return out;
    }
    return {};
}

}  // namespace grover::testing
