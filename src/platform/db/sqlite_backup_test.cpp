#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "platform/db/open.hpp"
#include "testing/database.hpp"

using namespace grover;
namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path = fs::temp_directory_path() / ("grover-backup-" + std::to_string(getpid()));
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("a backup taken under writes is one consistent state, and opens as a database") {
    const Folder folder;
    const std::string url = "sqlite:" + (folder.path / "grover.db").string();
    const std::string copy = (folder.path / "copy.db").string();
    const auto db = db::open({.url = url});
    testing::execute(*db, "CREATE TABLE accounts (name TEXT NOT NULL PRIMARY KEY, amount BIGINT NOT NULL)");
    testing::execute(*db, "INSERT INTO accounts VALUES ('a', 1000), ('b', 0)");
    std::atomic<bool> stop{false};
    std::atomic<int> moves{0};
    std::thread writer([&] {
        while (!stop) {
            db->write([](db::Write& tx) {
                testing::execute_in(tx, "UPDATE accounts SET amount = amount - 1 WHERE name = :text", "a");
                testing::execute_in(tx, "UPDATE accounts SET amount = amount + 1 WHERE name = :text", "b");
            });
            ++moves;
            moves.notify_all();
        }
    });
    moves.wait(0);
    const int before = moves;
    db::backup(url, copy);
    const int after = moves;
    stop = true;
    writer.join();

    CHECK_FALSE(fs::exists(copy + ".part"));
    const auto restored = db::open({.url = "sqlite:" + copy});
    CHECK(testing::query_number(*restored, "SELECT sum(amount) FROM accounts") == 1'000);
    const auto moved = testing::query_number(*restored, "SELECT amount FROM accounts WHERE name = 'b'");
    CHECK(moved >= before);
    CHECK(moved <= after + 1);
    CHECK(testing::query_text(*restored, "PRAGMA integrity_check") == "ok");
}

TEST_CASE("a backup that cannot be made leaves no file and touches none") {
    const Folder folder;
    const std::string url = "sqlite:" + (folder.path / "grover.db").string();
    const std::string copy = (folder.path / "copy.db").string();
    CHECK_THROWS_AS(db::backup(url, copy), std::runtime_error);
    CHECK(fs::is_empty(folder.path));
    db::open({.url = url}).reset();
    db::backup(url, copy);
    CHECK_THROWS_WITH(db::backup(url, copy), ("There is a file " + copy + " already.").c_str());
    CHECK_THROWS_AS(db::backup(url, (folder.path / "no" / "copy.db").string()), std::runtime_error);
    CHECK_THROWS_AS(db::backup("postgresql://x", copy + "2"), std::runtime_error);
    CHECK(fs::exists(copy));
    CHECK_FALSE(fs::exists(copy + "2"));
}
