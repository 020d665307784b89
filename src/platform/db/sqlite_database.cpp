#include "platform/db/sqlite_database.hpp"

#include <utility>

#include "platform/base/error.hpp"

namespace grover::db {
namespace {

SqliteConnection::Settings settings_for(const Options& options, const SqliteFile& file,
                                        SqliteKeptLocks& kept_locks, SqliteConnection::Access access) {
    return {.path = file.path(),
            .access = access,
            .statement_limit = options.statement_limit,
            .observer = options.observer,
            .kept_locks = &kept_locks};
}

SqliteConnection::Settings settings_for_writer(const Options& options, const SqliteFile& file,
                                               SqliteKeptLocks& kept_locks) {
    auto settings = settings_for(options, file, kept_locks, SqliteConnection::Access::write);
    settings.gathers_log = true;
    settings.page_cache_bytes = options.page_cache_bytes;
    return settings;
}

}  // namespace

SqliteDatabase::SqliteDatabase(const Options& options, SqliteFile file)
    : file_(std::move(file)),
      stamps_(options.cached),
      kept_locks_(std::make_shared<SqliteKeptLocks>(file_.path())),
      writer_(settings_for_writer(options, file_, *kept_locks_), stamps_,
              options.clock != nullptr ? *options.clock : system_clock_),
      checkpoints_(settings_for(options, file_, *kept_locks_, SqliteConnection::Access::write), writer_,
                   options.warn),
      readers_(std::make_shared<SqliteReaders>(
          settings_for(options, file_, *kept_locks_, SqliteConnection::Access::read), stamps_)) {}

bool SqliteDatabase::is_reachable(std::chrono::milliseconds) {
    static constexpr Statement kProbe{"probe", 0, "SELECT count(*) FROM kept_values LIMIT 1", ""};
    try {
        readers_->connection().run(kProbe, {}, [](const Row&) {});
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

std::string SqliteDatabase::plan(const Statement& statement) {
    // One statement object for each text, because its address is its identity; a connection of its own, so
    // that nobody's cache remembers it.
    const std::string sql = std::string("EXPLAIN QUERY PLAN ") + statement.sqlite;
    const Statement explain{statement.name, 0, sql.c_str(), ""};
    SqliteConnection connection({.path = file_.path()});
    std::string plan;
    connection.run(explain, {}, [&](const Row& row) { plan.append(row.text(3)).append("\n"); });
    return plan;
}

}  // namespace grover::db
