#include "platform/bus/worker.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <utility>

#include "platform/observability/log.hpp"
#include "platform/observability/reports.hpp"

namespace grover::bus {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostWaiting = 20'000;
constexpr auto kFirstPause = 100ms;
constexpr auto kLongestPause = 5'000ms;

class Local final : public Bus {
public:
    void start(Receive) override {}
    void stop() override {}
    void publish(std::string) override {}
    std::size_t largest() const override { return SIZE_MAX; }
    bool is_up() const override { return true; }
    bool wait_until(bool up, std::chrono::milliseconds) const override { return up; }
    std::string_view kind() const override { return "local"; }
};

}  // namespace

std::unique_ptr<Bus> local() { return std::make_unique<Local>(); }

Worker::Worker() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Worker::~Worker() {
    if (thread_.joinable()) std::terminate();  // whoever made it calls stop(): serve() is gone by now
    close(wake_);
}

void Worker::start(Receive receive) {
    receive_ = std::move(receive);
    thread_ = std::thread([this] { work(); });
}

void Worker::stop() {
    stopping_ = true;
    eventfd_write(wake_, 1);
    if (thread_.joinable()) thread_.join();
}

bool Worker::wait_until(bool up, std::chrono::milliseconds limit) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return is_up() == up; });
}

bool Worker::set_up(bool up) {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    return up_.exchange(up);
}

void Worker::publish(std::string message) {
    if (!is_up() || message.size() > largest()) return;
    {
        const std::lock_guard lock(mutex_);
        if (outgoing_.size() >= kMostWaiting) return;
        outgoing_.push_back(std::move(message));
        // The thread was woken for what waits already.
        if (outgoing_.size() > 1) return;
    }
    eventfd_write(wake_, 1);
}

std::vector<std::string> Worker::take_outgoing() {
    const std::lock_guard lock(mutex_);
    return std::exchange(outgoing_, {});
}

void Worker::wait_for(int socket) {
    pollfd watched[] = {{wake_, POLLIN, 0}, {socket, POLLIN, 0}};
    poll(watched, socket < 0 ? 1 : 2, 1'000);
    eventfd_t count = 0;
    eventfd_read(wake_, &count);
}

void Worker::work() {
    pthread_setname_np(pthread_self(), "bus");
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    auto pause = kFirstPause;
    bool has_failed = false;
    while (!stopping()) {
        bool was_up = false;
        try {
            serve();
        } catch (const std::exception&) {
            // The connection: is_up() tells operators, and the next round tries again.
        }
        was_up = set_up(false);
        if (!stopping() && (was_up || !std::exchange(has_failed, true))) {
            log::warning("bus down", {{"bus", kind()}});
            reports::report({.level = reports::Level::warning,
                             .component = "realtime",
                             .action = "bus",
                             .transaction = "realtime bus",
                             .type = "BusDown",
                             .text = kind()});
        }
        take_outgoing();
        pause = was_up ? kFirstPause : std::min(pause * 2, kLongestPause);
        const auto until = std::chrono::steady_clock::now() + pause;
        while (!stopping() && std::chrono::steady_clock::now() < until) {
            pollfd wake{wake_, POLLIN, 0};
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                until - std::chrono::steady_clock::now());
            poll(&wake, 1, static_cast<int>(std::max<std::int64_t>(1, left.count())));
            eventfd_t count = 0;
            eventfd_read(wake_, &count);
        }
    }
}

}  // namespace grover::bus
