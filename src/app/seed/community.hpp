// Who there is and who follows whom.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "app/seed/random.hpp"
#include "app/seed/seed.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"

namespace grover::seed {

using MemberIndex = std::uint32_t;

struct Member {
    UserId id;
    Time created_at;
    std::string name;
    std::string username;
    std::string bio;
    bool is_private = false;
    std::uint8_t topic = 0;
};

// Lists of members, one for each member, in one piece of memory.
class Edges {
public:
    void begin(std::size_t members, std::size_t edges);
    void add(MemberIndex to) { to_.push_back(to); }
    void end_member() { ends_.push_back(to_.size()); }

    std::span<const MemberIndex> of(MemberIndex member) const {
        const auto from = member == 0 ? 0 : ends_[member - 1];
        return std::span(to_).subspan(from, ends_[member] - from);
    }
    std::size_t size() const { return to_.size(); }
    Edges reversed() const;

private:
    std::vector<std::size_t> ends_;
    std::vector<MemberIndex> to_;
};

struct Community {
    std::vector<Member> members;  // ascending by age: by created_at, and so by id
    Edges following;
    Edges followers;
    std::vector<double> activity;  // how much each one writes and reacts

    // Its whole life: members join first, then things happen until now.
    Time begin;
    Time now;
};

// Every member follows exactly `options.follows` others; a few are followed by very many. `number` is that of the first
// member's user name.
Community make_community(const SeedOptions& options, Time now, std::int64_t number);

// Accounts with settings and counters, and the follows.
void write_members(db::Database& db, const Community& community,
                   const std::function<void(std::size_t)>& on_rows);
void write_follows(db::Database& db, const Community& community,
                   const std::function<void(std::size_t)>& on_rows);

}  // namespace grover::seed
