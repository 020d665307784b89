// How callbacks become waits: for platform/*.cpp that talk to Asio, libpq or libcurl. Domains use
// runtime.hpp.
//
//     const Ticket ticket = next_wait();
//     socket.async_read_some(buffer, [&, ticket](auto error, auto size) { ...; wake(ticket); });
//     suspend();
//
// Everything here is called on the loop's thread. The first three and this_fiber() only inside a fiber.
#pragma once

#include <cstdint>

#include "platform/runtime/runtime.hpp"

namespace grover::runtime {

class Fiber;

// Names one suspension of one fiber. Stays valid to ask about for ever, also when that wait or the fiber is
// over.
struct Ticket {
    Fiber* fiber = nullptr;
    std::uint64_t number = 0;
};

// The suspension that this fiber's next suspend() or suspend_for() will be.
Ticket next_wait();
// Waits for wake(). Deadline and cancellation do not end it: the waker may hold references to this stack.
void suspend();
// Waits for wake(): true; or for `limit`: false. Throws DeadlineExceeded or Cancelled, also at once. Whoever
// was to wake it may come later: wake() then does nothing, so it must not touch this stack before it asked
// is_waiting().
bool suspend_for(Steady::duration limit);

// Resumes the fiber if it is still in that suspension: at once, or soon when called inside another fiber.
void wake(Ticket ticket);
bool is_waiting(Ticket ticket);

// Names a fiber from spawn() to its end; using it later does nothing.
struct FiberHandle {
    Fiber* fiber = nullptr;
    std::uint64_t run = 0;
};
FiberHandle this_fiber();

// The deadline under all DeadlineScopes of this fiber: that of its whole work. May be moved later.
void set_fiber_deadline(Steady::time_point at);

enum class Interruption : std::uint8_t { none, cancelled, deadline };

// Ends the fiber's present interruptible wait (sleep_for, wait_for, suspend_for) and every later one with
// Cancelled or DeadlineExceeded.
void interrupt(FiberHandle handle, Interruption why);

}  // namespace grover::runtime
