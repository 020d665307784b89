#include "platform/db/migrations.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <stdexcept>

#include "platform/db/open.hpp"
#include "testing/database.hpp"

using namespace grover;
using grover::db::AppliedMigration;
using grover::db::Migration;

namespace {

constexpr std::array kKnown{Migration{1, "0001_first", "aa", "", ""},
                            Migration{3, "0003_third", "cc", "", ""}};

std::string why_refused(std::vector<AppliedMigration> applied) {
    try {
        db::pending_migrations(kKnown, applied);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("grover-migrations-" + std::to_string(getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("migrations that have not run are pending, in order") {
    CHECK(db::pending_migrations(kKnown, {}).size() == 2);
    const std::vector<AppliedMigration> first{{1, "0001_first", "aa"}};
    const auto pending = db::pending_migrations(kKnown, first);
    REQUIRE(pending.size() == 1);
    CHECK(pending[0]->number == 3);
}

TEST_CASE("an edited migration and a newer database stop the start with one sentence") {
    CHECK(why_refused({{1, "0001_first", "edited"}}) ==
          "Migration 0001_first was edited after it had run; put the file back and add a new one.");
    CHECK(why_refused({{1, "0001_first", "aa"}, {4, "0004_later", "dd"}}) ==
          "The database is newer than this program: migration 0004_later is unknown to it.");
}

TEST_CASE("the embedded migrations are numbered upwards and recorded where they ran") {
    int last = 0;
    for (const Migration& migration : db::embedded_migrations()) {
        CHECK(migration.number > last);
        last = migration.number;
    }
    CHECK(last > 0);
    const auto database = testing::fresh_database();
    CHECK(testing::count_rows(*database, "schema_migrations") ==
          static_cast<std::int64_t>(db::embedded_migrations().size()));
}

TEST_CASE("a file keeps its rows, migrates once, and serves one process at a time") {
    const Folder folder;
    const db::Options options{.url = "sqlite:" + (folder.path / "new" / "grover.db").string()};
    {
        const auto database = db::open(options);
        testing::execute(*database, "INSERT INTO kept_values VALUES ('a', 'one')");
        std::string refusal;
        try {
            db::open(options);
        } catch (const std::runtime_error& error) {
            refusal = error.what();
        }
        CHECK(refusal == "The database " + options.url.substr(7) + " is in use by another process.");
    }
    const auto database = db::open(options);
    CHECK(testing::query_text(*database, "SELECT * FROM kept_values") == "a|one");
    testing::execute(*database, "UPDATE schema_migrations SET checksum = 'edited' WHERE number = 1");
}

TEST_CASE("an unknown scheme and a missing path stop the start with one sentence") {
    CHECK_THROWS_WITH(
        db::open({.url = "mysql://x"}),
        "DATABASE_URL has the unknown scheme 'mysql': sqlite:<path> or postgresql://... is expected.");
    CHECK_THROWS_WITH(db::open({.url = "sqlite:"}), "DATABASE_URL names no file: sqlite:<path> is expected.");
}
