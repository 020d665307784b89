// Memory for fiber stacks.
#pragma once

#include <cstddef>

#include "platform/runtime/sanitizer.hpp"

namespace grover::runtime {

// Instrumented frames are several times larger.
inline constexpr std::size_t kStackSize =
    (kAddressSanitizer || kThreadSanitizer ? 1024 : 128) * std::size_t{1024};

// One mapped stack with a guard page below it, so that running out of stack ends the process instead of
// corrupting it. Pages cost memory from their first use on.
class Stack {
public:
    Stack();  // throws std::bad_alloc
    ~Stack();
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    char* bottom() const { return bottom_; }  // lowest usable address
    char* top() const { return bottom_ + kStackSize; }

private:
    char* bottom_;
};

}  // namespace grover::runtime
