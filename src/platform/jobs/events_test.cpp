#include "platform/jobs/events.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/jobs/jobs_test.hpp"
#include "sql/events.hpp"
#include "testing/query_plan.hpp"

using namespace grover;

namespace {

std::int64_t stored_events(db::Database& db) {
    const auto arrivals =
        db.engine() == db::Engine::postgres ? testing::count_rows(db, "outbox_arrivals") : 0;
    return testing::count_rows(db, "outbox") + arrivals;
}

}  // namespace

TEST_CASE("each listener hears what it asked for, in order, once it is committed, and nothing is left") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    Texts ada, bob;
    background.events().on<Said>("ada", [&](const Said& said) { ada.push_back(said.text); });
    background.events().on<Shouted>("ada",
                                    [&](const Shouted& shouted) { ada.push_back(shouted.text + "!"); });
    background.events().on<Said>("bob", [&](const Said& said) { bob.push_back(said.text); });
    publish<Said>(*db, "one");
    publish<Shouted>(*db, "two");
    publish<Said>(*db, "three \"quoted\"");
    CHECK(ada.empty());
    CHECK(background.run_due() == 5);
    CHECK(ada == Texts{"one", "two!", "three \"quoted\""});
    CHECK(bob == Texts{"one", "three \"quoted\""});
    CHECK(background.run_due() == 0);
    if (db->engine() == db::Engine::sqlite) CHECK(stored_events(*db) == 0);
}

TEST_CASE("an event that nobody listens to is not stored") {
    const auto db = testing::fresh_database();
    publish<Said>(*db, "before anybody attached");
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    background.events().on<Said>("ada", [](const Said&) {});
    publish<Shouted>(*db, "one");
    CHECK(stored_events(*db) == 0);
    CHECK(background.run_due() == 0);
}

TEST_CASE("an event of a transaction that failed is never told") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    Texts heard;
    background.events().on<Said>("ada", [&](const Said& said) { heard.push_back(said.text); });
    CHECK_THROWS_AS(db->write([](db::Write& tx) {
        tx.publish(Said{"one"});
        throw conflict("No");
    }),
                    Error);
    CHECK(background.run_due() == 0);
    CHECK(heard.empty());
    CHECK(stored_events(*db) == 0);
}

TEST_CASE("a listener that fails hears the event again later, and everything after it waits") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    std::vector<std::string> errors;
    jobs::Background background(*db, {.clock = &clock, .report = [&](const jobs::RunReport& run) {
                                          if (!run.error.empty()) errors.emplace_back(run.error);
                                      }});
    Texts heard;
    int failures = 2;
    background.events().on<Said>("ada", [&](const Said& said) {
        if (said.text == "two" && failures-- > 0) throw std::runtime_error("the mail server sleeps");
        heard.push_back(said.text);
    });
    for (const auto* text : {"one", "two", "three"}) publish<Said>(*db, text);
    background.run_due();
    CHECK(heard == Texts{"one"});
    background.run_due();
    CHECK(errors.size() == 1);  // not before its time
    clock.time = clock.time + std::chrono::milliseconds{200};
    background.run_due();
    CHECK(errors.size() == 2);
    CHECK(heard == Texts{"one"});
    clock.time = clock.time + std::chrono::milliseconds{200};
    background.run_due();
    CHECK(heard == Texts{"one"});  // the second wait is twice as long
    clock.time = clock.time + std::chrono::milliseconds{200};
    background.run_due();
    CHECK(heard == Texts{"one", "two", "three"});
    CHECK(testing::count_rows(*db, "parked_events") == 0);
}

