#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "platform/runtime/loop.hpp"

namespace grover::runtime {

namespace {

struct Call final : Task {
    explicit Call(std::function<void()> function) : f(std::move(function)) {}

    void run() override {
        const std::unique_ptr<Call> self(this);
        f();
    }
    void drop() override { delete this; }

    std::function<void()> f;
};

}  // namespace

struct Loops::Impl {
    void run_one(unsigned i, const std::function<void(unsigned)>& on_start);

    std::vector<std::unique_ptr<Loop>> loops;
    std::mutex failure_mutex;
    std::exception_ptr failure;
};

Loops::Loops(unsigned threads) : impl_(std::make_unique<Impl>()) {
    for (unsigned i = 0; i < threads; ++i) impl_->loops.push_back(std::make_unique<Loop>(i));
}
Loops::~Loops() = default;

unsigned Loops::size() const { return static_cast<unsigned>(impl_->loops.size()); }

void Loops::run(std::function<void(unsigned)> on_start) {
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < size(); ++i) {
        threads.emplace_back([this, i, &on_start] { impl_->run_one(i, on_start); });
    }
    impl_->run_one(0, on_start);
    for (auto& thread : threads) thread.join();
    if (impl_->failure) std::rethrow_exception(impl_->failure);
}

void Loops::Impl::run_one(unsigned i, const std::function<void(unsigned)>& on_start) {
    try {
        const Loop::Here here(*loops[i]);
        if (on_start) on_start(i);
    } catch (...) {
        // A thread that cannot start ends all of them; run() throws it to its caller.
        const std::scoped_lock lock(failure_mutex);
        failure = std::current_exception();
        for (auto& loop : loops) loop->stop();
    }
    loops[i]->run();
}

void Loops::stop() {
    for (auto& loop : impl_->loops) loop->stop();
}

void Loops::post(unsigned thread, std::function<void()> f) {
    impl_->loops.at(thread)->submit(std::make_unique<Call>(std::move(f)).release());
}

void* Loops::io_context(unsigned thread) { return impl_->loops.at(thread)->io_context(); }

void spawn_on(Loops& loops, unsigned thread, std::function<void()> f) {
    loops.post(thread, [body = std::move(f)]() mutable { spawn(std::move(body)); });
}

}  // namespace grover::runtime
