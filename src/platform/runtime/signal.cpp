#include <array>
#include <atomic>
#include <semaphore>
#include <utility>

#include "platform/runtime/loop.hpp"

namespace grover::runtime {

namespace {

enum class Phase : std::uint8_t { idle, fiber_waits, thread_waits, notified };

// The loops that one batch has something for. More than these are told one by one.
constexpr std::size_t kBatchLoops = 64;

}  // namespace

struct Signal::State final : Task {
    // Runs on the waiter's loop. Nothing of this object is touched afterwards: the waiter may have ended it.
    void run() override {
        delivered = true;
        wake(ticket);
    }
    void reset() { phase.store(Phase::idle, std::memory_order_relaxed); }
    bool announce(Phase waiting) {
        Phase expected = Phase::idle;
        return phase.compare_exchange_strong(expected, waiting, std::memory_order_acq_rel);
    }
    // False if somebody notified meanwhile.
    bool withdraw(Phase waiting) {
        return phase.compare_exchange_strong(waiting, Phase::idle, std::memory_order_acq_rel);
    }
    bool enter_fiber_wait() {
        ticket = next_wait();
        loop = Loop::here();
        delivered = false;
        return announce(Phase::fiber_waits);
    }

    std::atomic<Phase> phase{Phase::idle};
    bool delivered = false;  // the waiter's thread only
    Ticket ticket;
    Loop* loop = nullptr;
    std::binary_semaphore thread{0};
};

// Per thread: the batch that notifications go to.
struct NotifyBatch::Chains {
    struct Chain {
        Loop* loop = nullptr;
        Task* newest = nullptr;
        Task* oldest = nullptr;
    };

    bool add(Loop* loop, Task* task) {
        for (Chain& chain : chains) {
            if (chain.loop == nullptr) {
                chain = {loop, task, task};
                return true;
            }
            if (chain.loop == loop) {
                task->next = std::exchange(chain.newest, task);
                return true;
            }
        }
        return false;
    }

    static thread_local Chains* open;

    std::array<Chain, kBatchLoops> chains;
};

thread_local NotifyBatch::Chains* NotifyBatch::Chains::open = nullptr;

NotifyBatch::NotifyBatch() {
    if (Chains::open != nullptr) return;  // the outer one collects
    chains_ = std::make_unique<Chains>();
    Chains::open = chains_.get();
}

NotifyBatch::~NotifyBatch() {
    if (!chains_) return;
    Chains::open = nullptr;
    for (const auto& chain : chains_->chains) {
        if (chain.loop == nullptr) break;
        chain.loop->submit_chain(chain.newest, chain.oldest);
    }
}

Signal::Signal() : state_(std::make_shared<State>()) {}
Signal::~Signal() = default;

void Signal::wait() {
    State& state = *state_;
    if (in_fiber()) {
        if (state.enter_fiber_wait()) suspend();
    } else if (state.announce(Phase::thread_waits)) {
        state.thread.acquire();
    }
    state.reset();
}

bool Signal::wait_for(Steady::duration limit) {
    State& state = *state_;
    if (!in_fiber()) {
        if (state.announce(Phase::thread_waits)) {
            const auto now = Steady::now();
            const auto left =
                deadline() == Steady::time_point::max() ? limit : std::min(limit, deadline() - now);
            const bool notified = state.thread.try_acquire_for(left);
            if (!notified && state.withdraw(Phase::thread_waits)) {
                if (left < limit) throw DeadlineExceeded();
                return false;
            }
            if (!notified) state.thread.acquire();
        }
        state.reset();
        return true;
    }
    if (state.enter_fiber_wait()) {
        bool notified = false;
        try {
            notified = suspend_for(limit);
        } catch (...) {
            if (state.withdraw(Phase::fiber_waits)) throw;
        }
        if (!notified) {
            if (state.withdraw(Phase::fiber_waits)) return false;
            // The notifier has handed `state` to the loop, which needs it until it arrives.
            state.ticket = next_wait();
            if (!state.delivered) suspend();
        }
    }
    state.reset();
    return true;
}

void Signal::notify() {
    // The waiter may end the Signal as soon as the phase has changed.
    const std::shared_ptr<State> state = state_;
    switch (state->phase.exchange(Phase::notified, std::memory_order_acq_rel)) {
        case Phase::fiber_waits: {
            Loop* const loop = state->loop;
            auto* const batch = NotifyBatch::Chains::open;
            if (batch == nullptr || !batch->add(loop, state.get())) loop->submit(state.get());
            break;
        }
        case Phase::thread_waits:
            state->thread.release();
            break;
        case Phase::idle:
        case Phase::notified:
            break;
    }
}

}  // namespace grover::runtime
