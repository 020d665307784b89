#include "domains/users/edges_store.hpp"

#include "domains/users/users_store.hpp"
#include "sql/user_edges.hpp"
#include "sql/users.hpp"

namespace grover::users::store {
namespace {

void touch_edge(db::Write& tx, const UserId& a, const UserId& b) {
    touch_relations(tx, a);
    touch_relations(tx, b);
}

void change_follow_counts(db::Write& tx, const UserId& follower, const UserId& following, int delta) {
    const auto change_follower = [&] {
        tx.exec(sql::users::add_follow_counts{.followers = 0, .following = delta, .user_id = follower});
    };
    const auto change_following = [&] {
        tx.exec(sql::users::add_follow_counts{.followers = delta, .following = 0, .user_id = following});
    };
    // Rows are locked in the order of their ids, so that two who follow each other at once do not deadlock on PostgreSQL.
    if (follower < following) {
        change_follower();
        change_following();
    } else {
        change_following();
        change_follower();
    }
    touch_profile(tx, follower);
    touch_profile(tx, following);
    touch_edge(tx, follower, following);
}

}  // namespace

void lock_pair(db::Write& tx, const UserId& one, const UserId& other) {
    if (tx.engine() == db::Engine::postgres)
        tx.exists(sql::user_edges::lock_pair{.one = one, .other = other});
}

bool add_follow(db::Write& tx, const UserId& follower, const UserId& following, Time at) {
    if (!tx.exists(
            sql::user_edges::insert_follow{.follower_id = follower, .following_id = following, .now = at}))
        return false;
    change_follow_counts(tx, follower, following, 1);
    return true;
}

bool remove_follow(db::Write& tx, const UserId& follower, const UserId& following) {
    if (tx.exec(sql::user_edges::delete_follow{.follower_id = follower, .following_id = following}) == 0)
        return false;
    change_follow_counts(tx, follower, following, -1);
    return true;
}

bool add_request(db::Write& tx, const UserId& requester, const UserId& target, Time at) {
    if (!tx.exists(
            sql::user_edges::insert_request{.requester_id = requester, .target_id = target, .now = at}))
        return false;
    touch_edge(tx, requester, target);
    return true;
}

bool remove_request(db::Write& tx, const UserId& requester, const UserId& target) {
    if (tx.exec(sql::user_edges::delete_request{.requester_id = requester, .target_id = target}) == 0)
        return false;
    touch_edge(tx, requester, target);
    return true;
}

bool add_block(db::Write& tx, const UserId& blocker, const UserId& blocked, Time at) {
    if (!tx.exists(sql::user_edges::insert_block{.blocker_id = blocker, .blocked_id = blocked, .now = at}))
        return false;
    touch_edge(tx, blocker, blocked);
    return true;
}

bool remove_block(db::Write& tx, const UserId& blocker, const UserId& blocked) {
    if (tx.exec(sql::user_edges::delete_block{.blocker_id = blocker, .blocked_id = blocked}) == 0)
        return false;
    touch_edge(tx, blocker, blocked);
    return true;
}

bool has_follow(db::Read& tx, const UserId& follower, const UserId& following) {
    return tx.exists(sql::user_edges::find_follow{.follower_id = follower, .following_id = following});
}

bool has_request(db::Read& tx, const UserId& requester, const UserId& target) {
    return tx.exists(sql::user_edges::find_request{.requester_id = requester, .target_id = target});
}

bool has_block(db::Read& tx, const UserId& blocker, const UserId& blocked) {
    return tx.exists(sql::user_edges::find_block{.blocker_id = blocker, .blocked_id = blocked});
}

std::vector<UserId> take_requests_to(db::Write& tx, const UserId& target) {
    auto requesters = tx.list<UserId>(sql::user_edges::delete_requests_to{.target_id = target});
    for (const auto& requester : requesters) touch_edge(tx, requester, target);
    return requesters;
}

std::vector<Time> actions_since(db::Read& tx, const UserId& actor, DailyAction action, Time since) {
    return tx.list<Time>(
        sql::user_edges::actions_since{.actor_id = actor, .action = wire::name_of(action), .since = since});
}

bool reached_since(db::Read& tx, const UserId& actor, DailyAction action, const UserId& target, Time since) {
    return tx.exists(sql::user_edges::reached_since{
        .actor_id = actor, .action = wire::name_of(action), .since = since, .target_id = target});
}

void add_action(db::Write& tx, const UserId& actor, DailyAction action, const UserId& target, Time at) {
    tx.exec(sql::user_edges::insert_action{
        .actor_id = actor, .action = wire::name_of(action), .target_id = target, .now = at});
}

}  // namespace grover::users::store