TEST_CASE("after its last attempt an event is parked, the next follows, and an operator decides") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    auto& events = background.events();
    events.set_retry({.attempts = 3, .first_delay = std::chrono::seconds{1}});
    Texts heard;
    bool broken = true;
    events.on<Said>("ada", [&](const Said& said) {
        if (said.text == "poison" && broken) throw std::runtime_error("cannot");
        heard.push_back(said.text);
    });
    for (const auto* text : {"poison", "two", "poison"}) publish<Said>(*db, text);
    for (int i = 0; i < 8; ++i) {
        background.run_due();
        clock.time = clock.time + std::chrono::seconds{5};
    }
    CHECK(heard == Texts{"two"});
    auto parked = events.parked(10);
    REQUIRE(parked.size() == 2);
    CHECK(parked[0].listener == "ada");
    CHECK(parked[0].name == "test.said");
    CHECK(parked[0].payload == R"({"text":"poison"})");
    CHECK(parked[0].attempts == 3);
    CHECK(parked[0].error == "cannot");

    CHECK_THROWS_AS(events.retry("ada", parked[0].position), std::runtime_error);
    CHECK(events.parked(10).size() == 2);
    broken = false;
    events.retry("ada", parked[0].position);
    CHECK(heard == Texts{"two", "poison"});
    events.drop("ada", parked[1].position);
    CHECK(events.parked(10).empty());
    CHECK_THROWS_AS(events.retry("ada", parked[1].position), Error);
}

TEST_CASE("a listener goes on where it was when the server comes back, and misses nothing in between") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    Texts heard;
    const auto listen = [&](jobs::Background& background) {
        background.events().on<Said>("ada", [&](const Said& said) { heard.push_back(said.text); });
    };
    {
        jobs::Background background(*db, {.clock = &clock, .node = "first"});
        listen(background);
        publish<Said>(*db, "one");
        background.run_due();
        publish<Said>(*db, "two");
    }
    clock.time = clock.time + std::chrono::minutes{1};
    jobs::Background background(*db, {.clock = &clock, .node = "second"});
    listen(background);
    publish<Said>(*db, "three");
    background.run_due();
    CHECK(heard == Texts{"one", "two", "three"});
}

TEST_CASE("a listener that publishes is heard in the same run") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    Texts heard;
    background.events().on<Shouted>("ada", [&](const Shouted& shouted) { heard.push_back(shouted.text); });
    background.events().on<Said>("bob", [&](const Said& said) { publish<Shouted>(*db, said.text + "!"); });
    publish<Said>(*db, "one");
    CHECK(background.run_due() == 2);
    CHECK(heard == Texts{"one!"});
}

TEST_CASE("what every node keeps in memory hears what commits from now on") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    background.events().on<Said>("stored", [](const Said&) {});
    publish<Said>(*db, "one");
    background.run_due();
    Texts heard;
    background.events().on_every_node<Said>("memory", [&](const Said& said) { heard.push_back(said.text); });
    publish<Said>(*db, "two");
    background.run_due();
    CHECK(heard == Texts{"two"});
    CHECK(testing::query_text(*db, "SELECT name FROM listeners") == "stored");
}

TEST_CASE("a listener's name is given once for each event") {
    const auto db = testing::fresh_database();
    jobs::Background background(*db, {});
    background.events().on<Said>("ada", [](const Said&) {});
    CHECK_THROWS_AS(background.events().on<Said>("ada", [](const Said&) {}), std::logic_error);
    CHECK_THROWS_AS(background.events().on_every_node<Shouted>("ada", [](const Shouted&) {}),
                    std::logic_error);
}

