#include "platform/jobs/background.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "platform/jobs/jobs_test.hpp"
#include "platform/runtime/runtime.hpp"
#include "testing/running_loops.hpp"

using namespace grover;
using namespace std::chrono_literals;
using testing::RunningLoops;

namespace {

// Waits until `count` things happened.
struct Counter {
    std::atomic<int> value{0};
    void add() {
        ++value;
        value.notify_all();
    }
    void wait_for(int count) {
        for (int seen = value; seen < count; seen = value) value.wait(seen);
    }
};

}  // namespace

TEST_CASE("in the running server events are told in order and jobs are run, soon after their commit") {
    const auto db = testing::fresh_database();
    RunningLoops running;
    jobs::Background background(*db, {});
    constexpr int kEvents = 500;
    constexpr int kJobs = 200;
    Counter heard, printed;
    std::mutex mutex;
    Texts texts;
    std::set<std::string> jobs_run;
    background.events().on<Said>("ada", [&](const Said& said) {
        {
            const std::scoped_lock lock(mutex);
            texts.push_back(said.text);
        }
        heard.add();
    });
    background.events().on_every_node<Said>("memory", [&](const Said&) { heard.add(); });
    background.jobs().on<Print>([&](const Print& job) {
        runtime::sleep_for(0ms);  // others run meanwhile
        {
            const std::scoped_lock lock(mutex);
            jobs_run.insert(job.text);
        }
        printed.add();
    });
    background.start(running.loops);
    for (int i = 0; i < kEvents; ++i) {
        db->write([&](db::Write& tx) {
            tx.publish(Said{std::to_string(i)});
            if (i < kJobs) tx.enqueue(Print{std::to_string(i)});
        });
    }
    heard.wait_for(2 * kEvents);
    printed.wait_for(kJobs);
    background.stop();
    const std::scoped_lock lock(mutex);
    REQUIRE(texts.size() == kEvents);
    bool in_order = true;
    for (int i = 0; i < kEvents; ++i)
        in_order = in_order && texts[static_cast<std::size_t>(i)] == std::to_string(i);
    CHECK(in_order);
    CHECK(jobs_run.size() == kJobs);
    CHECK(printed.value == kJobs);
    CHECK(testing::count_rows(*db, "jobs") == 0);
}

TEST_CASE("a failing listener and a failing job are tried again by themselves") {
    const auto db = testing::fresh_database();
    RunningLoops running;
    jobs::Background background(*db, {});
    background.events().set_retry({.attempts = 5, .first_delay = 1ms});
    Counter heard, printed;
    std::atomic<int> event_failures{2}, job_failures{2};
    background.events().on<Said>("ada", [&](const Said&) {
        if (event_failures-- > 0) throw std::runtime_error("no");
        heard.add();
    });
    background.jobs().on<Print>(
        [&](const Print&) {
            if (job_failures-- > 0) throw std::runtime_error("no");
            printed.add();
        },
        {.attempts = 5, .first_delay = 1ms});
    background.start(running.loops);
    publish<Said>(*db, "one");
    db->write([](db::Write& tx) { tx.enqueue(Print{"one"}); });
    heard.wait_for(1);
    printed.wait_for(1);
    background.stop();
    CHECK(testing::count_rows(*db, "parked_events") == 0);
    CHECK(testing::count_rows(*db, "jobs") == 0);
}

TEST_CASE("stopping waits for what runs and begins nothing new") {
    const auto db = testing::fresh_database();
    RunningLoops running;
    Counter begun;
    std::atomic<bool> stops{false}, ended{false};
    {
        jobs::Background background(*db, {});
        background.jobs().on<Print>([&](const Print&) {
            begun.add();
            // A thousand turns of the loop longer than it has to: who does not wait for it is long gone then.
            while (!stops) runtime::sleep_for(0ms);
            for (int turn = 0; turn < 1'000; ++turn) runtime::sleep_for(0ms);
            ended = true;
        });
        background.start(running.loops);
        db->write([](db::Write& tx) { tx.enqueue(Print{"one"}); });
        begun.wait_for(1);
        stops = true;
        background.stop();
        CHECK(ended);
        db->write([](db::Write& tx) { tx.enqueue(Print{"two"}); });
    }
    CHECK(testing::count_rows(*db, "jobs") == 1);
    CHECK(begun.value == 1);
}

TEST_CASE("a server that starts on a file goes on at once with what its dead predecessor held") {
    const auto db = testing::fresh_database();
    if (db->engine() != db::Engine::sqlite) return;
    RunningLoops running;
    jobs::Background background(*db, {});
    Counter printed, swept;
    background.jobs().on<Print>([&](const Print&) { printed.add(); });
    background.jobs().every("sweep", 1h, [&] { swept.add(); });
    db->write([&](db::Write& tx) { tx.enqueue(Print{"held"}); });
    // As the store looks when the process is killed while both run, with a lease that ends in an hour.
    testing::execute(*db, "UPDATE jobs SET due_at = due_at + 3600000000, attempts = 1");
    testing::execute(*db, "UPDATE periodic_jobs SET lease_until = next_run_at + 3600000000");
    background.start(running.loops);
    printed.wait_for(1);
    swept.wait_for(1);
    background.stop();
    CHECK(testing::count_rows(*db, "jobs") == 0);
}

TEST_CASE("at a start, what waits for its time or for its next try goes on waiting") {
    const auto db = testing::fresh_database();
    RunningLoops running;
    jobs::Background background(*db, {});
    Counter printed;
    background.jobs().on<Print>([&](const Print&) { printed.add(); });
    SystemClock clock;
    db->write([&](db::Write& tx) {
        tx.enqueue(Print{"later"}, clock.now() + 1h);
        tx.enqueue(Print{"failed"}, clock.now() + 1h);
        tx.enqueue(Print{"now"});
    });
    testing::execute(*db, "UPDATE jobs SET attempts = 1, error = 'no' WHERE payload LIKE '%failed%'");
    background.start(running.loops);
    printed.wait_for(1);
    background.stop();
    CHECK(printed.value == 1);
    CHECK(testing::count_rows(*db, "jobs") == 2);
}

TEST_CASE("two nodes on one store share the work: each event and each job reaches one of them") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    Texts heard, printed;
    int periodic = 0;
    const auto set_up = [&](jobs::Background& background) {
        background.events().on<Said>("ada", [&](const Said& said) { heard.push_back(said.text); });
        background.jobs().on<Print>([&](const Print& job) { printed.push_back(job.text); });
        background.jobs().every("sweep", 1h, [&] { ++periodic; });
    };
    jobs::Background first(*db, {.clock = &clock, .node = "first"});
    set_up(first);
    jobs::Background second(*db, {.clock = &clock, .node = "second"});
    set_up(second);
    publish<Said>(*db, "one");
    db->write([](db::Write& tx) { tx.enqueue(Print{"a"}); });
    first.run_due();
    second.run_due();
    CHECK(printed == Texts{"a"});
    CHECK(periodic == 1);
    // Leases of listeners are for engines that other processes reach.
    if (db->engine() == db::Engine::postgres) {
        CHECK(heard == Texts{"one"});
        publish<Said>(*db, "two");
        second.run_due();
        CHECK(heard == Texts{"one"});
        clock.time = clock.time + 1min;
        second.run_due();
        CHECK(heard == Texts{"one", "two"});
    }
}
