// One event loop and its fibers. Private to platform/runtime.
#pragma once

#include <atomic>
#include <boost/context/fiber.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "platform/observability/context.hpp"
#include "platform/runtime/fiber.hpp"
#include "platform/runtime/sanitizer.hpp"
#include "platform/runtime/stack.hpp"

namespace grover::runtime {

// Something to do on a loop's thread, outside any fiber. Whoever submits one keeps it alive until run()
// began.
struct Task {
    Task* next = nullptr;

    virtual void run() = 0;
    // Instead of run(), when the loop ended first.
    virtual void drop() {}

protected:
    ~Task() = default;
};

class Loop;

// What ended a wait.
enum class Outcome : std::uint8_t { woken, timed_out, interrupted };

// A context with its own stack that runs one body after the other.
class Fiber final : public Task {
public:
    explicit Fiber(Loop& loop);
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    // Called by the loop (or by the fiber that spawns this one): return when this one suspends or is done.
    void start(std::function<void()> body);
    void resume(Outcome why);
    // Called on its own stack: returns when resumed.
    void leave();

    // Gives back the stack pages of an idle fiber.
    void release_memory();

    // Task: resumes, when something woke it while another fiber ran.
    void run() override;

    Loop& loop;
    std::uint64_t run_number = 0;   // changes when a body ends
    std::uint64_t wait_number = 0;  // changes when a wait ends
    bool suspended = false;
    bool interruptible = false;  // in this suspension
    bool queued = false;         // to be resumed when the present fiber has left
    Outcome outcome = Outcome::woken;
    Interruption interruption = Interruption::none;
    Steady::time_point own_deadline = Steady::time_point::max();
    Steady::time_point scoped_deadline = Steady::time_point::max();
    bool idle = true;  // has no body

private:
    // libstdc++ keeps the exceptions being handled per thread; a fiber may suspend inside a catch block.
    struct ExceptionState {
        void* caught = nullptr;
        unsigned int uncaught = 0;
    };

    void enter();
    void run_bodies() noexcept;

    Stack stack_;
    SanitizerContext context_;
    SanitizerContext* resumer_context_ = nullptr;
    ExceptionState exceptions_;
    const log::Context* log_context_ = nullptr;  // of this fiber, while another runs
    boost::context::fiber self_;                 // while suspended
    boost::context::fiber resumer_;              // while running
    std::function<void()> body_;
    bool exit_ = false;
};

class Loop {
public:
    explicit Loop(unsigned index);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // The loop that this thread runs, or nullptr.
    static Loop* here() { return here_; }
    // This thread runs that loop while the object lives.
    class Here {
    public:
        explicit Here(Loop& loop);
        ~Here() { here_ = nullptr; }
        Here(const Here&) = delete;
        Here& operator=(const Here&) = delete;
    };

    // Any thread. Tasks from one thread run in the order given.
    void submit(Task* task) { submit_chain(task, task); }
    // A chain made ready before: `newest` leads by `next` to `oldest`. One wakeup for all of it.
    void submit_chain(Task* newest, Task* oldest);

    // Until stop(), which any thread may call.
    void run();
    void stop();

    void spawn(std::function<void()> body);
    // The current fiber leaves, and comes back with Outcome::timed_out at that time if nothing else resumed
    // it.
    void leave_until(Steady::time_point at);

    void* io_context();

    const unsigned index;
    Fiber* current = nullptr;
    SanitizerContext thread_context;

private:
    struct Events;  // all that needs Asio
    friend class Fiber;

    void listen();
    void run_inbox();
    void run_local();
    void end_fibers();
    void recycle(Fiber& fiber);

    static thread_local Loop* here_;

    alignas(64) std::atomic<Task*> inbox_{nullptr};  // newest first
    alignas(64) Task* local_oldest_ = nullptr;       // from this thread
    Task* local_newest_ = nullptr;
    std::vector<std::unique_ptr<Fiber>> fibers_;
    std::vector<Fiber*> idle_;
    std::unique_ptr<Events> events_;
};

}  // namespace grover::runtime
