#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/observability/context.hpp"
#include "platform/runtime/fiber.hpp"
#include "platform/runtime/runtime.hpp"

using namespace grover;
using namespace grover::runtime;
using namespace std::chrono_literals;

namespace {

// Runs `body` in a fiber on a single loop until it ends.
void in_a_fiber(const std::function<void()>& body) {
    Loops loops(1);
    spawn_on(loops, 0, [&] {
        body();
        loops.stop();
    });
    loops.run();
}

}  // namespace

TEST_CASE("a fiber runs until its first wait before spawn returns") {
    std::string order;
    in_a_fiber([&] {
        Signal go;
        Signal ended;
        spawn([&] {
            order += "1";
            go.wait();
            order += "3";
            ended.notify();
        });
        order += "2";
        go.notify();
        ended.wait();
        order += "4";
    });
    CHECK(order == "1234");
}

TEST_CASE("a signal notified before the wait does not suspend, and can be used again") {
    int rounds = 0;
    in_a_fiber([&] {
        Signal signal;
        for (; rounds < 3; ++rounds) {
            signal.notify();
            signal.wait();
        }
        CHECK_FALSE(signal.wait_for(1ms));
        signal.notify();
        CHECK(signal.wait_for(1h));
    });
    CHECK(rounds == 3);
}

TEST_CASE("a plain thread waits for a signal from a fiber, and the other way round") {
    Loops loops(1);
    Signal to_fiber;
    Signal to_thread;
    std::thread thread([&] { loops.run(); });
    bool fiber_went_on = false;
    spawn_on(loops, 0, [&] {
        to_fiber.wait();
        fiber_went_on = true;
        to_thread.notify();
    });
    to_fiber.notify();
    to_thread.wait();
    CHECK(fiber_went_on);
    CHECK_FALSE(to_thread.wait_for(1ms));
    loops.stop();
    thread.join();
}

TEST_CASE("waits with a limit end at the deadline, waits without one do not") {
    in_a_fiber([] {
        const DeadlineScope scope(Steady::now() - 1s);
        CHECK_THROWS_AS(sleep_for(1h), DeadlineExceeded);
        Signal signal;
        CHECK_THROWS_AS(signal.wait_for(1h), DeadlineExceeded);
        signal.notify();
        signal.wait();
        {
            const DeadlineScope later(Steady::now() + 1h);
            CHECK_THROWS_AS(sleep_for(1ms), DeadlineExceeded);
        }
    });
    in_a_fiber([] {
        {
            const DeadlineScope scope(Steady::now() + 5ms);
            CHECK_THROWS_AS(sleep_for(1h), DeadlineExceeded);
        }
        CHECK(deadline() == Steady::time_point::max());
        sleep_for(0ms);
    });
    const DeadlineScope scope(Steady::now() - 1s);
    CHECK_THROWS_AS(sleep_for(1h), DeadlineExceeded);
    Signal signal;
    CHECK_THROWS_AS(signal.wait_for(1h), DeadlineExceeded);
}

TEST_CASE("an interrupted fiber leaves its wait and every later one") {
    in_a_fiber([] {
        FiberHandle handle;
        Signal ended;
        int thrown = 0;
        spawn([&] {
            handle = this_fiber();
            for (int i = 0; i < 2; ++i) {
                try {
                    sleep_for(1h);
                } catch (const Cancelled&) {
                    ++thrown;
                }
            }
            ended.notify();
        });
        interrupt(handle, Interruption::cancelled);
        ended.wait();
        CHECK(thrown == 2);
        interrupt(handle,
                  Interruption::cancelled);  // its run is over: the next body on that fiber is another
        spawn([&] {
            sleep_for(0ms);
            ended.notify();
        });
        ended.wait();
    });
}

TEST_CASE("a wait that cannot be interrupted goes on until its notifier came") {
    in_a_fiber([] {
        FiberHandle handle;
        Signal signal;
        Signal ended;
        bool went_on = false;
        spawn([&] {
            handle = this_fiber();
            signal.wait();
            went_on = true;
            CHECK_THROWS_AS(sleep_for(1h), DeadlineExceeded);
            ended.notify();
        });
        interrupt(handle, Interruption::deadline);
        sleep_for(0ms);
        CHECK_FALSE(went_on);
        signal.notify();
        ended.wait();
        CHECK(went_on);
    });
}

TEST_CASE("waking twice or too late does nothing") {
    in_a_fiber([] {
        Ticket ticket;
        Signal ended;
        int woken = 0;
        spawn([&] {
            ticket = next_wait();
            suspend();
            ++woken;
            CHECK_FALSE(suspend_for(1ms));
            ended.notify();
        });
        wake(ticket);
        wake(ticket);
        CHECK_FALSE(is_waiting(ticket));
        ended.wait();
        wake(ticket);
        CHECK(woken == 1);
    });
}

