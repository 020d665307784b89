// A program of its own: it starts writers, kills them (SIGKILL) in the middle, and looks whether every write that was
// acknowledged is there, whole.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "platform/db/open.hpp"
#include "testing/database.hpp"

using namespace grover;

namespace {

constexpr int kRounds = 6;
constexpr int kWriters = 16;

// Not lent by testing/database.hpp: those do not wait for the disk.
std::string durable_url(const std::filesystem::path& folder) {
    if (const char* const server = std::getenv("GROVER_TEST_POSTGRES")) return server;
    return "sqlite:" + (folder / "crash.db").string();
}

// Writes until it is killed. Each transaction adds a row and counts it, and its number is told when it is on disk.
[[noreturn]] void write_for_ever(const std::string& url, int round, int pipe) {
    const auto db = db::open({.url = url, .pool_size = kWriters});
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
        writers.emplace_back([&, writer] {
            for (int i = 0;; ++i) {
                const std::string id =
                    std::to_string(round) + "-" + std::to_string(writer) + "-" + std::to_string(i);
                db->write([&](db::Write& tx) {
                    testing::execute_in(tx, "INSERT INTO crash_rows VALUES (:text)", id);
                    testing::execute_in(tx, "UPDATE crash_counts SET rows = rows + 1 WHERE writer = :text",
                                        std::to_string(writer));
                });
                const std::string line = id + "\n";
                if (write(pipe, line.data(), line.size()) < 0) _exit(1);
            }
        });
    }
    for (auto& writer : writers) writer.join();
    _exit(0);
}

// What was acknowledged before the writers died.
std::vector<std::string> killed_after(const std::string& url, int round, std::size_t acknowledgements) {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) write_for_ever(url, round, ends[1]);
    close(ends[1]);
    std::vector<std::string> told;
    FILE* const lines = fdopen(ends[0], "r");
    char line[64];
    while (std::fgets(line, sizeof line, lines) != nullptr) {
        std::string id = line;
        if (id.back() != '\n') break;  // cut off by the kill
        id.pop_back();
        told.push_back(std::move(id));
        if (told.size() == acknowledgements) kill(child, SIGKILL);
    }
    std::fclose(lines);
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    return told;
}

std::set<std::string> stored_rows(db::Database& db) {
    std::set<std::string> rows;
    const std::string all = testing::query_text(db, "SELECT id FROM crash_rows");
    for (std::size_t begin = 0; begin < all.size();) {
        const auto end = std::min(all.find('\n', begin), all.size());
        rows.insert(all.substr(begin, end - begin));
        begin = end + 1;
    }
    return rows;
}

}  // namespace

TEST_CASE("every write that was acknowledged is there after kill -9, and none by halves") {
    const auto folder = std::filesystem::temp_directory_path() / ("grover-crash-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    const std::string url = durable_url(folder);
    {
        const auto db = db::open({.url = url});
        testing::execute(*db, "DROP TABLE IF EXISTS crash_rows");
        testing::execute(*db, "DROP TABLE IF EXISTS crash_counts");
        testing::execute(*db, "CREATE TABLE crash_rows (id TEXT NOT NULL PRIMARY KEY)");
        testing::execute(
            *db, "CREATE TABLE crash_counts (writer TEXT NOT NULL PRIMARY KEY, rows BIGINT NOT NULL)");
        for (int writer = 0; writer < kWriters; ++writer) {
            testing::execute(*db, "INSERT INTO crash_counts VALUES ('" + std::to_string(writer) + "', 0)");
        }
    }
    const unsigned seed = std::random_device{}();
    INFO("seed ", seed);
    std::mt19937 random(seed);
    std::set<std::string> acknowledged;
    for (int round = 0; round < kRounds; ++round) {
        const std::size_t count = 20 + random() % 600;
        for (auto& id : killed_after(url, round, count)) acknowledged.insert(std::move(id));
        const auto db = db::open({.url = url});
        const auto stored = stored_rows(*db);
        std::size_t lost = 0;
        for (const auto& id : acknowledged) lost += stored.contains(id) ? 0 : 1;
        CHECK(lost == 0);
        CHECK(acknowledged.size() >= count);
        CHECK(testing::query_number(
                  *db, "SELECT (SELECT count(*) FROM crash_rows) - (SELECT sum(rows) FROM crash_counts)") ==
              0);
    }
    if (url.starts_with("sqlite:")) {
        const auto db = db::open({.url = url});
        CHECK(testing::query_text(*db, "PRAGMA integrity_check") == "ok");
    }
    std::filesystem::remove_all(folder);
}
