// Statements that do not need each other's results, or only ids out of them, as one.
//
//     db::Together page;
//     page.add(sql::posts_lists::saved{.user_id = reader, ...}, [&](const db::Row& row) { ... });
//     const auto posts = page.add(sql::posts::load_posts{.ids = ids}, [&](const db::Row& row) { ... });
//     page.add(sql::users::identities{.ids = nullptr}, {posts, "user_id"}, [&](const db::Row& row) { ... });
//     page.run(tx);
//
// On PostgreSQL they are one statement: one plan, one round trip. Domains keep their own SQL, and a page still costs no more
// than the depth of its questions. On SQLite, where a statement costs a microsecond, they run one after the other.
//
// The order of a part's rows is not promised, and rows have no column names.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/db/db.hpp"

namespace grover::db {

class Together {
public:
    // A column of a part that was added before, by a name that is a literal.
    struct Column {
        std::size_t part;
        std::string_view name;

        friend auto operator<=>(const Column&, const Column&) = default;
    };

    // What `statement` views must live until run(). Its number among the parts.
    template <Prepared S>
    std::size_t add(const S& statement, std::function<void(const Row&)> on_row) {
        const auto args = statement.args();
        parts_.push_back(
            {&statement.statement, std::vector<Arg>(args.begin(), args.end()), {}, std::move(on_row)});
        return parts_.size() - 1;
    }
    // The same of one whose only value is a list of texts: those of that column, without nulls, whatever it holds.
    template <Prepared S>
    std::size_t add(const S& statement, Column texts, std::function<void(const Row&)> on_row) {
        static_assert(std::tuple_size_v<decltype(statement.args())> == 1);
        parts_.push_back({&statement.statement, {}, texts, std::move(on_row)});
        return parts_.size() - 1;
    }

    bool empty() const { return parts_.empty(); }
    void run(Read& tx) const;

private:
    struct Part {
        const Statement* statement;
        std::vector<Arg> args;
        std::optional<Column> texts;  // in the place of args
        std::function<void(const Row&)> on_row;
    };

    void run_as_one(Read& tx) const;
    void run_one_by_one(Read& tx) const;

    std::vector<Part> parts_;
};

}  // namespace grover::db
