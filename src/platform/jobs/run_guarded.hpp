// Running what others wrote: whatever it throws becomes a sentence. Private to this folder.
#pragma once

#include <chrono>
#include <string>

#include "platform/base/function_ref.hpp"

namespace grover::jobs {

// Empty: it succeeded. A cancelled fiber leaves by its exception.
std::string run_guarded(FunctionRef<void()> f, std::chrono::microseconds& duration);

}  // namespace grover::jobs