// Each writer's events depend on each other through a row that all of them change, so their numbers say what
// was first.
TEST_CASE("events of transactions that depend on each other keep their order, whoever commits late") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    Texts heard;
    background.events().on<Said>("ada", [&](const Said& said) { heard.push_back(said.text); });
    testing::execute(*db, "CREATE TABLE numbers (number BIGINT NOT NULL)");
    testing::execute(*db, "INSERT INTO numbers VALUES (0)");
    constexpr int kWriters = 6;
    constexpr int kRounds = 40;
    std::atomic<int> writing{kWriters};
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
        writers.emplace_back([&] {
            for (int round = 0; round < kRounds; ++round) {
                db->write([&](db::Write& tx) {
                    const auto number = testing::query_number_in(
                        tx, "UPDATE numbers SET number = number + 1 RETURNING number");
                    tx.publish(Said{std::to_string(number)});
                });
            }
            --writing;
        });
    }
    while (writing > 0) background.run_due();
    for (auto& writer : writers) writer.join();
    background.run_due();
    REQUIRE(heard.size() == kWriters * kRounds);
    bool in_order = true;
    for (std::size_t i = 0; i < heard.size(); ++i) in_order = in_order && heard[i] == std::to_string(i + 1);
    CHECK(in_order);
}

TEST_CASE("no statement of events reads a whole table") {
    testing::check_no_scans(*testing::fresh_database(), sql::events::all);
}

TEST_CASE("a listener that gathers has its place only when what it gathered is stored") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    Texts gathered, stored;
    bool broken = true;
    background.events().on<Said>("ada", [&](const Said& said) { gathered.push_back(said.text); });
    background.events().after_batch("ada", [&] {
        if (broken) throw std::runtime_error("not yet");
        stored.insert(stored.end(), gathered.begin(), gathered.end());
        gathered.clear();
    });
    for (const auto* text : {"one", "two"}) publish<Said>(*db, text);
    background.run_due();
    CHECK(gathered == Texts{"one", "two"});
    CHECK(stored.empty());
    broken = false;
    gathered.clear();
    clock.time = clock.time + std::chrono::minutes{1};
    background.run_due();
    CHECK(stored == Texts{"one", "two"});
    publish<Said>(*db, "three");
    background.run_due();
    CHECK(stored == Texts{"one", "two", "three"});
    CHECK_THROWS_AS(background.events().after_batch("bob", [] {}), std::logic_error);
}

TEST_CASE("a listener that asked for it hears what follows each other together, and one by one what fails") {
    const auto db = testing::fresh_database();
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    background.events().set_retry({.attempts = 2, .first_delay = std::chrono::seconds{1}});
    Texts heard;
    const auto hear = [&](const std::vector<Said>& said) {
        std::string texts;
        for (const auto& one : said) {
            if (one.text == "poison") throw std::runtime_error("cannot");
            texts += one.text + ' ';
        }
        heard.push_back(texts);
    };
    const auto hear_shouting = [&](const Shouted& shouted) { heard.push_back(shouted.text + "!"); };
    SUBCASE("on every node") {
        background.events().on_every_node_together<Said>("memory", hear);
        background.events().on_every_node<Shouted>("memory", hear_shouting);
    }
    SUBCASE("on one node") {
        background.events().on_together<Said>("store", hear);
        background.events().on<Shouted>("store", hear_shouting);
    }
    publish<Said>(*db, "one");
    publish<Said>(*db, "two");
    publish<Shouted>(*db, "three");
    publish<Said>(*db, "four");
    background.run_due();
    CHECK(heard == Texts{"one two ", "three!", "four "});

    heard.clear();
    for (const auto* text : {"five", "poison", "six"}) publish<Said>(*db, text);
    for (int i = 0; i < 4; ++i) {
        background.run_due();
        clock.time = clock.time + std::chrono::seconds{10};
    }
    CHECK(heard == Texts{"five ", "six "});
    CHECK(background.events().parked(10).size() == 1);
}

