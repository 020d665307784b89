// Edges between two users, each with its counters and the stamps of both sides. Private to this folder; decides nothing.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "domains/users/users.hpp"
#include "platform/db/db.hpp"

namespace grover::users::store {

// From here to the end of the transaction nobody else changes what is between these two, nor what counts against their
// daily limits. SQLite's only writer gives that for nothing.
void lock_pair(db::Write& tx, const UserId& one, const UserId& other);

// All of these: false when it was so already, and then nothing changes.
bool add_follow(db::Write& tx, const UserId& follower, const UserId& following, Time at);
bool remove_follow(db::Write& tx, const UserId& follower, const UserId& following);
bool add_request(db::Write& tx, const UserId& requester, const UserId& target, Time at);
bool remove_request(db::Write& tx, const UserId& requester, const UserId& target);
bool add_block(db::Write& tx, const UserId& blocker, const UserId& blocked, Time at);
bool remove_block(db::Write& tx, const UserId& blocker, const UserId& blocked);

bool has_follow(db::Read& tx, const UserId& follower, const UserId& following);
bool has_request(db::Read& tx, const UserId& requester, const UserId& target);
bool has_block(db::Read& tx, const UserId& blocker, const UserId& blocked);

// Removes them all; who had asked.
std::vector<UserId> take_requests_to(db::Write& tx, const UserId& target);

// What counts against a daily limit.
enum class DailyAction : std::uint8_t { follow, block };
constexpr std::array<std::string_view, 2> enum_names(DailyAction) { return {"follow", "block"}; }
std::vector<Time> actions_since(db::Read& tx, const UserId& actor, DailyAction action, Time since);
bool reached_since(db::Read& tx, const UserId& actor, DailyAction action, const UserId& target, Time since);
void add_action(db::Write& tx, const UserId& actor, DailyAction action, const UserId& target, Time at);

}  // namespace grover::users::store
