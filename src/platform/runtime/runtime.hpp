// Threads, fibers and waiting (design.md "Runtime").
//
// N I/O threads, each with its own event loop; a fiber runs on the thread that spawned it and never moves.
// Code in a fiber reads as if it blocked; what blocks suspends the fiber alone. Everything here also works on
// a plain thread (tests, command-line tools), where waiting blocks that thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>

#include "platform/base/function_ref.hpp"

namespace grover::runtime {

using Steady = std::chrono::steady_clock;

// Thrown out of a wait when the fiber's deadline passed, or when it was cancelled (its client went away,
// shutdown). http turns them into 503 or silence; nothing else catches them.
struct DeadlineExceeded : std::runtime_error {
    DeadlineExceeded() : std::runtime_error("deadline exceeded") {}
};
struct Cancelled : std::runtime_error {
    Cancelled() : std::runtime_error("cancelled") {}
};

// The I/O threads. Made once by app; run() returns after stop().
class Loops {
public:
    explicit Loops(unsigned threads);
    ~Loops();

    unsigned size() const;
    // Blocks: thread 0 is the caller's. `on_start(i)` runs first on each thread, outside any fiber; what it
    // throws ends all threads and is thrown here. Fibers still waiting at the end get Cancelled.
    void run(std::function<void(unsigned)> on_start = {});
    // Any thread, also a signal handler's thread. Loops end when asked, whatever is pending.
    void stop();
    // Runs `f` on thread i's loop soon, outside any fiber. Any thread.
    void post(unsigned thread, std::function<void()> f);
    // The boost::asio::io_context of thread i, for platform/*.cpp only (cast from void to keep Asio out of
    // headers).
    void* io_context(unsigned thread);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Index of the loop this thread runs; -1 on other threads.
int this_loop();
bool in_fiber();

// Starts a fiber on this thread's loop. It runs until its first wait before spawn returns. An exception that
// leaves `f` ends the process: a fiber's body handles its own. Only Cancelled may leave it.
void spawn(std::function<void()> f);
// The same on another loop; returns at once.
void spawn_on(Loops& loops, unsigned thread, std::function<void()> f);

void sleep_for(Steady::duration duration);

// One-shot meeting point: one waits, somebody on any thread notifies, in either order. May be reused after
// wait returned.
class Signal {
public:
    Signal();
    ~Signal();
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;

    // Suspends until notify(). Ignores deadline and cancellation: the notifier may hold references to the
    // waiter's stack.
    void wait();
    // The same, giving up after `limit`: false. Only for waits whose notifier holds nothing of the waiter's
    // stack.
    bool wait_for(Steady::duration limit);
    void notify();

private:
    struct State;
    std::shared_ptr<State> state_;
};

// While one lives, this thread's notifications are collected; at its end each loop gets its whole share with
// one wakeup. For a thread that completes many waits at a time, a group commit for example. An inner one
// joins the outer one.
class NotifyBatch {
public:
    NotifyBatch();
    ~NotifyBatch();
    NotifyBatch(const NotifyBatch&) = delete;
    NotifyBatch& operator=(const NotifyBatch&) = delete;

    struct Chains;

private:
    std::unique_ptr<Chains> chains_;
};

// A deadline for everything this fiber waits for with sleep_for and wait_for-style waits while the object
// lives.
class DeadlineScope {
public:
    // An earlier deadline that already holds stays.
    explicit DeadlineScope(Steady::time_point at);
    ~DeadlineScope();
    DeadlineScope(const DeadlineScope&) = delete;
    DeadlineScope& operator=(const DeadlineScope&) = delete;

private:
    Steady::time_point previous_;
};
Steady::time_point deadline();

// Threads for what would hold up a loop: hashing passwords, decoding pictures, fsync of uploads.
class WorkerPool {
public:
    // `queue` waiting calls at most; the next is refused with 503 unavailable, Retry-After 1.
    WorkerPool(unsigned threads, std::size_t queue);
    ~WorkerPool();

    // Runs f on a worker and suspends until it is done; what f throws is thrown here.
    void run(FunctionRef<void()> f);
    template <class F>
    auto call(F&& f) -> std::invoke_result_t<F&>;

    std::size_t waiting() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

template <class F>
auto WorkerPool::call(F&& f) -> std::invoke_result_t<F&> {
    using Result = std::invoke_result_t<F&>;
    if constexpr (std::is_void_v<Result>) {
        run([&] { f(); });
    } else {
        std::unique_ptr<Result> result;
        run([&] { result = std::make_unique<Result>(f()); });
        return std::move(*result);
    }
}

}  // namespace grover::runtime
