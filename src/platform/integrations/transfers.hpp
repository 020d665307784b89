// Runs libcurl handles: on a loop's thread without holding it up, elsewhere by blocking. Private to this
// folder.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "platform/runtime/runtime.hpp"

namespace grover::integrations {

// Once for the process, before the first handle. Any thread.
void initialise_curl();

class Transfers {
public:
    // `loops` may be null (tools); it must outlive this object, which must outlive every fiber that uses it.
    explicit Transfers(runtime::Loops* loops);
    ~Transfers();
    Transfers(const Transfers&) = delete;
    Transfers& operator=(const Transfers&) = delete;

    // Performs a CURL* with its own time-outs set; the CURLcode it ended with. In a fiber of one of the loops
    // the fiber sleeps; connections are kept alive for each loop. Throws what ended the fiber's wait; then
    // the transfer is over too.
    int perform(void* easy);

private:
    class OnLoop;

    runtime::Loops* loops_;
    std::vector<std::unique_ptr<OnLoop>> by_loop_;  // each made and used on its own thread
};

}  // namespace grover::integrations
