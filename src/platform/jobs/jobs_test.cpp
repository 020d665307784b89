#include "platform/jobs/jobs.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/jobs/jobs_test.hpp"
#include "sql/jobs.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace std::chrono_literals;

namespace {

void enqueue(db::Database& database, const std::string& text, Time due = {}) {
    database.write([&](db::Write& tx) { tx.enqueue(Print{text}, due); });
}

}  // namespace

TEST_CASE("a job runs when it is due, once, and is gone") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    Texts printed;
    background.jobs().on<Print>([&](const Print& job) { printed.push_back(job.text); });
    enqueue(*db, "later", clock.time + 10min);
    enqueue(*db, "now");
    CHECK(background.run_due() == 1);
    CHECK(printed == Texts{"now"});
    clock.time = clock.time + 10min;
    CHECK(background.run_due() == 1);
    CHECK(printed == Texts{"now", "later"});
    CHECK(testing::count_rows(*db, "jobs") == 0);
}

TEST_CASE("jobs run in the order in which they are due") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    Texts printed;
    background.jobs().on<Print>([&](const Print& job) { printed.push_back(job.text); });
    enqueue(*db, "third", clock.time + 3s);
    enqueue(*db, "first", clock.time + 1s);
    enqueue(*db, "second", clock.time + 2s);
    clock.time = clock.time + 1min;
    background.run_due();
    CHECK(printed == Texts{"first", "second", "third"});
}

TEST_CASE("a job of a transaction that failed never runs") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    background.jobs().on<Print>([](const Print&) {});
    CHECK_THROWS_AS(db->write([](db::Write& tx) {
        tx.enqueue(Print{"one"});
        throw conflict("No");
    }),
                    Error);
    CHECK(background.run_due() == 0);
    CHECK(testing::count_rows(*db, "jobs") == 0);
}

TEST_CASE("of jobs with one key, one waits at a time") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    Texts printed;
    background.jobs().on<Print>([&](const Print& job) { printed.push_back(job.text); });
    const auto once = [&](std::string_view key, const std::string& text) {
        db->write([&](db::Write& tx) { tx.enqueue_once(key, Print{text}); });
    };
    once("a", "first");
    once("a", "dropped");
    once("b", "other key");
    background.run_due();
    CHECK(printed == Texts{"first", "other key"});
    once("a", "again");
    background.run_due();
    CHECK(printed == Texts{"first", "other key", "again"});
}

TEST_CASE("a job that fails runs again later and later, then is parked with its error") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    std::vector<std::string> reports;
    jobs::Background background(
        *db, {.clock = &clock, .report = [&](const jobs::RunReport& run) {
                  reports.push_back(std::string(run.error) + (run.parked ? " (parked)" : ""));
              }});
    auto& jobs = background.jobs();
    bool broken = true;
    Texts printed;
    jobs.on<Print>(
        [&](const Print& job) {
            if (broken) throw upstream_error("Printer", "no paper");
            printed.push_back(job.text);
        },
        {.attempts = 3, .first_delay = 1min});
    enqueue(*db, "one");
    CHECK(background.run_due() == 1);
    CHECK(background.run_due() == 0);
    clock.time = clock.time + 1min;
    CHECK(background.run_due() == 1);
    clock.time = clock.time + 1min;
    CHECK(background.run_due() == 0);
    clock.time = clock.time + 1min;
    CHECK(background.run_due() == 1);
    CHECK(reports == Texts{"Printer unavailable: no paper", "Printer unavailable: no paper",
                           "Printer unavailable: no paper (parked)"});
    clock.time = clock.time + 24h;
    CHECK(background.run_due() == 0);

    const auto parked = jobs.parked(10);
    REQUIRE(parked.size() == 1);
    CHECK(parked[0].name == "test.print");
    CHECK(parked[0].attempts == 3);
    CHECK(parked[0].error == "Printer unavailable: no paper");
    CHECK(jobs.counts().parked == 1);

    broken = false;
    CHECK(jobs.retry(parked[0].job_id));
    CHECK_FALSE(jobs.retry(parked[0].job_id));
    CHECK(background.run_due() == 1);
    CHECK(printed == Texts{"one"});
    CHECK(testing::count_rows(*db, "jobs") == 0);
}

