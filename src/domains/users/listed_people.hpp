// Pages of lists of people, in which a reader finds those that they may see: who is not hidden, nor across a block. Members,
// followers, viewers. Included through users.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "domains/users/users.hpp"
#include "platform/base/page.hpp"

namespace grover::users {

// Whether somebody is called so; `q` is lower case, and empty means anybody.
bool is_called(const UserSummary& user, std::string_view q);

template <class Row>
struct Listed {
    Row row;
    std::shared_ptr<const UserCard> card;
};

template <class Row>
struct ListedPeople {
    std::vector<Listed<Row>> people;
    std::optional<Row> next;  // the page after starts behind this row; none: this is the last one
};

// `behind(row, limit)`: the next rows of the list behind that one, at most so many; each has a `user_id`. `start` is what the
// cursor says, or stands before all. Reads on where most are not to be seen, up to a bound: then the page is short, and goes
// on.
template <class Row, class Behind>
ListedPeople<Row> list_people(db::Read& tx, UsersService& users, const Caller& me, const PageRequest& page,
                              Row start, std::string_view q, Behind behind) {
    constexpr int kAtOnce = 300;
    constexpr std::int64_t kMostLookedAt = 5'000 + kMaxSkip;
    ListedPeople<Row> out;
    auto skip = page.after.empty() ? page.skip : 0;
    if (skip > kMaxSkip) return out;
    const auto relations = users.relations(tx, me.id);
    const int at_once = q.empty() && skip == 0 ? page.limit + 1 : kAtOnce;
    for (std::int64_t looked_at = 0; looked_at < kMostLookedAt; looked_at += at_once) {
        auto rows = behind(start, at_once);
        std::vector<UserId> people;
        for (const auto& row : rows) people.push_back(row.user_id);
        auto cards = users.cards(tx, people, me.base_url);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const bool is_seen = !cards[i]->is_hidden && !relations->is_cut_off_from(people[i]);
            if (!is_seen || !is_called(cards[i]->summary, q) || skip-- > 0) continue;
            if (std::ssize(out.people) == page.limit) {
                out.next = out.people.back().row;
                return out;
            }
            out.people.push_back({rows[i], std::move(cards[i])});
        }
        if (std::ssize(rows) < at_once) return out;
        start = std::move(rows.back());
    }
    out.next = std::move(start);
    return out;
}

}  // namespace grover::users
