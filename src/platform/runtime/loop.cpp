#include "platform/runtime/loop.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

namespace grover::runtime {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;

namespace {

// Fibers kept ready with the stack pages they have touched; what a burst needs above that is given back.
constexpr std::size_t kWarmFibers = 256;

// How long a loop that was stopped waits for what cannot be interrupted, a commit for example.
constexpr auto kEndGrace = std::chrono::seconds(1);

int make_eventfd() {
    const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    return fd;
}

}  // namespace

struct Loop::Events {
    asio::io_context context{1};
    asio::posix::basic_stream_descriptor<Executor> inbox_filled{context.get_executor(), make_eventfd()};
    std::uint64_t count = 0;
};

thread_local Loop* Loop::here_ = nullptr;

Loop::Loop(unsigned its_index) : index(its_index), events_(std::make_unique<Events>()) {}

Loop::~Loop() {
    announce_thread(thread_context);
    for (auto& fiber : fibers_) {
        // Abandoned in the middle: unwinding it would run its code on the wrong thread, so its memory is
        // given up.
        if (!fiber->idle) static_cast<void>(fiber.release());
    }
    fibers_.clear();
    for (Task* task = std::exchange(local_oldest_, nullptr); task != nullptr;) {
        std::exchange(task, task->next)->drop();
    }
    for (Task* task = inbox_.exchange(nullptr); task != nullptr;) std::exchange(task, task->next)->drop();
}

void Loop::submit_chain(Task* newest, Task* oldest) {
    if (here_ == this && newest == oldest) {
        newest->next = nullptr;
        if (local_newest_ == nullptr) {
            local_oldest_ = newest;
            asio::post(events_->context, [this] { run_local(); });
        } else {
            local_newest_->next = newest;
        }
        local_newest_ = newest;
        return;
    }
    Task* head = inbox_.load(std::memory_order_relaxed);
    do {
        oldest->next = head;
    } while (
        !inbox_.compare_exchange_weak(head, newest, std::memory_order_release, std::memory_order_relaxed));
    // Whoever put the first one in wakes the loop; the others ride along. From here on the tasks may be gone.
    if (head == nullptr) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written =
            ::write(events_->inbox_filled.native_handle(), &one, sizeof one);
    }
}

void Loop::listen() {
    auto& events = *events_;
    events.inbox_filled.async_read_some(asio::buffer(&events.count, sizeof events.count),
                                        [this](const boost::system::error_code& error, std::size_t) {
                                            if (error) return;
                                            run_inbox();
                                            listen();
                                        });
}

void Loop::run_inbox() {
    Task* newest = inbox_.exchange(nullptr, std::memory_order_acquire);
    Task* oldest = nullptr;
    while (newest != nullptr) {
        Task* const next = newest->next;
        newest->next = oldest;
        oldest = std::exchange(newest, next);
    }
    while (oldest != nullptr) std::exchange(oldest, oldest->next)->run();
}

void Loop::run_local() {
    Task* oldest = std::exchange(local_oldest_, nullptr);
    local_newest_ = nullptr;
    while (oldest != nullptr) std::exchange(oldest, oldest->next)->run();
}

Loop::Here::Here(Loop& loop) {
    here_ = &loop;
    announce_thread(loop.thread_context);
}

void Loop::run() {
    const Here here(*this);
    listen();
    events_->context.run();
    end_fibers();
}

void Loop::stop() { events_->context.stop(); }

void Loop::spawn(std::function<void()> body) {
    if (idle_.empty()) {
        fibers_.push_back(std::make_unique<Fiber>(*this));
        idle_.reserve(fibers_.size());
        idle_.push_back(fibers_.back().get());
    }
    Fiber* fiber = idle_.back();
    idle_.pop_back();
    fiber->start(std::move(body));
}

void Loop::recycle(Fiber& fiber) {
    if (idle_.size() >= kWarmFibers) fiber.release_memory();
    idle_.push_back(&fiber);
}

void Loop::leave_until(Steady::time_point at) {
    asio::basic_waitable_timer<Steady, asio::wait_traits<Steady>, Executor> timer(
        events_->context.get_executor(), at);
    timer.async_wait([ticket = next_wait()](const boost::system::error_code& error) {
        if (!error && is_waiting(ticket)) ticket.fiber->resume(Outcome::timed_out);
    });
    current->leave();
}

void Loop::end_fibers() {
    const auto give_up = Steady::now() + kEndGrace;
    while (idle_.size() < fibers_.size()) {
        bool resumed = false;
        for (std::size_t i = 0; i < fibers_.size(); ++i) {
            Fiber& fiber = *fibers_[i];
            if (fiber.idle || !fiber.suspended) continue;
            fiber.interruption = Interruption::cancelled;
            if (fiber.interruptible && !fiber.queued) {
                fiber.resume(Outcome::interrupted);
                resumed = true;
            }
        }
        run_local();
        run_inbox();
        if (resumed) continue;
        if (Steady::now() >= give_up) break;
        pollfd inbox{.fd = events_->inbox_filled.native_handle(), .events = POLLIN, .revents = 0};
        ::poll(&inbox, 1, 10);
    }
}

void* Loop::io_context() { return &events_->context; }

}  // namespace grover::runtime