TEST_CASE(
    "what a listener writes in its transaction happens once for each event, whatever fails in between") {
    const auto db = testing::fresh_database();
    testing::execute(*db, "CREATE TABLE heard (text TEXT NOT NULL)");
    StoppedClock clock;
    Texts tries;
    bool broken = true;
    {
        jobs::Background background(*db, {.clock = &clock});
        background.events().on_in_transaction<Said>("ada", [&](db::Write& tx, const Said& said) {
            testing::execute_in(tx, "INSERT INTO heard VALUES (:text)", said.text);
            tries.push_back(said.text);
            if (broken && said.text == "three") throw std::runtime_error("not yet");
        });
        for (const auto* text : {"one", "two", "three", "four"}) publish<Said>(*db, text);
        background.run_due();
        // Together, then one by one up to the one that fails.
        CHECK(tries == Texts{"one", "two", "three", "one", "two", "three"});
        CHECK(testing::query_text(*db, "SELECT text FROM heard ORDER BY 1") == "one\ntwo");
        broken = false;
    }
    // As after a crash: the place is that of the last commit.
    jobs::Background background(*db, {.clock = &clock});
    background.events().on_in_transaction<Said>("ada", [&](db::Write& tx, const Said& said) {
        testing::execute_in(tx, "INSERT INTO heard VALUES (:text)", said.text);
    });
    clock.time = clock.time + std::chrono::minutes{1};
    background.run_due();
    CHECK(testing::query_text(*db, "SELECT text FROM heard ORDER BY 1") == "four\none\nthree\ntwo");
    CHECK_THROWS_AS(background.events().on<Shouted>("ada", [](const Shouted&) {}), std::logic_error);
}

TEST_CASE("what belongs to an event is written where it is published: both commit, or neither") {
    const auto db = testing::fresh_database();
    testing::execute(*db, "CREATE TABLE heard (text TEXT NOT NULL)");
    StoppedClock clock;
    jobs::Background background(*db, {.clock = &clock});
    Texts order;
    background.events().on_publish<Said>([&](db::Write& tx, const Said& said) {
        order.push_back("first " + said.text);
        testing::execute_in(tx, "INSERT INTO heard VALUES (:text)", said.text);
        if (said.text == "poison") throw std::runtime_error("no");
    });
    background.events().on_publish<Said>([&](db::Write& tx, const Said& said) {
        order.push_back("second " + said.text);
        if (said.text == "one") tx.publish(Said{"what follows"});
    });
    background.events().on<Said>("ada", [&](const Said& said) { order.push_back("told " + said.text); });

    db->write([&](db::Write& tx) {
        tx.publish(Said{"one"});
        order.push_back("published");
    });
    CHECK(order ==
          Texts{"first one", "second one", "first what follows", "second what follows", "published"});
    CHECK(testing::query_text(*db, "SELECT text FROM heard ORDER BY 1") == "one\nwhat follows");
    background.run_due();
    CHECK(Texts(order.end() - 2, order.end()) == Texts{"told one", "told what follows"});

    order.clear();
    CHECK_THROWS(publish<Said>(*db, "poison"));
    background.run_due();
    CHECK(testing::count_rows(*db, "heard") == 2);
    CHECK(std::ranges::find(order, "told poison") == order.end());
    // Who listens to nothing stores nothing.
    background.events().on_publish<Shouted>([&](db::Write& tx, const Shouted&) {
        testing::execute_in(tx, "INSERT INTO heard VALUES (:text)", "a shout");
    });
    publish<Shouted>(*db, "hey");
    CHECK(testing::query_number(*db, "SELECT count(*) FROM outbox WHERE name = 'shouted'") == 0);
    CHECK(testing::count_rows(*db, "heard") == 3);
}

TEST_CASE("what many listeners hear is read once, whoever asks first") {
    const jobs::StoredEvent event(1, "test.said", R"({"text":"hello"})");
    std::vector<const Said*> heard(4);
    {
        std::vector<std::jthread> threads;
        for (auto& one : heard) threads.emplace_back([&] { one = &event.as<Said>(); });
    }
    for (const auto* one : heard) CHECK(one == heard.front());
    CHECK(heard.front()->text == "hello");

    const jobs::StoredEvent broken(2, "test.said", "{");
    for (int i = 0; i < 2; ++i) CHECK_THROWS(broken.as<Said>());
}