TEST_CASE("a parked job holds up nobody, and can be dropped") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    auto& jobs = background.jobs();
    jobs.on<Print>(
        [](const Print& job) {
            if (job.text == "poison") throw std::runtime_error("no");
        },
        {.attempts = 1});
    const auto once = [&](const std::string& text) {
        db->write([&](db::Write& tx) { tx.enqueue_once("key", Print{text}); });
    };
    once("poison");
    background.run_due();
    const auto parked = jobs.parked(10);
    REQUIRE(parked.size() == 1);
    once("good");
    CHECK(jobs.counts().waiting == 1);
    CHECK_FALSE(jobs.retry(parked[0].job_id));  // the one that waits does the work
    CHECK(background.run_due() == 1);
    CHECK(jobs.drop(parked[0].job_id));
    CHECK_FALSE(jobs.drop(parked[0].job_id));
    CHECK(testing::count_rows(*db, "jobs") == 0);
}

TEST_CASE("what a dead worker held is due again, and parked if it killed every worker") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    Texts printed;
    jobs::Background background(*db, {.clock = &clock});
    background.jobs().on<Print>([&](const Print& job) { printed.push_back(job.text); }, {.attempts = 2});
    enqueue(*db, "one");
    // As if a worker had taken it and died.
    const auto die = [&] {
        testing::execute(*db, "UPDATE jobs SET attempts = attempts + 1, due_at = " +
                                  std::to_string((clock.time + 30s).us));
    };
    die();
    CHECK(background.run_due() == 0);
    clock.time = clock.time + 30s;
    CHECK(background.run_due() == 1);
    CHECK(printed == Texts{"one"});

    enqueue(*db, "two");
    die();
    die();
    clock.time = clock.time + 30s;
    background.run_due();
    CHECK(printed == Texts{"one"});
    REQUIRE(background.jobs().parked(10).size() == 1);
    CHECK(background.jobs().parked(10)[0].error == "the server died while it ran");
}

TEST_CASE("a lease that is renewed late does not put off what failed meanwhile") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    int runs = 0;
    jobs::Background background(*db, {.clock = &clock});
    background.jobs().on<Print>(
        [&](const Print&) {
            if (++runs == 1) throw std::runtime_error("no");
        },
        {.attempts = 3, .first_delay = 1s});
    enqueue(*db, "one");
    background.run_due();
    const auto job = testing::query_number(*db, "SELECT job_id FROM jobs");
    db->write([&](db::Write& tx) {
        CHECK(tx.exec(sql::jobs::extend{.lease_until = clock.time + 30s, .job_id = job, .attempts = 1}) == 0);
    });
    clock.time = clock.time + 1s;
    background.run_due();
    CHECK(runs == 2);
    CHECK(testing::count_rows(*db, "jobs") == 0);
}

TEST_CASE("a lease that is renewed late does not put off the next run of periodic work") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    int runs = 0;
    jobs::Background background(*db, {.clock = &clock});
    background.jobs().every("test.tidy", 10s, [&] { ++runs; });
    background.run_due();
    REQUIRE(runs == 1);
    db->write([&](db::Write& tx) {
        CHECK(tx.exec(sql::jobs::extend_periodic{.lease_until = clock.time + 30s, .name = "test.tidy"}) == 0);
    });
    clock.time = clock.time + 10s;
    background.run_due();
    CHECK(runs == 2);
}

TEST_CASE("a job whose function this server does not know is left for one that does") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    enqueue(*db, "one");
    CHECK(background.run_due() == 0);
    CHECK(testing::count_rows(*db, "jobs") == 1);
}

TEST_CASE("periodic work runs at its interval, says how it went, and can be asked for") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    auto& jobs = background.jobs();
    int runs = 0;
    bool broken = false;
    jobs.every("sweep", 1h, [&] {
        ++runs;
        if (broken) throw std::runtime_error("the broom broke");
    });
    CHECK_THROWS_AS(jobs.every("sweep", 1h, [] {}), std::logic_error);
    CHECK(background.run_due() == 1);
    CHECK(background.run_due() == 0);
    const Time first = clock.time;
    clock.time = clock.time + 59min;
    CHECK(background.run_due() == 0);
    clock.time = clock.time + 1min;
    CHECK(background.run_due() == 1);

    auto listed = jobs.periodic();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].name == "sweep");
    CHECK(listed[0].interval == 1h);
    CHECK(listed[0].last_run_at == first + 1h);
    CHECK(listed[0].last_status == "ok");
    CHECK(listed[0].next_run_at == first + 2h);

    broken = true;
    jobs.run_soon("sweep");
    CHECK(background.run_due() == 1);
    listed = jobs.periodic();
    CHECK(listed[0].last_status == "failed");
    CHECK(listed[0].last_error == "the broom broke");
    CHECK(listed[0].next_run_at == first + 1h + 1min);  // sooner than its turn
    CHECK(runs == 3);
    CHECK_THROWS_AS(jobs.run_soon("unknown"), Error);
}

TEST_CASE("no statement of jobs reads a whole table") {
    testing::check_no_scans(*testing::fresh_database(), sql::jobs::all);
}
