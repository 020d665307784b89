#include "platform/db/together.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stdexcept>
#include <string>

namespace grover::db {
namespace {

// A statement with its values, as Read wants it.
struct Bound {
    const Statement& statement;
    const std::vector<Arg>& values;
    const std::vector<Arg>& args() const { return values; }
};

// One statement made of several, kept for ever like those that the build embeds.
struct Composed {
    std::string name;
    std::string sql;
    Statement statement{};
};

// What makes one composition another.
struct Asked {
    const Statement* statement;
    std::optional<Together::Column> texts;

    friend auto operator<=>(const Asked&, const Asked&) = default;
};

std::string rows_of(std::size_t part) { return "r" + std::to_string(part); }

// "$2" becomes "$5" when three values stand before. Texts of our statements hold no other dollar sign.
std::string renumbered(std::string_view sql, int before) {
    std::string out;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        out += sql[i];
        if (sql[i] != '$') continue;
        int number = 0;
        const auto end = std::from_chars(sql.data() + i + 1, sql.data() + sql.size(), number).ptr;
        out += std::to_string(number + before);
        i = static_cast<std::size_t>(end - sql.data()) - 1;
    }
    return out;
}

std::string_view without_end(std::string_view sql) {
    while (!sql.empty() && (sql.back() == ';' || sql.back() == '\n' || sql.back() == ' '))
        sql.remove_suffix(1);
    return sql;
}

// A row as PostgreSQL writes a record: (a,"b, c",,"") with a null in the third place.
class RecordRow final : public Row {
public:
    explicit RecordRow(std::string_view record) {
        std::size_t at = 1;
        while (at < record.size()) {
            auto& column = columns_.emplace_back();
            bool quoted = false;
            for (; at < record.size(); ++at) {
                const char c = record[at];
                if (!quoted && (c == ',' || c == ')')) break;
                if (!column) column.emplace();
                if (c == '"') {
                    // Doubled inside quotes: the character itself.
                    if (quoted && at + 1 < record.size() && record[at + 1] == '"') {
                        *column += record[++at];
                    } else {
                        quoted = !quoted;
                    }
                } else if (c == '\\' && at + 1 < record.size()) {
                    *column += record[++at];
                } else {
                    *column += c;
                }
            }
            ++at;
        }
    }

    int size() const override { return static_cast<int>(columns_.size()); }
    std::string_view name(int) const override { return {}; }
    bool is_null(int column) const override { return !columns_[static_cast<std::size_t>(column)]; }
    std::int64_t integer(int column) const override {
        const auto digits = text(column);
        if (digits == "t") return 1;
        std::int64_t value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    }
    double real(int column) const override {
        const auto digits = text(column);
        double value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    }
    std::string_view text(int column) const override {
        const auto& value = columns_[static_cast<std::size_t>(column)];
        return value ? std::string_view(*value) : std::string_view();
    }

private:
    std::vector<std::optional<std::string>> columns_;
};

// The only value of the statement is what another part's rows hold.
std::string with_texts(std::string sql, const Together::Column& texts) {
    const std::string name(texts.name);
    const auto values =
        "ARRAY(SELECT " + name + " FROM " + rows_of(texts.part) + " WHERE " + name + " IS NOT NULL)";
    for (std::size_t at = 0; (at = sql.find("$1", at)) != std::string::npos; at += values.size())
        sql.replace(at, 2, values);
    return sql;
}

const Statement& composed(const std::vector<Asked>& parts) {
    static std::shared_mutex mutex;
    static std::map<std::vector<Asked>, std::unique_ptr<Composed>> known;
    {
        const std::shared_lock lock(mutex);
        if (const auto found = known.find(parts); found != known.end()) return found->second->statement;
    }
    auto made = std::make_unique<Composed>();
    int parameters = 0;
    std::string shared, rows;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto& [statement, texts] = parts[i];
        const auto name = rows_of(i);
        std::string sql(without_end(statement->postgres));
        if (texts) {
            sql = with_texts(std::move(sql), *texts);
        } else {
            sql = renumbered(sql, parameters);
            parameters += statement->parameters;
        }
        const bool is_shared = std::ranges::any_of(
            parts, [&](const Asked& part) { return part.texts && part.texts->part == i; });
        if (is_shared) shared += (shared.empty() ? "WITH " : ", ") + name + " AS MATERIALIZED (" + sql + ")";
        made->name += (i == 0 ? "" : "+") + std::string(statement->name);
        rows += (i == 0 ? "SELECT " : " UNION ALL SELECT ") + std::to_string(i) + " AS part, " + name +
                "::text FROM " + (is_shared ? name : "(" + sql + ") AS " + name);
    }
    made->sql = shared + (shared.empty() ? "" : " ") + rows;
    made->statement = {made->name.c_str(), parameters, "", made->sql.c_str()};
    const std::scoped_lock lock(mutex);
    return known.try_emplace(parts, std::move(made)).first->second->statement;
}

}  // namespace

void Together::run(Read& tx) const {
    if (tx.engine() == Engine::postgres && parts_.size() > 1) return run_as_one(tx);
    run_one_by_one(tx);
}

void Together::run_one_by_one(Read& tx) const {
    std::vector<std::vector<std::string>> texts(parts_.size());
    const auto give = [&](std::size_t from, const Row& row) {
        for (std::size_t i = from + 1; i < parts_.size(); ++i) {
            if (!parts_[i].texts || parts_[i].texts->part != from) continue;
            int column = 0;
            while (row.name(column) != parts_[i].texts->name) ++column;
            if (!row.is_null(column)) texts[i].emplace_back(row.text(column));
        }
    };
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const Part& part = parts_[i];
        const std::vector<std::string_view> values(texts[i].begin(), texts[i].end());
        if (part.texts && values.empty()) continue;
        const std::vector<Arg> args = part.texts ? std::vector<Arg>{values} : part.args;
        tx.each(Bound{*part.statement, args}, [&](const Row& row) {
            give(i, row);
            part.on_row(row);
        });
    }
}

void Together::run_as_one(Read& tx) const {
    std::vector<Asked> statements;
    std::vector<Arg> args;
    for (const Part& part : parts_) {
        statements.push_back({part.statement, part.texts});
        args.insert(args.end(), part.args.begin(), part.args.end());
    }
    tx.each(Bound{composed(statements), args}, [&](const Row& row) {
        parts_[static_cast<std::size_t>(row.integer(0))].on_row(RecordRow(row.text(1)));
    });
}

}  // namespace grover::db
