#include "domains/users/follows.hpp"

#include "domains/users/edges_store.hpp"
#include "domains/users/users_store.hpp"
#include "sql/user_edges.hpp"

namespace grover::users {
namespace {

constexpr std::chrono::hours kDay{24};

std::int64_t followers_count(db::Read& tx, const UserId& user) {
    const auto counts = store::find_counts(tx, user);
    return counts ? counts->followers_count : 0;
}

}  // namespace

void require_below_daily_limit(const std::vector<Time>& actions, int limit, Time now, const char* sentence) {
    if (actions.size() < static_cast<std::size_t>(limit)) return;
    // The oldest one that must have left the window before another fits.
    const Time frees = actions[actions.size() - static_cast<std::size_t>(limit)] + kDay;
    throw rate_limited(std::chrono::ceil<std::chrono::seconds>(frees - now), sentence);
}

FollowAnswer Follows::toggle(const Caller& me, const UserId& target) const {
    return change(me, target, Wish::toggle);
}
FollowAnswer Follows::set(const Caller& me, const UserId& target) const {
    return change(me, target, Wish::set);
}
FollowAnswer Follows::clear(const Caller& me, const UserId& target) const {
    return change(me, target, Wish::clear);
}

FollowAnswer Follows::change(const Caller& me, const UserId& target, Wish wish) const {
    if (target == me.id) throw validation_error("Cannot follow yourself");
    return ground_.db.write([&](db::Write& tx) -> FollowAnswer {
        store::lock_pair(tx, me.id, target);
        const auto user = store::find_identity(tx, target);
        if (!user || user->is_hidden() || store::has_block(tx, target, me.id)) throw user_not_found();
        if (store::has_block(tx, me.id, target)) throw not_authorized("You have blocked this user");

        const auto answer = [&](const char* message, bool following, bool requested) -> FollowAnswer {
            return {message, following, requested, followers_count(tx, target)};
        };
        if (wish == Wish::set) {
            if (store::has_follow(tx, me.id, target)) return answer("Followed", true, false);
            if (store::has_request(tx, me.id, target)) return answer("Follow request sent", false, true);
        } else {
            if (store::remove_follow(tx, me.id, target)) {
                tx.publish(Unfollowed{me.id, target});
                return answer("Unfollowed", false, false);
            }
            if (store::remove_request(tx, me.id, target)) {
                tx.publish(FollowRequestEnded{me.id, target});
                return answer("Follow request cancelled", false, false);
            }
            if (wish == Wish::clear) return answer("Unfollowed", false, false);
        }

        const Time now = ground_.clock.now();
        require_below_daily_limit(store::actions_since(tx, me.id, store::DailyAction::follow, now - kDay),
                                  ground_.options.max_follows_per_day, now, "Daily follow limit reached");
        const bool notifies = reaches(tx, me.id, target, now);
        store::add_action(tx, me.id, store::DailyAction::follow, target, now);
        if (user->is_private) {
            store::add_request(tx, me.id, target, now);
            tx.publish(FollowRequested{me.id, target, now, notifies});
            return answer("Follow request sent", false, true);
        }
        store::add_follow(tx, me.id, target, now);
        tx.publish(Followed{me.id, target, now, notifies});
        return answer("Followed", true, false);
    });
}

bool Follows::reaches(db::Read& tx, const UserId& actor, const UserId& target, Time now) const {
    return !store::reached_since(tx, actor, store::DailyAction::follow, target, now - kDay) &&
           tx.exists(sql::user_edges::wants_follow_notices{.user_id = target}) &&
           !tx.exists(
               sql::user_edges::mutes_notifications{.muter_id = target, .muted_id = actor, .now = now});
}

Message Follows::accept(const Caller& me, const UserId& requester) const {
    return ground_.db.write([&](db::Write& tx) -> Message {
        store::lock_pair(tx, me.id, requester);
        if (!store::remove_request(tx, requester, me.id)) throw not_found("Request not found");
        const Time now = ground_.clock.now();
        if (store::add_follow(tx, requester, me.id, now)) tx.publish(Followed{requester, me.id, now, false});
        tx.publish(FollowAccepted{requester, me.id, now});
        return {"Request accepted"};
    });
}

Message Follows::decline(const Caller& me, const UserId& requester) const {
    return ground_.db.write([&](db::Write& tx) -> Message {
        store::lock_pair(tx, me.id, requester);
        if (!store::remove_request(tx, requester, me.id)) throw not_found("Request not found");
        tx.publish(FollowRequestEnded{requester, me.id});
        return {"Request declined"};
    });
}

std::int64_t Follows::accept_all_requests(db::Write& tx, const UserId& user) const {
    const Time now = ground_.clock.now();
    const auto requesters = store::take_requests_to(tx, user);
    for (const auto& requester : requesters) {
        if (store::add_follow(tx, requester, user, now)) tx.publish(Followed{requester, user, now, false});
        tx.publish(FollowAccepted{requester, user, now});
    }
    return static_cast<std::int64_t>(requesters.size());
}

RequestsAccepted Follows::accept_all(const Caller& me) const {
    return ground_.db.write([&](db::Write& tx) -> RequestsAccepted {
        store::lock_pair(tx, me.id, me.id);
        return {"Requests accepted", accept_all_requests(tx, me.id)};
    });
}

FollowerRemoved Follows::remove_follower(const Caller& me, const UserId& follower) const {
    return ground_.db.write([&](db::Write& tx) -> FollowerRemoved {
        store::lock_pair(tx, me.id, follower);
        if (!store::find_identity(tx, follower) || store::has_block(tx, follower, me.id))
            throw user_not_found();
        if (store::remove_follow(tx, follower, me.id)) tx.publish(Unfollowed{follower, me.id});
        return {"Follower removed", followers_count(tx, me.id)};
    });
}

}  // namespace grover::users
