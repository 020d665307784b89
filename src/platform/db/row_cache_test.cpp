#include "platform/db/row_cache.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "platform/db/db_test.hpp"
#include "sql/db_test.hpp"

using namespace grover;

namespace {

struct Budget {
    explicit Budget(std::size_t bytes) { db::set_row_cache_budget(bytes); }
    ~Budget() { db::set_row_cache_budget(std::size_t{16} << 20); }
};

db::RowCacheTotals totals(std::string_view name) {
    const auto all = db::row_cache_totals();
    const auto found = std::ranges::find(all, name, &db::RowCacheTotals::name);
    return found == all.end() ? db::RowCacheTotals{} : *found;
}

// As a store reads a row: from memory if it is there.
std::int64_t cached_counter(db::Database& db, db::RowCache<std::int64_t>& cache, std::string_view name) {
    return db.read([&](db::Read& tx) {
        if (const auto* value = cache.find(tx, name)) return *value;
        const auto value = tx.value<std::int64_t>(sql::db_test::counter{.name = name});
        cache.put(name, value, 0, tx.snapshot());
        return value;
    });
}

void increment(db::Database& db, std::string_view name) {
    db.write([&](db::Write& tx) {
        tx.exec(sql::db_test::increment{.name = name});
        tx.touch(name);
    });
}

}  // namespace

TEST_CASE("a copy serves until its row is touched") {
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 1), ('b', 1)");
    db::RowCache<std::int64_t> cache{"test"};
    CHECK(cached_counter(*db, cache, "a") == 1);
    CHECK(cached_counter(*db, cache, "b") == 1);
    CHECK(cache.size() == 2);
    const auto found = [&](std::string_view name) {
        return db->read([&](db::Read& tx) { return cache.find(tx, name) != nullptr; });
    };
    CHECK(found("a"));
    increment(*db, "a");
    CHECK_FALSE(found("a"));
    CHECK(found("b"));
    CHECK(cached_counter(*db, cache, "a") == 2);
    CHECK(found("a"));
}

TEST_CASE("what is expected is found, and not found, as without") {
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 1)");
    db::RowCache<std::int64_t> cache{"test"};
    db::RowCache<std::int64_t> other{"test"};
    CHECK(cached_counter(*db, cache, "a") == 1);
    db->read([&](db::Read& tx) {
        db::expect(tx, {cache.place_of("a"), cache.place_of("b"), other.place_of("a")});
        REQUIRE(cache.find(tx, "a") != nullptr);
        CHECK(*cache.find(tx, "a") == 1);
        CHECK(cache.find(tx, "b") == nullptr);
        CHECK(other.find(tx, "a") == nullptr);
    });
    db->write([&](db::Write& tx) {
        db::expect(tx, {cache.place_of("a")});
        CHECK(cache.find(tx, "a") == nullptr);
    });
}

TEST_CASE("a write finds nothing in memory, and what it reads is not kept") {
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 1)");
    db::RowCache<std::int64_t> cache{"test"};
    cached_counter(*db, cache, "a");
    db->write([&](db::Write& tx) {
        CHECK(cache.find(tx, "a") == nullptr);
        cache.put("b", 5, 0, tx.snapshot());
    });
    CHECK(db->read([&](db::Read& tx) { return cache.find(tx, "b") == nullptr; }));
}

TEST_CASE("a copy from an older snapshot is dead, and does not take the place of a newer one") {
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 1)");
    db::RowCache<std::int64_t> cache{"test"};
    db->read([&](db::Read& tx) {
        const auto old = tx.value<std::int64_t>(sql::db_test::counter{.name = "a"});
        std::thread([&] { increment(*db, "a"); }).join();
        cache.put("a", old, 0, tx.snapshot());
    });
    CHECK(db->read([&](db::Read& tx) { return cache.find(tx, "a") == nullptr; }));
    const auto old = db->read([](db::Read& tx) { return tx.snapshot(); }) - 1;
    CHECK(cached_counter(*db, cache, "a") == 2);
    cache.put("a", 1, 0, old);
    CHECK(cached_counter(*db, cache, "a") == 2);
}

TEST_CASE("copies of one store are nothing to another") {
    const auto first = database_with_tables();
    const auto second = database_with_tables();
    testing::execute(*first, "INSERT INTO counters VALUES ('a', 1)");
    testing::execute(*second, "INSERT INTO counters VALUES ('a', 2)");
    db::RowCache<std::int64_t> cache{"test"};
    for (int round = 0; round < 3; ++round) {
        CHECK(cached_counter(*first, cache, "a") == 1);
        CHECK(cached_counter(*second, cache, "a") == 2);
    }
}

