#include "platform/db/idempotency.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/db/db_test.hpp"
#include "sql/db_test.hpp"
#include "sql/idempotency.hpp"
#include "testing/database.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace std::chrono_literals;
using Kind = db::IdempotencyKeys::Begun::Kind;

namespace {

struct StoppedClock final : Clock {
    Time now() const override { return time; }
    Time time{1'769'249'472'000'000};
};

const db::IdempotencyKeys::Request kRequest{
    .user_id = UserId("user_ada"), .method = "POST", .path = "/api/posts", .key = "k1"};

}  // namespace

TEST_CASE("a repeated request gets the first answer, another input does not") {
    const auto database = testing::fresh_database();
    StoppedClock clock;
    db::IdempotencyKeys keys(*database, clock);
    const auto claim = *keys.begin(kRequest, "hash").claim;
    CHECK(keys.begin(kRequest, "hash").kind == Kind::still_running);
    CHECK(keys.begin(kRequest, "other").kind == Kind::other_input);
    keys.finish(claim, 201, R"({"ok":true})");
    const auto again = keys.begin(kRequest, "hash");
    CHECK(again.kind == Kind::replay);
    CHECK(again.status == 201);
    CHECK(again.body == R"({"ok":true})");
    CHECK(keys.begin(kRequest, "other").kind == Kind::other_input);
    keys.forget(claim);  // too late: the answer stays
    CHECK(keys.begin(kRequest, "hash").kind == Kind::replay);

    auto elsewhere = kRequest;
    elsewhere.user_id = UserId("user_bob");
    CHECK(keys.begin(elsewhere, "other").kind == Kind::fresh);
    elsewhere.path = "/api/comments";
    CHECK(keys.begin(elsewhere, "other").kind == Kind::fresh);
}

TEST_CASE("a forgotten request and one whose server died may begin anew") {
    const auto database = testing::fresh_database();
    StoppedClock clock;
    db::IdempotencyKeys keys(*database, clock);
    keys.forget(*keys.begin(kRequest, "hash").claim);
    CHECK(testing::count_rows(*database, "idempotency_keys") == 0);
    CHECK(keys.begin(kRequest, "other").kind == Kind::fresh);
    clock.time = clock.time + 29s;
    CHECK(keys.begin(kRequest, "other").kind == Kind::still_running);
    clock.time = clock.time + 1s;
    keys.finish(*keys.begin(kRequest, "hash").claim, 200, "");
    CHECK(keys.begin(kRequest, "hash").body.empty());
}

namespace {

// A request that runs, and what it changes: a new counter each time.
struct Running {
    db::Database& database;
    db::IdempotencyKeys& keys;
    db::Claim claim = *keys.begin(kRequest, "hash").claim;
    log::Context work{.claim = &claim};

    void act(std::string_view name, bool fails = false) {
        const log::ContextScope here(work);
        database.write([&](db::Write& tx) {
            tx.exec(sql::db_test::add_counter{.name = name, .value = 1});
            if (fails) throw validation_error("no");
        });
    }
};

}  // namespace

TEST_CASE("what acted before its server died is not run again; what did not act may be") {
    const auto database = database_with_tables();
    StoppedClock clock;
    db::IdempotencyKeys keys(*database, clock);
    {
        Running first{*database, keys};
        CHECK_THROWS_AS(first.act("undone", true), Error);
    }
    clock.time = clock.time + 30s;
    {
        Running second{*database, keys};
        second.act("done");
        second.act("done too");
        CHECK(keys.begin(kRequest, "hash").kind == Kind::still_running);
    }
    clock.time = clock.time + 30s;
    CHECK(keys.begin(kRequest, "hash").kind == Kind::interrupted);
    CHECK(keys.begin(kRequest, "other").kind == Kind::other_input);
    clock.time = clock.time + 23h;
    CHECK(keys.begin(kRequest, "hash").kind == Kind::interrupted);
    CHECK(testing::count_rows(*database, "counters") == 2);
    clock.time = clock.time + 1h;
    CHECK(keys.begin(kRequest, "hash").kind == Kind::fresh);
}

TEST_CASE("one that failed is forgotten unless it acted, and nobody waits for it") {
    const auto database = database_with_tables();
    StoppedClock clock;
    db::IdempotencyKeys keys(*database, clock);
    {
        Running first{*database, keys};
        const log::ContextScope here(first.work);
        const db::NotNoted aside;
        first.act("a file that nothing refers to");
        keys.give_up(first.claim);
    }
    CHECK(testing::count_rows(*database, "idempotency_keys") == 0);
    Running second{*database, keys};
    second.act("done");
    keys.give_up(second.claim);
    CHECK(keys.begin(kRequest, "hash").kind == Kind::interrupted);
    keys.forget(second.claim);
    CHECK(keys.begin(kRequest, "hash").kind == Kind::fresh);
}

TEST_CASE("one that comes to life after another took its key over changes nothing") {
    const auto database = database_with_tables();
    StoppedClock clock;
    db::IdempotencyKeys keys(*database, clock);
    Running slow{*database, keys};
    clock.time = clock.time + 30s;
    Running next{*database, keys};
    CHECK_THROWS_AS(slow.act("late"), Error);
    CHECK(testing::count_rows(*database, "counters") == 0);
    // Nor does its end end the other's run.
    keys.finish(slow.claim, 409, "refused");
    keys.give_up(slow.claim);
    keys.forget(slow.claim);
    CHECK(keys.begin(kRequest, "hash").kind == Kind::still_running);
    next.act("in time");
    keys.give_up(slow.claim);
    CHECK(keys.begin(kRequest, "hash").kind == Kind::still_running);
    keys.finish(next.claim, 200, "answer");
    CHECK_THROWS_AS(slow.act("later still"), Error);
    CHECK(keys.begin(kRequest, "hash").body == "answer");
}

TEST_CASE("after a day an answer is no longer given, and is removed") {
    const auto database = testing::fresh_database();
    StoppedClock clock;
    db::IdempotencyKeys keys(*database, clock);
    keys.finish(*keys.begin(kRequest, "hash").claim, 200, "old");
    auto other = kRequest;
    for (int i = 0; i < 1'500; ++i) {
        const std::string key = "many" + std::to_string(i);
        other.key = key;
        keys.begin(other, "hash");
    }
    clock.time = clock.time + 24h - 1us;
    CHECK(keys.begin(kRequest, "hash").kind == Kind::replay);
    CHECK(keys.remove_expired() == 0);
    clock.time = clock.time + 1us;
    CHECK(keys.begin(kRequest, "new").kind == Kind::fresh);
    CHECK(keys.remove_expired() == 1'500);
    CHECK(testing::count_rows(*database, "idempotency_keys") == 1);
}

TEST_CASE("of ten that begin at once with one key, one is fresh") {
    const auto database = testing::fresh_database();
    StoppedClock clock;
    db::IdempotencyKeys keys(*database, clock);
    std::atomic<int> fresh{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 10; ++i) {
        threads.emplace_back([&] {
            if (keys.begin(kRequest, "hash").kind == Kind::fresh) ++fresh;
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(fresh == 1);
}

TEST_CASE("no statement of kept answers reads a whole table") {
    testing::check_no_scans(*testing::fresh_database(), sql::idempotency::all);
}
