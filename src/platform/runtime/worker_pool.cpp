#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::runtime {

namespace {

// Lies on the stack of whoever waits for it.
struct Call {
    FunctionRef<void()> f;
    std::exception_ptr failure;
    Signal done;
};

}  // namespace

// The mutex is held for a few instructions and only by calls that are about to cost milliseconds.
struct WorkerPool::Impl {
    explicit Impl(std::size_t queue_capacity) : capacity(queue_capacity) {}

    void work();

    const std::size_t capacity;
    mutable std::mutex mutex;
    std::condition_variable filled;
    std::deque<Call*> queue;
    bool ending = false;
    std::vector<std::thread> threads;
};

WorkerPool::WorkerPool(unsigned threads, std::size_t queue) : impl_(std::make_unique<Impl>(queue)) {
    for (unsigned i = 0; i < threads; ++i) {
        impl_->threads.emplace_back([this] { impl_->work(); });
        ::pthread_setname_np(impl_->threads.back().native_handle(), "worker");
    }
}

WorkerPool::~WorkerPool() {
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->ending = true;
    }
    impl_->filled.notify_all();
    for (auto& thread : impl_->threads) thread.join();
}

void WorkerPool::run(FunctionRef<void()> f) {
    Call call{.f = f, .failure = nullptr, .done = {}};
    {
        const std::scoped_lock lock(impl_->mutex);
        if (impl_->queue.size() >= impl_->capacity) {
            throw unavailable("Service temporarily unavailable", std::chrono::seconds(1));
        }
        impl_->queue.push_back(&call);
    }
    impl_->filled.notify_one();
    call.done.wait();
    if (call.failure) std::rethrow_exception(std::move(call.failure));
}

std::size_t WorkerPool::waiting() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->queue.size();
}

void WorkerPool::Impl::work() {
    std::unique_lock lock(mutex);
    for (;;) {
        filled.wait(lock, [this] { return ending || !queue.empty(); });
        if (queue.empty()) return;
        Call* const call = queue.front();
        queue.pop_front();
        lock.unlock();
        try {
            call->f();
        } catch (...) {
            call->failure = std::current_exception();
        }
        call->done.notify();
        lock.lock();
    }
}

}  // namespace grover::runtime
