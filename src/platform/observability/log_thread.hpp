// The thread that drains every thread's queue to stderr and the log file. Private to platform/observability.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "platform/observability/fold.hpp"
#include "platform/observability/log.hpp"
#include "platform/observability/log_file.hpp"
#include "platform/observability/ring.hpp"

namespace grover::log {

// The queue of one thread. Shared, because lines may wait in it when its thread has ended.
struct Queue {
    explicit Queue(std::size_t bytes) : ring(bytes) {}

    Ring ring;
    std::atomic<std::uint64_t> dropped{0};  // written by its thread
    std::atomic<bool> closed{false};        // its thread has ended
};

class LogThread {
public:
    explicit LogThread(const Options& options);
    ~LogThread();

    // Drains and ends the thread. The object stays whole: other threads may still hold it.
    void end();
    void add(std::shared_ptr<Queue> queue);
    // Producer, after a push.
    void pushed(const Ring& ring) {
        // Either this sees that the thread sleeps, or the thread sees the push before it falls asleep.
        std::atomic_thread_fence(std::memory_order_seq_cst);
        const bool asleep = asleep_.load(std::memory_order_relaxed);
        if ((asleep && asleep_.exchange(false, std::memory_order_relaxed)) || ring.more_than_half_full())
            wake(asleep);
    }
    void flush();
    void reopen() noexcept;  // async-signal-safe
    std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

private:
    void run();
    void wake(bool asleep) noexcept;
    void gather();
    void sleep();
    bool drain();
    void write_out();
    void write_to_terminal();
    void report();
    void add_own_line(std::string_view message, Fields fields);
    std::vector<std::shared_ptr<Queue>> queues();

    Options options_;
    LogFile file_;
    bool file_wanted_;
    int event_;  // eventfd: something is urgent

    std::mutex mutex_;
    std::condition_variable flushed_;
    std::vector<std::shared_ptr<Queue>> queues_;  // under mutex_
    std::uint64_t flush_asked_ = 0;               // under mutex_
    std::uint64_t flush_done_ = 0;                // under mutex_
    bool ended_ = false;                          // under mutex_

    std::atomic<bool> asleep_{false};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> reopen_asked_{false};
    std::atomic<std::uint64_t> dropped_{0};

    // The rest belongs to the thread.
    Folder folder_;
    std::string batch_;
    std::uint64_t dropped_reported_ = 0;
    std::uint64_t dropped_of_ended_ = 0;
    bool file_broken_ = false;
    bool stderr_cut_ = false;  // in the middle of a line
    Folder::Time stderr_paused_until_{};
    Folder::Time next_report_{};
    std::thread thread_;
};

}  // namespace grover::log
