// Posts that may be recommended to anybody, the same for all readers: what did best, and what is newest. Private to
// domains/discovery.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "domains/discovery/copies.hpp"
#include "domains/discovery/ranks.hpp"
#include "domains/discovery/tastes.hpp"

namespace grover::discovery {

// A place in one of the lists.
using Place = std::uint16_t;

struct Pools {
    std::vector<Candidate> popular;  // best of 7 days, then of 30 days, then of all time
    std::vector<Candidate> fresh;    // newest first
    // Places in `fresh`, ascending, of the posts about a topic and of an author.
    std::unordered_map<std::uint64_t, std::vector<Place>> by_topic;
    std::unordered_map<UserId, std::vector<Place>> by_author;

    bool operator==(const Pools& other) const { return popular == other.popular && fresh == other.fresh; }
};
using PoolsPtr = std::shared_ptr<const Pools>;

// Pools from the copy, or in two questions: their posts, then who of the authors is shown to everybody. It outlives both runs.
class AskedPools {
public:
    AskedPools(db::Read& tx, Copies<Pools>& copies) : copies_(copies), making_(copies.begin(tx)) {}

    void ask(db::Together& ask);
    void ask_authors(db::Read& tx, db::Together& ask, users::UsersService& users, std::string_view base_url);
    PoolsPtr take(Time now);

private:
    Pools make(Time now);
    bool is_open(const UserId& author) const;

    Copies<Pools>& copies_;
    Copies<Pools>::Making making_;
    std::vector<RankedPost> best_;
    posts::AskedTopics newest_;
    std::vector<UserId> authors_;                               // ascending
    std::vector<std::shared_ptr<const users::UserCard>> kept_;  // one for each, where they are in memory
    users::AskedCards asked_;
};

}  // namespace grover::discovery