TEST_CASE("who comes to wake a wait that never began wakes no other") {
    in_a_fiber([] {
        Ticket ticket;
        FiberHandle handle;
        Signal go;
        Signal ended;
        bool went_on = false;
        spawn([&] {
            handle = this_fiber();
            go.wait();
            ticket = next_wait();
            CHECK_THROWS_AS(suspend_for(1h), Cancelled);
            go.wait();
            went_on = true;
            ended.notify();
        });
        interrupt(handle, Interruption::cancelled);
        go.notify();
        sleep_for(0ms);
        wake(ticket);
        sleep_for(0ms);
        CHECK_FALSE(went_on);
        go.notify();
        ended.wait();
        CHECK(went_on);
    });
}

TEST_CASE("exceptions being handled belong to their fiber") {
    in_a_fiber([] {
        Signal go;
        Signal ended;
        std::string seen;
        spawn([&] {
            try {
                throw std::runtime_error("first");
            } catch (const std::exception& error) {
                go.wait();
                try {
                    throw;
                } catch (const std::exception& again) {
                    seen = error.what() + std::string(again.what());
                }
            }
            ended.notify();
        });
        try {
            throw std::runtime_error("second");
        } catch (const std::exception& error) {
            go.notify();
            ended.wait();
            CHECK(std::string(error.what()) == "second");
        }
        CHECK(seen == "firstfirst");
        CHECK(std::uncaught_exceptions() == 0);
    });
}

TEST_CASE("whose work a log line is about belongs to its fiber") {
    in_a_fiber([&] {
        const log::Context mine{.request_id = "mine"};
        const log::ContextScope scope(mine);
        Signal go;
        Signal ended;
        spawn([&] {
            CHECK(log::current_context() == nullptr);
            const log::Context other{.request_id = "other"};
            const log::ContextScope inner(other);
            go.wait();
            CHECK(log::current_context() == &other);
            ended.notify();
        });
        CHECK(log::current_context() == &mine);
        go.notify();
        ended.wait();
        CHECK(log::current_context() == &mine);
    });
    CHECK(log::current_context() == nullptr);
}

TEST_CASE("fibers still waiting when the loop stops are cancelled, and their locals destroyed") {
    bool destroyed = false;
    Loops loops(1);
    spawn_on(loops, 0, [&] {
        const std::shared_ptr<void> guard(nullptr, [&](void*) { destroyed = true; });
        loops.stop();
        sleep_for(1h);
    });
    loops.run();
    CHECK(destroyed);
}

TEST_CASE("what is posted after the end is dropped with the loops") {
    auto held = std::make_shared<int>(1);
    {
        Loops loops(2);
        loops.stop();
        loops.run();
        loops.post(1, [held] { ++*held; });
        CHECK(held.use_count() == 2);
    }
    CHECK(held.use_count() == 1);
    CHECK(*held == 1);
}

TEST_CASE("a failing start ends run with that failure") {
    Loops loops(2);
    CHECK_THROWS_WITH(loops.run([](unsigned i) {
        if (i == 1) throw std::runtime_error("no luck");
    }),
                      "no luck");
}

TEST_CASE("each thread knows its loop") {
    Loops loops(2);
    std::atomic<int> seen{0};
    CHECK(this_loop() == -1);
    loops.run([&](unsigned i) {
        CHECK(this_loop() == static_cast<int>(i));
        CHECK_FALSE(in_fiber());
        spawn_on(loops, 1 - i, [&, i] {
            CHECK(this_loop() == static_cast<int>(1 - i));
            CHECK(in_fiber());
            if (++seen == 2) loops.stop();
        });
    });
    CHECK(seen == 2);
}

TEST_CASE("a batch delivers its notifications at its end") {
    in_a_fiber([] {
        std::vector<Signal> signals(3);
        Signal started;
        int woken = 0;
        Signal ended;
        for (auto& signal : signals) {
            spawn([&] {
                signal.wait();
                if (++woken == 3) ended.notify();
            });
        }
        std::thread other([&] {
            const NotifyBatch batch;
            for (auto& signal : signals) signal.notify();
        });
        ended.wait();
        other.join();
        CHECK(woken == 3);
    });
}

TEST_CASE("a worker's result and exception arrive in the fiber, and a full queue is refused") {
    WorkerPool pool(1, 1);
    CHECK(pool.call([] { return 7; }) == 7);
    in_a_fiber([&] {
        CHECK(pool.call([] { return std::string("done"); }) == "done");
        CHECK_THROWS_WITH(pool.run([] { throw std::runtime_error("broken"); }), "broken");

        Signal hold;
        Signal busy;
        Signal ended;
        int finished = 0;
        spawn([&] {
            pool.run([&] {
                busy.notify();
                hold.wait();
            });
            ++finished;
        });
        busy.wait();
        spawn([&] {
            pool.run([] {});
            ++finished;
            ended.notify();
        });
        CHECK(pool.waiting() == 1);
        bool ran = false;
        try {
            pool.run([&] { ran = true; });
        } catch (const Error& error) {
            CHECK(error.kind == ErrorKind::unavailable);
            CHECK(error.status == 503);
            CHECK(error.retry_after == 1s);
        }
        CHECK_FALSE(ran);
        hold.notify();
        ended.wait();
        CHECK(finished == 2);
    });
}
