// Keeping others away: blocks, mutes, reports (contract/users.md §4).
#pragma once

#include "domains/users/edges_api.hpp"
#include "domains/users/users_parts.hpp"

namespace grover::users {

class Blocks {
public:
    Blocks(const Ground& ground, UsersService& users) : ground_(ground), users_(users) {}

    BlockAnswer block(const Caller& me, const UserId& target) const;
    BlockAnswer unblock(const Caller& me, const UserId& target) const;
    MuteAnswer mute(const Caller& me, const UserMute& in) const;
    MuteAnswer unmute(const Caller& me, const UserUnmute& in) const;
    UserReportAnswer report(const Caller& me, const UserReport& in) const;

private:
    const Ground& ground_;
    UsersService& users_;
};

}  // namespace grover::users
