// Statements that do not need each other's results, as one.
//
//     db::Together both;
//     both.add(sql::users::identities{.ids = users}, [&](const db::Row& row) { ... });
//     both.add(sql::media::load_media{.ids = media}, [&](const db::Row& row) { ... });
//     both.run(tx);
//
// On PostgreSQL they are one statement: one plan, one round trip. Domains keep their own SQL, and a page still costs no more
// than the depth of its questions. On SQLite, where a statement costs a microsecond, they run one after the other.
//
// The order of a part's rows is not promised, and rows have no column names.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "platform/db/db.hpp"

namespace grover::db {

class Together {
public:
    // What `statement` views must live until run().
    template <Prepared S>
    void add(const S& statement, std::function<void(const Row&)> on_row) {
        const auto args = statement.args();
        parts_.push_back(
            {&statement.statement, std::vector<Arg>(args.begin(), args.end()), std::move(on_row)});
    }

    bool empty() const { return parts_.empty(); }
    void run(Read& tx) const;

private:
    struct Part {
        const Statement* statement;
        std::vector<Arg> args;
        std::function<void(const Row&)> on_row;
    };

    void run_as_one(Read& tx) const;

    std::vector<Part> parts_;
};

}  // namespace grover::db
