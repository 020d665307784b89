// What only PostgreSQL can do to its callers: go away, come back, and refuse one of two for the other's sake.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <latch>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/db/db_test.hpp"
#include "platform/observability/metrics.hpp"
#include "platform/runtime/runtime.hpp"
#include "sql/db_test.hpp"

using namespace grover;
namespace fs = std::filesystem;

namespace {

bool skipped() { return testing::engine_under_test() != db::Engine::postgres; }

int write_status(db::Database& db) {
    try {
        db.write([](db::Write& tx) { tx.exec(sql::db_test::increment{.name = "a"}); });
        return 200;
    } catch (const Error& error) {
        return error.retry_after == std::chrono::seconds{2} ? error.status : 0;
    }
}

int read_status(db::Database& db) {
    try {
        db.read([](db::Read& tx) { tx.exists(sql::db_test::counter{.name = "a"}); });
        return 200;
    } catch (const Error& error) {
        return error.retry_after == std::chrono::seconds{2} ? error.status : 0;
    }
}

// Another way to the server, which a test can close.
struct Door {
    fs::path folder = fs::temp_directory_path() / ("grover-door-" + std::to_string(getpid()));
    fs::path socket = folder / ".s.PGSQL.5432";
    std::string url;

    explicit Door(const std::string& database) : url(url_of(database)) {
        fs::create_directories(folder);
        const auto host = url.find("host=") + 5;
        const auto end = std::min(url.find('&', host), url.size());
        target = fs::path(url.substr(host, end - host)) / ".s.PGSQL.5432";
        url.replace(host, end - host, folder.string());
        open();
    }
    ~Door() { fs::remove_all(folder); }
    void open() const { fs::create_symlink(target, socket); }
    void close() const { fs::remove(socket); }

    fs::path target;
};

}  // namespace

TEST_CASE("connections that the server closed are renewed unnoticed") {
    if (skipped()) return;
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    const auto other = testing::fresh_database();
    const std::string end_connections = kEndConnections + ("'" + name_of(*db) + "'");
    for (int i = 0; i < 3; ++i) {
        testing::query_text(*other, end_connections);
        CHECK(read_status(*db) == 200);
        testing::query_text(*other, end_connections);
        CHECK(write_status(*db) == 200);
    }
    CHECK(testing::query_number(*db, "SELECT value FROM counters") == 3);
}

TEST_CASE("a connection that dies in the middle of a write: 503, and nothing is written") {
    if (skipped()) return;
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    const std::string name = name_of(*db);
    int status = 0;
    try {
        db->write([&](db::Write& tx) {
            tx.exec(sql::db_test::increment{.name = "a"});
            std::thread([&] { testing::query_text(*db, kEndConnections + ("'" + name + "'")); }).join();
            tx.exec(sql::db_test::increment{.name = "a"});
        });
    } catch (const Error& error) {
        status = error.status;
    }
    CHECK(status == 503);
    CHECK(testing::query_number(*db, "SELECT value FROM counters") == 0);
}

TEST_CASE("an unreachable server: 503 with Retry-After, at once, and it recovers by itself") {
    if (skipped()) return;
    const auto beside = database_with_tables();
    testing::execute(*beside, "INSERT INTO counters VALUES ('a', 0)");
    const Door door(name_of(*beside));
    std::atomic<int> warnings{0};
    const auto db = db::open({.url = door.url, .warn = [&](std::string_view) { ++warnings; }});
    CHECK(db->is_reachable(std::chrono::seconds{5}));
    door.close();
    testing::query_text(*beside, kEndConnections + ("'" + name_of(*beside) + "'"));
    for (int i = 0; i < 3; ++i) {
        CHECK(write_status(*db) == 503);
        CHECK(read_status(*db) == 503);
        CHECK_FALSE(db->is_reachable(std::chrono::milliseconds{500}));
    }
    CHECK(warnings == 1);
    door.open();
    while (write_status(*db) != 200) std::this_thread::yield();
    CHECK(read_status(*db) == 200);
    CHECK(db->is_reachable(std::chrono::seconds{5}));
    CHECK(warnings == 2);
}

TEST_CASE("opening a server that is not there is 503, so that the caller may wait for it") {
    if (skipped()) return;
    int status = 0;
    try {
        db::open({.url = "postgresql://nobody@/nothing?host=/nonexistent"});
    } catch (const Error& error) {
        status = error.status;
    }
    CHECK(status == 503);
}

TEST_CASE("two who wait for each other: one runs again, and both are done") {
    if (skipped()) return;
    const auto db = database_with_tables();
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0), ('b', 0)");
    std::latch both(2);
    std::atomic<int> runs{0};
    const auto increment_both = [&](const char* first, const char* second) {
        bool met = false;
        db->write([&](db::Write& tx) {
            ++runs;
            tx.exec(sql::db_test::increment{.name = first});
            if (!met) both.arrive_and_wait();
            met = true;
            tx.exec(sql::db_test::increment{.name = second});
        });
    };
    std::thread other([&] { increment_both("b", "a"); });
    increment_both("a", "b");
    other.join();
    CHECK(runs > 2);
    CHECK(testing::query_text(*db, "SELECT value FROM counters ORDER BY name") == "2\n2");
}

TEST_CASE("nodes that start together migrate once") {
    if (skipped()) return;
    const auto lent = testing::fresh_database();
    const std::string url = url_of(name_of(*lent));
    testing::execute(*lent, "CREATE TABLE migrated AS SELECT * FROM schema_migrations");
    std::atomic<int> opened{0};
    std::vector<std::thread> nodes;
    for (int i = 0; i < 4; ++i) {
        nodes.emplace_back([&] {
            if (db::open({.url = url})->is_reachable(std::chrono::seconds{10})) ++opened;
        });
    }
    for (auto& node : nodes) node.join();
    CHECK(opened == 4);
    CHECK(testing::query_number(
              *lent, "SELECT (SELECT count(*) FROM migrated) - (SELECT count(*) FROM schema_migrations)") ==
          0);
}

TEST_CASE("a request may use several connections of its loop one after the other, and many wait in line") {
    if (skipped()) return;
    runtime::Loops loops(1);
    // Nothing in memory: looking for changes would keep a connection of its own in use.
    const auto db = database_with_tables({.pool_size = 1, .cached = false, .loops = &loops});
    testing::execute(*db, "INSERT INTO counters VALUES ('a', 0)");
    std::atomic<int> ended{0};
    std::atomic<int> order_broken{0};
    for (int i = 0; i < 50; ++i) {
        runtime::spawn_on(loops, 0, [&, i] {
            if (write_status(*db) != 200) ++order_broken;
            if (read_status(*db) != 200) ++order_broken;
            if (++ended == 50) loops.stop();
        });
    }
    loops.run();
    CHECK(order_broken == 0);
    CHECK(testing::query_number(*db, "SELECT value FROM counters") == 50);
    CHECK(metrics::render().find("grover_db_pool_connections{state=\"used\"} 0\n") != std::string::npos);
    CHECK(metrics::render().find("grover_db_pool_wait_seconds_count 0\n") == std::string::npos);
}
