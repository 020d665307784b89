// Runs libcurl handles one after the other on one plain thread, which keeps its connections and can be told to come to an end.
// Private to this folder.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

namespace grover::integrations {

class ThreadTransfers {
public:
    ThreadTransfers();
    ~ThreadTransfers();
    ThreadTransfers(const ThreadTransfers&) = delete;
    ThreadTransfers& operator=(const ThreadTransfers&) = delete;

    // Performs a CURL* with its own time-outs set; the CURLcode it ended with.
    int perform(void* easy);

    // What runs then, and what is begun later, ends with a time-out. Any thread.
    void end_by(std::chrono::steady_clock::time_point when);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace grover::integrations
