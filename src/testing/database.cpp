#include "testing/database.hpp"

#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "testing/postgres_databases.hpp"

namespace grover::testing {
namespace {

// A statement of any text. Its address is its identity for the whole process, so the same text is the same
// Statement.
struct AnySql {
    const db::Statement& statement;

    explicit AnySql(const std::string& sql) : statement(remembered(sql)) {}
    std::array<db::Arg, 0> args() const { return {}; }

private:
    static const db::Statement& remembered(const std::string& sql) {
        static std::mutex mutex;
        static std::map<std::string, db::Statement> all;
        const std::scoped_lock lock(mutex);
        const auto [at, is_new] = all.try_emplace(sql);
        if (is_new) at->second = {"test", 0, at->first.c_str(), at->first.c_str()};
        return at->second;
    }
};

}  // namespace

db::Engine engine_under_test() {
    return std::getenv("GROVER_TEST_POSTGRES") != nullptr ? db::Engine::postgres : db::Engine::sqlite;
}

std::unique_ptr<db::Database> fresh_database(db::Options options) {
    if (engine_under_test() == db::Engine::sqlite) {
        options.url = "sqlite::memory:";
        return db::open(options);
    }
    const auto lent = lend_postgres_database();
    options.url = lent->url;
    // The Database keeps its options longer than its connections, and with them the right to the database.
    options.warn = [lent, warn = options.warn](std::string_view text) {
        if (warn) warn(text);
    };
    return db::open(options);
}

std::int64_t execute(db::Database& database, const std::string& sql) {
    return database.write([&](db::Write& tx) { return tx.exec(AnySql(sql)); });
}

std::int64_t query_number(db::Database& database, const std::string& sql) {
    return database.read([&](db::Read& tx) { return query_number_in(tx, sql); });
}

std::int64_t query_number_in(db::Read& tx, const std::string& sql) {
    return tx.value<std::int64_t>(AnySql(sql));
}

std::string query_text(db::Database& database, const std::string& sql) {
    std::string text;
    database.read([&](db::Read& tx) {
        text.clear();
        tx.each(AnySql(sql), [&](const db::Row& row) {
            if (!text.empty()) text += '\n';
            for (int i = 0; i < row.size(); ++i) {
                if (i > 0) text += '|';
                text += row.is_null(i) ? "null" : row.text(i);
            }
        });
    });
    return text;
}

std::int64_t count_rows(db::Database& database, const std::string& table) {
    return query_number(database, "SELECT count(*) FROM " + table);
}

}  // namespace grover::testing
