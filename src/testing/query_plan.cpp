#include "testing/query_plan.hpp"

#include <doctest/doctest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "platform/base/error.hpp"
#include "testing/database.hpp"

namespace grover::testing {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::set<std::string> tables_of(db::Database& database) {
    const char* const query = database.engine() == db::Engine::sqlite
                                  ? "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                  : "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()";
    const auto lines = lines_of(query_text(database, query));
    return {lines.begin(), lines.end()};
}

// Plans name a table as the statement does, by its alias if it has one.
std::map<std::string, std::string> names_in(const std::string& sql) {
    static const std::regex source(R"((?:FROM|JOIN|INTO|UPDATE|,)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?)",
                                   std::regex::icase);
    std::map<std::string, std::string> tables;
    for (auto at = std::sregex_iterator(sql.begin(), sql.end(), source); at != std::sregex_iterator(); ++at) {
        // A list of columns looks the same, and comes before the tables.
        if ((*at)[2].matched) tables.insert_or_assign((*at)[2], (*at)[1]);
    }
    return tables;
}

bool has_limit(const std::string& sql) {
    static const std::regex limit(R"(\bLIMIT\b)", std::regex::icase);
    return std::regex_search(sql, limit);
}

bool is_whole_table_on_sqlite(const std::string& step, const std::string& sql,
                              const std::set<std::string>& tables) {
    if (step.find(" AUTOMATIC ") != std::string::npos) return true;
    static const std::regex scan(R"(^SCAN (\w+)( USING.*)?$)");
    std::smatch match;
    if (!std::regex_match(step, match, scan)) return false;
    if (match[2].matched && has_limit(sql)) return false;
    const auto names = names_in(sql);
    const auto name = names.find(match[1]);
    return tables.contains(name == names.end() ? match[1].str() : name->second);
}

bool is_whole_table_on_postgres(const std::string& step, const std::set<std::string>& tables) {
    static const std::regex scan(R"(Seq Scan on (\w+))");
    std::smatch match;
    return std::regex_search(step, match, scan) && tables.contains(match[1]);
}

}  // namespace

std::vector<std::string> whole_table_steps(db::Database& database, const db::Statement& statement) {
    const auto tables = tables_of(database);
    std::vector<std::string> found;
    for (const auto& step : lines_of(database.plan(statement))) {
        const bool whole = database.engine() == db::Engine::sqlite
                               ? is_whole_table_on_sqlite(step, statement.sqlite, tables)
                               : is_whole_table_on_postgres(step, tables);
        if (whole) found.push_back(step);
    }
    return found;
}

void check_no_scans(db::Database& database, std::span<const db::Statement* const> statements) {
    CHECK_FALSE(statements.empty());
    for (const db::Statement* const statement : statements) {
        INFO(std::string(statement->name));
        try {
            const auto steps = whole_table_steps(database, *statement);
            if (*statement->scan_reason == '\0' && !steps.empty())
                FAIL_CHECK("reads a whole table: ", steps.front());
        } catch (const std::exception& error) {
            const auto* const refused = dynamic_cast<const Error*>(&error);
            FAIL_CHECK("does not prepare: ", refused != nullptr ? refused->cause : error.what());
        }
    }
}

bool uses_index_only(db::Database& database, const db::Statement& statement, const std::string& table) {
    bool found = false;
    const auto names =
        names_in(database.engine() == db::Engine::sqlite ? statement.sqlite : statement.postgres);
    static const std::regex sqlite_step(R"((?:SCAN|SEARCH) (\w+)(.*))");
    static const std::regex postgres_step(
        R"((Index Only )?(?:Scan|Heap Scan)(?: Backward)?(?: using \w+)? on (\w+))");
    for (const auto& step : lines_of(database.plan(statement))) {
        std::smatch match;
        if (database.engine() == db::Engine::sqlite) {
            if (!std::regex_search(step, match, sqlite_step)) continue;
            const auto name = names.find(match[1]);
            if ((name == names.end() ? match[1].str() : name->second) != table) continue;
            if (match[2].str().find("COVERING INDEX") == std::string::npos) return false;
        } else {
            if (!std::regex_search(step, match, postgres_step) || match[2] != table) continue;
            if (!match[1].matched) return false;
        }
        found = true;
    }
    return found;
}

}  // namespace grover::testing
