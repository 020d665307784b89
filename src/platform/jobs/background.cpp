#include "platform/jobs/background.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <utility>

#include "platform/base/random_text.hpp"
#include "platform/jobs/listener.hpp"
#include "platform/jobs/run_guarded.hpp"
#include "platform/runtime/runtime.hpp"
#include "sql/jobs.hpp"

namespace grover::jobs {
namespace {

using namespace std::chrono_literals;

// Nothing relies on a notification alone: it may come from a node that died before it sent one.
constexpr std::chrono::microseconds kLongestWait = 1s;
constexpr std::chrono::microseconds kAfterFailure = 1s;
constexpr auto kLeaseRenewal = 8s;

}  // namespace

struct Background::Impl final : db::Subscriber {
    Impl(db::Database& store, Options options)
        : database(store),
          clock(options.clock != nullptr ? *options.clock : system_clock),
          report(options.report),
          jobs_at_once(options.jobs_at_once),
          events(store, clock, options.node.empty() ? "node-" + random_hex(8) : options.node, options.report),
          jobs(store, clock, options.report) {
        database.attach(this);
    }
    ~Impl() { database.attach(nullptr); }

    // db::Subscriber
    bool listens_to(std::string_view event_name) const override { return events.listens_to(event_name); }
    void take_effects(db::Write& tx, std::string_view event_name, const void* event) const override {
        events.take_effects(tx, event_name, event);
    }
    void events_committed() override {
        if (database.engine() == db::Engine::postgres) {
            order_signal.notify();
        } else {
            feed_signal.notify();
        }
    }
    void jobs_committed() override { job_signal.notify(); }

    void wake_listeners() {
        for (auto& signal : listener_signals) signal.notify();
    }
    // Once for all listeners, which are woken when there is something new.
    Time read_feed() {
        bool any = false;
        while (events.feed_.read()) any = true;
        if (any) wake_listeners();
        return clock.now() + kLongestWait;
    }

    void end_leases_of_the_dead();

    // A fiber that calls `step` whenever its signal says so, or when the time comes that step returned.
    void spawn_worker(runtime::Loops& loops, runtime::Signal& signal, std::function<Time()> step);
    void work(runtime::Signal& signal, const std::function<Time()>& step);
    Time guarded(const std::function<Time()>& step);

    Time tell(Listener& listener);
    Time start_jobs(runtime::Loops& loops);
    void run_in_fiber(runtime::Loops& loops, std::function<void()> f);
    void ended();

    db::Database& database;
    SystemClock system_clock;
    const Clock& clock;
    std::function<void(const RunReport&)> report;
    const int jobs_at_once;
    Events events;
    Jobs jobs;

