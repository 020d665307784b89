// Many fibers, threads and signals at once; what the sanitizers watch.
#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "platform/runtime/runtime.hpp"
#include "platform/runtime/sanitizer.hpp"

using namespace grover::runtime;
using namespace std::chrono_literals;

namespace {

constexpr int kFibers = 500;
constexpr int kRounds = 20;

// Notifies every signal it is given, from its own thread, in batches.
class Notifier {
public:
    ~Notifier() {
        ending_ = true;
        thread_.join();
    }
    void ask(Signal* signal) {
        Entry* entry = new Entry{signal, head_.load()};
        while (!head_.compare_exchange_weak(entry->next, entry)) {
        }
    }

private:
    struct Entry {
        Signal* signal;
        Entry* next;
    };
    void work() {
        while (!ending_) {
            const NotifyBatch batch;
            for (std::unique_ptr<Entry> entry(head_.exchange(nullptr)); entry;) {
                entry->signal->notify();
                entry.reset(entry->next);
            }
        }
    }

    std::atomic<Entry*> head_{nullptr};
    std::atomic<bool> ending_{false};
    std::thread thread_{[this] { work(); }};
};

}  // namespace

TEST_CASE("thousands of waits across threads all end, each once") {
    Loops loops(3);
    Notifier notifier;
    std::atomic<int> ended{0};
    std::atomic<int> waits{0};
    for (unsigned i = 0; i < kFibers; ++i) {
        spawn_on(loops, i % 3, [&, i] {
            const int home = this_loop();
            for (int round = 0; round < kRounds; ++round) {
                Signal signal;
                notifier.ask(&signal);
                signal.wait();
                waits += this_loop() == home;
                if (i % 7 == 0) sleep_for(10us);
            }
            if (++ended == kFibers) loops.stop();
        });
    }
    loops.run();
    CHECK(ended == kFibers);
    CHECK(waits == kFibers * kRounds);
}

TEST_CASE("a limit that ends while the notification is on its way loses nothing") {
    Loops loops(2);
    Notifier notifier;
    std::atomic<int> ended{0};
    std::atomic<int> outcomes{0};
    for (unsigned i = 0; i < kFibers; ++i) {
        spawn_on(loops, i % 2, [&] {
            for (int round = 0; round < kRounds; ++round) {
                Signal signal;
                notifier.ask(&signal);
                // Too late or not, the notifier still uses the signal, so the fiber stays until it came.
                if (!signal.wait_for(20us)) signal.wait();
                ++outcomes;
            }
            if (++ended == kFibers) loops.stop();
        });
    }
    loops.run();
    CHECK(outcomes == kFibers * kRounds);
}

TEST_CASE("workers serve fibers of several loops and plain threads") {
    Loops loops(2);
    WorkerPool pool(3, 10'000);
    std::atomic<int> ended{0};
    std::atomic<int> sum{0};
    std::thread plain([&] {
        for (int i = 0; i < 100; ++i) sum += pool.call([] { return 1; });
    });
    for (unsigned i = 0; i < kFibers; ++i) {
        spawn_on(loops, i % 2, [&, i] {
            for (int round = 0; round < kRounds; ++round) {
                try {
                    sum += pool.call([&] { return i % 5 == 0 ? throw std::runtime_error("refused") : 1; });
                } catch (const std::runtime_error&) {
                    ++sum;
                }
            }
            if (++ended == kFibers) loops.stop();
        });
    }
    loops.run();
    plain.join();
    CHECK(sum == 100 + kFibers * kRounds);
}

TEST_CASE("ten thousand fibers at once, several times on the same stacks") {
    // TSan keeps a megabyte of trace for each.
    constexpr int kMany = kThreadSanitizer ? 500 : 10'000;
    Loops loops(1);
    int ended = 0;
    spawn_on(loops, 0, [&] {
        for (int round = 0; round < 3; ++round) {
            Signal all;
            std::vector<Signal> signals(kMany);
            int left = kMany;
            for (auto& signal : signals) {
                spawn([&] {
                    signal.wait();
                    ++ended;
                    if (--left == 0) all.notify();
                });
            }
            for (auto& signal : signals) signal.notify();
            all.wait();
        }
        loops.stop();
    });
    loops.run();
    CHECK(ended == 3 * kMany);
}
