// Users as a search index takes them in, and what stands beside those it found. Included through users.hpp.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"

namespace grover::users {

struct IndexedUser {
    UserId user_id;
    std::string name;
    std::string username;
    std::string bio;
    bool is_private = false;
    bool is_discoverable = true;
    bool is_hidden = false;  // suspended, deactivated or leaving
    std::int64_t followers_count = 0;
    Time created_at;

    static constexpr auto columns = Pack{
        db::column("user_id", &IndexedUser::user_id),
        db::column("name", &IndexedUser::name),
        db::column("username", &IndexedUser::username),
        db::column("bio", &IndexedUser::bio),
        db::column("is_private", &IndexedUser::is_private),
        db::column("is_discoverable", &IndexedUser::is_discoverable),
        db::column("is_hidden", &IndexedUser::is_hidden),
        db::column("followers_count", &IndexedUser::followers_count),
        db::column("created_at", &IndexedUser::created_at),
    };
};

// Those that exist, in any order.
std::vector<IndexedUser> indexed_users(db::Read& tx, std::span<const UserId> users);
// All of them in pages, by ascending id.
std::vector<IndexedUser> indexed_users_after(db::Read& tx, const UserId& after, int limit);

// Which of the users follow the viewer.
std::vector<UserId> followers_among(db::Read& tx, const UserId& viewer, std::span<const UserId> users);
// Which of them muted the viewer's posts, or everything of theirs.
std::vector<UserId> muters_among(db::Read& tx, const UserId& viewer, std::span<const UserId> users, Time now);

// Somebody whom people that the viewer follows follow, and how many of these do.
struct MutualCount {
    UserId user_id;
    std::int64_t followers = 0;

    static constexpr auto columns = Pack{
        db::column("user_id", &MutualCount::user_id),
        db::column("followers", &MutualCount::followers),
    };
};
// Of at most `most_edges` follows.
std::vector<MutualCount> mutual_counts(db::Read& tx, const UserId& viewer, int most_edges);

}  // namespace grover::users