    std::atomic<bool> stopping{false};
    std::atomic<int> fibers{0};
    std::atomic<int> running_jobs{0};
    std::atomic<unsigned> next_loop{0};
    std::atomic<bool> working{false};
    runtime::Signal order_signal;
    runtime::Signal feed_signal;
    runtime::Signal job_signal;
    runtime::Signal keeping_signal;
    std::shared_ptr<runtime::Signal> all_ended = std::make_shared<runtime::Signal>();
    std::deque<runtime::Signal> listener_signals;
};

Background::Background(db::Database& database, Options options)
    : impl_(std::make_unique<Impl>(database, std::move(options))) {}

Background::~Background() = default;

Events& Background::events() { return impl_->events; }
Jobs& Background::jobs() { return impl_->jobs; }

int Background::run_due() {
    int total = 0;
    for (int last = 1; last > 0; total += last) last = impl_->events.tell_all() + impl_->jobs.run_all();
    impl_->events.remove_heard();
    return total;
}

void Background::start(runtime::Loops& loops) {
    Impl& self = *impl_;
    self.end_leases_of_the_dead();
    for (std::size_t i = 0; i < self.events.listeners_.size(); ++i) self.listener_signals.emplace_back();
    self.events.feed_.begin();
    for (const auto& listener : self.events.listeners_) listener->set_feed(self.events.feed_);
    self.working.store(true, std::memory_order_release);
    std::size_t next = 0;
    for (const auto& listener : self.events.listeners_) {
        self.spawn_worker(loops, self.listener_signals[next++],
                          [&self, one = listener.get()] { return self.tell(*one); });
    }
    self.spawn_worker(loops, self.feed_signal, [&self] { return self.read_feed(); });
    if (self.database.engine() == db::Engine::postgres) {
        self.spawn_worker(loops, self.order_signal, [&self] {
            self.events.put_in_order();
            self.feed_signal.notify();
            return self.clock.now() + kLongestWait;
        });
    }
    self.spawn_worker(loops, self.job_signal, [&self, &loops] { return self.start_jobs(loops); });
    self.spawn_worker(loops, self.keeping_signal, [&self, renewed = Time{}]() mutable {
        self.events.remove_heard();
        self.database.tidy();
        if (self.clock.now() >= renewed + kLeaseRenewal) {
            self.jobs.extend_leases();
            renewed = self.clock.now();
        }
        return self.clock.now() + kLongestWait;
    });
}

void Background::stop() {
    Impl& self = *impl_;
    if (!self.working) return;
    self.stopping = true;
    self.wake_listeners();
    self.feed_signal.notify();
    self.order_signal.notify();
    self.job_signal.notify();
    self.keeping_signal.notify();
    while (self.fibers > 0) self.all_ended->wait_for(100ms);
    for (const auto& listener : self.events.listeners_) listener->save(true);
}

// One file has one process: what is leased when it starts, its predecessor held when it died.
void Background::Impl::end_leases_of_the_dead() {
    if (database.engine() != db::Engine::sqlite) return;
    database.write([&](db::Write& tx) {
        tx.exec(sql::jobs::end_leases{.now = clock.now()});
        tx.exec(sql::jobs::end_periodic_leases{});
    });
}

void Background::Impl::spawn_worker(runtime::Loops& loops, runtime::Signal& signal,
                                    std::function<Time()> step) {
    run_in_fiber(loops, [this, &signal, step = std::move(step)] { work(signal, step); });
}

void Background::Impl::run_in_fiber(runtime::Loops& loops, std::function<void()> f) {
    ++fibers;
    runtime::spawn_on(loops, next_loop++ % loops.size(), [this, f = std::move(f)] {
        try {
            f();
        } catch (...) {  // Cancelled: the loops end
            ended();
            throw;
        }
        ended();
    });
}

void Background::Impl::ended() {
    // Who waits in stop() may destroy this as soon as the count is zero.
    const auto signal = all_ended;
    if (--fibers == 0) signal->notify();
}

void Background::Impl::work(runtime::Signal& signal, const std::function<Time()>& step) {
    while (!stopping) {
        const Time again = guarded(step);
        const Time now = clock.now();
        if (again > now)
            signal.wait_for(std::clamp<std::chrono::microseconds>(again - now, 1ms, kLongestWait));
    }
}

// A store that cannot be reached, or is full, must not end the fiber that waits for it.
Time Background::Impl::guarded(const std::function<Time()>& step) {
    Time again;
    std::chrono::microseconds duration{};
    const auto error = run_guarded([&] { again = step(); }, duration);
    if (error.empty()) return again;
    if (report) report({.kind = RunReport::Kind::job, .name = "background", .error = error});
    return clock.now() + kAfterFailure;
}

Time Background::Impl::tell(Listener& listener) {
    const auto progress = listener.advance(events.retry_, report);
    return progress.again.value_or(clock.now() + kLongestWait);
}

Time Background::Impl::start_jobs(runtime::Loops& loops) {
    const int free = jobs_at_once - running_jobs;
    if (free <= 0) return clock.now() + kLongestWait;  // the next to end notifies
    const Time due = jobs.next_due().value_or(Time{INT64_MAX});
    if (due > clock.now()) return due;
    const auto start = [&](std::function<void()> run) {
        ++running_jobs;
        run_in_fiber(loops, [this, run = std::move(run)] {
            guarded([&] {
                run();
                return Time{};
            });
            --running_jobs;
            job_signal.notify();
        });
    };
    for (const auto& name : jobs.due_periodic()) {
        if (jobs.claim_periodic(name)) start([this, name] { jobs.run_periodic(name); });
    }
    auto claimed = jobs.claim(free);
    for (auto& job : claimed) start([this, job = std::move(job)] { jobs.run(job); });
    // Nothing was free although something is due: another node was faster.
    return claimed.empty() ? clock.now() + 20ms : clock.now();
}

}  // namespace grover::jobs
