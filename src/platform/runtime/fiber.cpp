#include "platform/runtime/fiber.hpp"

#include <cxxabi.h>
#include <sys/mman.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <utility>

#include "platform/runtime/loop.hpp"

namespace grover::runtime {

namespace {

// The Fiber owns its stack, so the context has nothing to free.
struct BorrowedStack {
    static void deallocate(boost::context::stack_context&) noexcept {}
};

Fiber& current_fiber() {
    Loop* loop = Loop::here();
    if (loop == nullptr || loop->current == nullptr) throw std::logic_error("not inside a fiber");
    return *loop->current;
}

void throw_if_interrupted(const Fiber& fiber) {
    if (fiber.interruption == Interruption::cancelled) throw Cancelled();
    if (fiber.interruption == Interruption::deadline) throw DeadlineExceeded();
}

Steady::time_point after(Steady::time_point now, Steady::duration limit) {
    return limit > Steady::time_point::max() - now ? Steady::time_point::max() : now + limit;
}

thread_local Steady::time_point thread_deadline = Steady::time_point::max();

Steady::time_point& scoped_deadline() {
    return in_fiber() ? Loop::here()->current->scoped_deadline : thread_deadline;
}

Steady::time_point deadline_of(const Fiber& fiber) {
    return std::min(fiber.own_deadline, fiber.scoped_deadline);
}

}  // namespace

Fiber::Fiber(Loop& its_loop) : loop(its_loop) {
    boost::context::stack_context stack;
    stack.size = kStackSize;
    stack.sp = stack_.top();
    announce_creation(context_, stack_.bottom(), kStackSize);
    self_ =
        boost::context::fiber(std::allocator_arg, boost::context::preallocated(stack.sp, stack.size, stack),
                              BorrowedStack{}, [this](boost::context::fiber&& resumer) {
                                  resumer_ = std::move(resumer);
                                  announce_arrival(context_, *resumer_context_);
                                  run_bodies();
                                  announce_switch(context_, *resumer_context_, true);
                                  return std::move(resumer_);
                              });
}

Fiber::~Fiber() {
    exit_ = true;
    idle = false;
    enter();
    announce_destruction(context_);
}

void Fiber::start(std::function<void()> body) {
    body_ = std::move(body);
    idle = false;
    enter();
}

void Fiber::resume(Outcome why) {
    suspended = false;
    interruptible = false;
    outcome = why;
    ++wait_number;
    enter();
}

void Fiber::run() {
    queued = false;
    resume(outcome);
}

void Fiber::enter() {
    Fiber* const before = std::exchange(loop.current, this);
    SanitizerContext& from = before != nullptr ? before->context_ : loop.thread_context;
    resumer_context_ = &from;

    void* const thread_exceptions = abi::__cxa_get_globals();
    ExceptionState outside;
    std::memcpy(&outside, thread_exceptions, sizeof outside);
    std::memcpy(thread_exceptions, &exceptions_, sizeof exceptions_);
    const log::Context* const outside_context = log::current_context();
    log::set_current_context(log_context_);
    announce_switch(from, context_);
    self_ = std::move(self_).resume();
    announce_arrival(from, context_);
    log_context_ = log::current_context();
    log::set_current_context(outside_context);
    std::memcpy(&exceptions_, thread_exceptions, sizeof exceptions_);
    std::memcpy(thread_exceptions, &outside, sizeof outside);

    loop.current = before;
    if (idle) loop.recycle(*this);
}

void Fiber::leave() {
    announce_switch(context_, *resumer_context_);
    resumer_ = std::move(resumer_).resume();
    announce_arrival(context_, *resumer_context_);
}

// noexcept: what a body lets out ends the process.
void Fiber::run_bodies() noexcept {
    while (!exit_) {
        try {
            body_();
        } catch (const Cancelled&) {
            // Being told to end is an ordinary end.
        }
        body_ = nullptr;
        ++run_number;
        interruption = Interruption::none;
        own_deadline = Steady::time_point::max();
        scoped_deadline = Steady::time_point::max();
        idle = true;
        leave();
    }
}

void Fiber::release_memory() {
    // The two pages at the top hold the frames below run_bodies().
    constexpr std::size_t kKept = 2 * 4096;
    ::madvise(stack_.bottom(), kStackSize - kKept, MADV_DONTNEED);
}

Ticket next_wait() {
    Fiber& fiber = current_fiber();
    return {&fiber, fiber.wait_number};
}

void suspend() {
    Fiber& fiber = current_fiber();
    fiber.suspended = true;
    fiber.leave();
}

bool suspend_for(Steady::duration limit) {
    Fiber& fiber = current_fiber();
    const auto now = Steady::now();
    const auto deadline = deadline_of(fiber);
    if (fiber.interruption != Interruption::none || deadline <= now) {
        // The wait is over before it began: a ticket for it must not wake the next one.
        ++fiber.wait_number;
        throw_if_interrupted(fiber);
        throw DeadlineExceeded();
    }
    const auto end = after(now, limit);
    const auto wake_at = std::min(end, deadline);

    fiber.suspended = true;
    fiber.interruptible = true;
    if (wake_at == Steady::time_point::max()) {
        fiber.leave();
    } else {
        fiber.loop.leave_until(wake_at);
    }
    switch (fiber.outcome) {
        case Outcome::woken:
            return true;
        case Outcome::interrupted:
            throw_if_interrupted(fiber);
            break;
        case Outcome::timed_out:
            if (deadline < end) throw DeadlineExceeded();
            break;
    }
    return false;
}

bool is_waiting(Ticket ticket) {
    const Fiber* fiber = ticket.fiber;
    return fiber != nullptr && fiber->suspended && !fiber->queued && fiber->wait_number == ticket.number;
}

namespace {

void resume_soon(Fiber& fiber, Outcome why) {
    assert(Loop::here() == &fiber.loop);
    if (fiber.loop.current == nullptr) return fiber.resume(why);
    // Fibers do not nest except for spawn: this one continues when the present one has left.
    fiber.outcome = why;
    fiber.queued = true;
    fiber.loop.submit(&fiber);
}

}  // namespace

void wake(Ticket ticket) {
    if (is_waiting(ticket)) resume_soon(*ticket.fiber, Outcome::woken);
}

FiberHandle this_fiber() {
    Fiber& fiber = current_fiber();
    return {&fiber, fiber.run_number};
}

void interrupt(FiberHandle handle, Interruption why) {
    Fiber* fiber = handle.fiber;
    if (fiber == nullptr || fiber->idle || fiber->run_number != handle.run) return;
    fiber->interruption = why;
    if (fiber->suspended && fiber->interruptible && !fiber->queued) resume_soon(*fiber, Outcome::interrupted);
}

int this_loop() { return Loop::here() != nullptr ? static_cast<int>(Loop::here()->index) : -1; }

bool in_fiber() { return Loop::here() != nullptr && Loop::here()->current != nullptr; }

void spawn(std::function<void()> f) {
    Loop* loop = Loop::here();
    if (loop == nullptr) throw std::logic_error("spawn: this thread runs no loop");
    loop->spawn(std::move(f));
}

void sleep_for(Steady::duration duration) {
    if (in_fiber()) {
        suspend_for(duration);
        return;
    }
    const auto end = after(Steady::now(), duration);
    std::this_thread::sleep_until(std::min(end, thread_deadline));
    if (thread_deadline < end) throw DeadlineExceeded();
}

DeadlineScope::DeadlineScope(Steady::time_point at) : previous_(scoped_deadline()) {
    scoped_deadline() = std::min(at, previous_);
}
DeadlineScope::~DeadlineScope() { scoped_deadline() = previous_; }

Steady::time_point deadline() { return in_fiber() ? deadline_of(*Loop::here()->current) : thread_deadline; }

void set_fiber_deadline(Steady::time_point at) { current_fiber().own_deadline = at; }

}  // namespace grover::runtime
