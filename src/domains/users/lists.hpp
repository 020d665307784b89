// Lists of users by their edges (contract/users.md §4): one statement for each page, whatever the length of the list.
#pragma once

#include "domains/users/edges_api.hpp"
#include "domains/users/users_parts.hpp"

namespace grover::users {

template <class T>
struct Listing {
    Page<T> page;
    bool account_private = false;  // empty for that reason: X-Account-Private
};

class Lists {
public:
    Lists(const Ground& ground, UsersService& users) : ground_(ground), users_(users) {}

    Listing<FollowListItem> followers(const Caller& me, const UserListFollowers& in) const;
    Listing<FollowListItem> following(const Caller& me, const UserListFollowing& in) const;
    Listing<UserSummary> mutual(const Caller& me, const UserListMutual& in) const;
    Page<FollowRequestItem> requests(const Caller& me, const FollowRequestList& in) const;
    Page<BlockedItem> blocked(const Caller& me, const BlockedList& in) const;
    Page<MutedItem> muted(const Caller& me, const MutedList& in) const;

private:
    const Ground& ground_;
    UsersService& users_;
};

}  // namespace grover::users
