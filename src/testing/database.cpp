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

// A statement of any text. Its address is its identity for the whole process, so the same text is the same Statement.
const db::Statement& remembered(const std::string& sql, int parameters) {
    struct Texts {
        std::string sqlite;
        std::string postgres;
        db::Statement statement;
    };
    static std::mutex mutex;
    static std::map<std::string, Texts> all;
    const std::scoped_lock lock(mutex);
    const auto [at, is_new] = all.try_emplace(sql);
    if (is_new) {
        Texts& texts = at->second;
        texts.sqlite = texts.postgres = sql;
        if (const auto place = sql.find(":text"); parameters > 0 && place != std::string::npos) {
            texts.sqlite.replace(place, 5, "?1");
            texts.postgres.replace(place, 5, "$1");
        }
        texts.statement = {"test", parameters, texts.sqlite.c_str(), texts.postgres.c_str()};
    }
    return at->second.statement;
}

template <std::size_t N>
struct AnySql {
    const db::Statement& statement;
    std::array<db::Arg, N> values;

    std::array<db::Arg, N> args() const { return values; }
};

AnySql<0> any_sql(const std::string& sql) { return {remembered(sql, 0), {}}; }

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
    return database.write([&](db::Write& tx) { return tx.exec(any_sql(sql)); });
}

std::int64_t execute_in(db::Write& tx, const std::string& sql, const std::string& text) {
    return tx.exec(AnySql<1>{remembered(sql, 1), {text}});
}

std::int64_t query_number(db::Database& database, const std::string& sql) {
    return database.read([&](db::Read& tx) { return query_number_in(tx, sql); });
}

std::int64_t query_number_in(db::Read& tx, const std::string& sql) {
    return tx.value<std::int64_t>(any_sql(sql));
}

std::string query_text(db::Database& database, const std::string& sql) {
    std::string text;
    database.read([&](db::Read& tx) {
        text.clear();
        tx.each(any_sql(sql), [&](const db::Row& row) {
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

std::string events_table() {
    return engine_under_test() == db::Engine::postgres ? "outbox_arrivals" : "outbox";
}

std::string events_order() { return engine_under_test() == db::Engine::postgres ? "arrival" : "position"; }

}  // namespace grover::testing