TEST_CASE("memory is bounded for all caches of a thread together, and what is used stays") {
    const auto db = database_with_tables();
    const Budget budget(64 * 1024);
    db::RowCache<std::string> texts{"test_texts"};
    db::RowCache<std::int64_t> numbers{"test_numbers"};
    db->read([&](db::Read& tx) {
        for (int i = 0; i < 10; ++i) numbers.put("often" + std::to_string(i), i, 0, tx.snapshot());
        for (int i = 0; i < 2'000; ++i) {
            texts.put("text" + std::to_string(i), std::string(500, 'x'), 500, tx.snapshot());
            for (int often = 0; often < 10; ++often) numbers.find(tx, "often" + std::to_string(often));
        }
        CHECK(texts.find(tx, "text1999") != nullptr);
        CHECK(texts.find(tx, "text0") == nullptr);
        CHECK(numbers.find(tx, "often7") != nullptr);
    });
    const auto all = totals("test_texts");
    CHECK(all.bytes + totals("test_numbers").bytes <= 64 * 1024);
    CHECK(all.entries == texts.size());
    CHECK(all.entries > 50);
    CHECK(all.evictions == 2'000 - all.entries);
    texts.clear();
    CHECK(totals("test_texts").bytes == 0);
    CHECK(numbers.size() == 10);
}

TEST_CASE("a budget of nothing keeps nothing, and a row too large for it is not kept") {
    const auto db = database_with_tables();
    db::RowCache<std::int64_t> cache{"test"};
    const Budget budget(0);
    db->read([&](db::Read& tx) {
        cache.put("a", 1, 0, tx.snapshot());
        CHECK(cache.size() == 0);
        db::set_row_cache_budget(10'000);
        cache.put("a", 1, 5'000, tx.snapshot());
        CHECK(cache.size() == 0);
        cache.put("a", 1, 100, tx.snapshot());
        CHECK(cache.size() == 1);
    });
}

TEST_CASE("the table of a cache finds what a map finds, through growth and removal") {
    const auto db = database_with_tables();
    const Budget budget(40 * 1024);
    const unsigned seed = 20'240'101;
    INFO("seed ", seed);
    std::mt19937 random(seed);
    db::RowCache<std::string> cache{"test"};
    db->read([&](db::Read& tx) {
        std::size_t found = 0;
        for (int step = 0; step < 20'000; ++step) {
            const std::string key = "key" + std::to_string(random() % 1'000);
            if (random() % 2 == 0) {
                cache.put(key, "value of " + key, 0, tx.snapshot());
                REQUIRE(cache.find(tx, key) != nullptr);
            } else if (const auto* value = cache.find(tx, key)) {
                REQUIRE(*value == "value of " + key);
                ++found;
            }
        }
        CHECK(found > 1'000);

        // The same for many keys in one question, known and unknown, some of them twice.
        std::vector<std::string> keys;
        for (int i = 0; i < 300; ++i) keys.push_back("key" + std::to_string(random() % 1'000));
        keys.push_back(keys.front());
        const std::vector<std::string_view> asked(keys.begin(), keys.end());
        std::map<std::size_t, std::string> answers;
        cache.find_each(tx, asked, [&](std::size_t i, const std::string& value) {
            CHECK(answers.emplace(i, value).second);
        });
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto* value = cache.find(tx, keys[i]);
            REQUIRE(answers.contains(i) == (value != nullptr));
            if (value != nullptr) CHECK(answers[i] == *value);
        }
        CHECK(answers.size() > 5);
        CHECK(answers.size() < keys.size());
        cache.find_each(tx, {}, [](std::size_t, const std::string&) { FAIL("nothing was asked for"); });
    });
    db->write([&](db::Write& tx) {
        const std::array<std::string_view, 1> key{"key1"};
        cache.find_each(tx, key, [](std::size_t, const std::string&) { FAIL("found inside a write"); });
    });
}

// What may be served was committed no earlier than the last change that anybody heard of before asking.
TEST_CASE("readers who know of a commit never get an older copy") {
    const auto db = database_with_tables();
    constexpr int kRows = 4;
    constexpr int kChanges = 150;
    const std::array<std::string, kRows> names{"a", "b", "c", "d"};
    for (const auto& name : names) testing::execute(*db, "INSERT INTO counters VALUES ('" + name + "', 0)");
    std::array<std::atomic<std::int64_t>, kRows> known{};
    std::atomic<int> writing{3};
    std::atomic<std::int64_t> stale{0};
    std::atomic<std::int64_t> hits{0};

    std::vector<std::thread> threads;
    for (int writer = 0; writer < 3; ++writer) {
        threads.emplace_back([&, writer] {
            for (int i = 0; i < kChanges; ++i) {
                const auto row = static_cast<std::size_t>(i + writer) % kRows;
                const auto value = db->write([&](db::Write& tx) {
                    tx.exec(sql::db_test::increment{.name = names[row]});
                    tx.touch(names[row]);
                    return tx.value<std::int64_t>(sql::db_test::counter{.name = names[row]});
                });
                std::int64_t before = known[row].load();
                while (before < value && !known[row].compare_exchange_weak(before, value)) {
                }
            }
            --writing;
        });
    }
    for (int reader = 0; reader < 3; ++reader) {
        threads.emplace_back([&] {
            db::RowCache<std::int64_t> cache{"test_stress"};
            while (writing > 0) {
                for (std::size_t row = 0; row < kRows; ++row) {
                    const std::int64_t expected = known[row].load();
                    db->read([&](db::Read& tx) {
                        if (const auto* value = cache.find(tx, names[row])) {
                            ++hits;
                            if (*value < expected) ++stale;
                            return;
                        }
                        const auto value = tx.value<std::int64_t>(sql::db_test::counter{.name = names[row]});
                        if (value < expected) ++stale;
                        cache.put(names[row], value, 0, tx.snapshot());
                    });
                }
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(stale == 0);
    CHECK(hits > 0);
    std::int64_t sum = 0;
    for (const auto& value : known) sum += value;
    CHECK(sum == 3 * kChanges);
}
