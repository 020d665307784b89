// Following: the edge, the request of a private account, and their daily limit (contract/users.md §2, §4).
#pragma once

#include "domains/users/edges_api.hpp"
#include "domains/users/users_parts.hpp"

namespace grover::users {

class Follows {
public:
    explicit Follows(const Ground& ground) : ground_(ground) {}

    FollowAnswer toggle(const Caller& me, const UserId& target) const;
    FollowAnswer set(const Caller& me, const UserId& target) const;
    FollowAnswer clear(const Caller& me, const UserId& target) const;

    Message accept(const Caller& me, const UserId& requester) const;
    Message decline(const Caller& me, const UserId& requester) const;
    RequestsAccepted accept_all(const Caller& me) const;
    FollowerRemoved remove_follower(const Caller& me, const UserId& follower) const;

    // Turns every pending request into an edge and tells the requesters: also what going public does. How many.
    std::int64_t accept_all_requests(db::Write& tx, const UserId& user) const;

private:
    enum class Wish : std::uint8_t { toggle, set, clear };
    FollowAnswer change(const Caller& me, const UserId& target, Wish wish) const;
    bool reaches(db::Read& tx, const UserId& actor, const UserId& target, Time now) const;

    const Ground& ground_;
};

// Throws 429 with `sentence` when `limit` such actions lie in the last 24 h.
void require_below_daily_limit(const std::vector<Time>& actions, int limit, Time now, const char* sentence);

}  // namespace grover::users
