// Whose work a thread is doing: what every log line and report says about it. Costs nothing to carry along.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace grover::db {
class Claim;
}

namespace grover::log {

// What a piece of work has asked of the store so far.
struct StoreUse {
    std::int64_t calls = 0;
    std::chrono::nanoseconds time{};
};

// Views into what the request or job owns; empty means absent.
struct Context {
    std::string_view request_id;
    std::string_view trace_id;
    std::string_view span_id;
    std::string_view user_id;
    std::string_view session_id;  // "sess_…", never the token
    // Of its Idempotency-Key, where it has one: what it writes is noted in the same transactions (db/idempotency.hpp).
    mutable const db::Claim* claim = nullptr;
    // Counted by whoever runs the statements, on the thread that works for this context at that moment.
    mutable StoreUse store{};
};

namespace detail {
inline thread_local constinit const Context* context = nullptr;
}

// The context of this thread right now, or null. Fibers share a thread: whoever switches fibers saves the context of
// the one that leaves and sets it again when that one goes on.
inline const Context* current_context() { return detail::context; }
inline void set_current_context(const Context* context) { detail::context = context; }

// Holds a context while it lives. The context must live longer, and may be filled in meanwhile.
class ContextScope {
public:
    explicit ContextScope(const Context& context) : ContextScope(&context) {}
    // Null: nobody's work.
    explicit ContextScope(const Context* context) : previous_(current_context()) {
        set_current_context(context);
    }
    ~ContextScope() { set_current_context(previous_); }
    ContextScope(const ContextScope&) = delete;
    ContextScope& operator=(const ContextScope&) = delete;

private:
    const Context* previous_;
};

}  // namespace grover::log
