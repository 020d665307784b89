#include "platform/sockets/timers.hpp"

#include <utility>

#include "platform/observability/log.hpp"
#include "platform/observability/reports.hpp"

namespace grover::sockets {
namespace {

constexpr log::Logger kLog{"sockets"};

}  // namespace

void run_logged(std::string_view what, const std::function<void()>& f) {
    try {
        f();
    } catch (const runtime::Cancelled&) {
        throw;
    } catch (const std::exception& error) {
        kLog.error("unexpected error", {{"in", what}, {"cause", reports::cause_of(error)}});
        reports::report_exception("realtime", what, error);
    }
}

Timers::Timers(runtime::Loops& loops) : loops_(loops) {
    for (unsigned i = 0; i < loops.size(); ++i) lanes_.push_back(std::make_shared<Lane>());
}

void Timers::after(std::chrono::milliseconds delay, std::function<void()> f) {
    const auto at = runtime::Steady::now() + delay;
    const int here = runtime::this_loop();
    const auto& lane = lanes_[here < 0 ? 0 : static_cast<unsigned>(here)];
    if (here >= 0) return add(lane, at, std::move(f));
    loops_.post(0, [lane, at, f = std::move(f)]() mutable { add(lane, at, std::move(f)); });
}

void Timers::stop() {
    for (unsigned i = 0; i < lanes_.size(); ++i) {
        loops_.post(i, [lane = lanes_[i]] {
            lane->stopping = true;
            lane->waiting.clear();
            lane->changed.notify();
        });
    }
}

void Timers::add(const std::shared_ptr<Lane>& lane, runtime::Steady::time_point at, std::function<void()> f) {
    if (lane->stopping) return;
    const auto place = lane->waiting.emplace(at, std::move(f));
    if (!lane->running) {
        lane->running = true;
        runtime::spawn([lane] { run(lane); });
    } else if (place == lane->waiting.begin()) {
        lane->changed.notify();
    }
}

// The fiber ends when nothing waits, so that an idle server holds no stack for it.
void Timers::run(const std::shared_ptr<Lane>& lane) {
    while (!lane->waiting.empty()) {
        const auto now = runtime::Steady::now();
        const auto first = lane->waiting.begin();
        if (first->first > now) {
            lane->changed.wait_for(first->first - now);
            continue;
        }
        auto f = std::move(first->second);
        lane->waiting.erase(first);
        runtime::spawn([f = std::move(f)] { run_logged("timer", f); });
    }
    lane->running = false;
}

}  // namespace grover::sockets
