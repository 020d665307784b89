#include "domains/users/blocks.hpp"

#include "domains/users/edges_store.hpp"
#include "domains/users/follows.hpp"
#include "domains/users/users_store.hpp"
#include "platform/text/sanitize.hpp"
#include "sql/user_edges.hpp"

namespace grover::users {
namespace {

constexpr std::chrono::hours kDay{24};

// Edges and requests between two who part, in one direction.
void cut(db::Write& tx, const UserId& from, const UserId& to) {
    if (store::remove_follow(tx, from, to)) tx.publish(Unfollowed{from, to});
    if (store::remove_request(tx, from, to)) tx.publish(FollowRequestEnded{from, to});
}

struct MuteRow {
    std::string scope;
    std::optional<Time> until;
    static constexpr auto columns =
        Pack{db::column("scope", &MuteRow::scope), db::column("until", &MuteRow::until)};
};

}  // namespace

BlockAnswer Blocks::block(const Caller& me, const UserId& target) const {
    if (target == me.id) throw validation_error("Cannot block yourself");
    return ground_.db.write([&](db::Write& tx) -> BlockAnswer {
        store::lock_pair(tx, me.id, target);
        // Somebody who blocked the caller may be blocked back: else unblocking would open a door that nobody holds shut.
        const auto user = store::find_identity(tx, target);
        if (!user || user->is_hidden()) throw user_not_found();
        if (store::has_block(tx, me.id, target)) return {"User blocked", true};

        const Time now = ground_.clock.now();
        require_below_daily_limit(store::actions_since(tx, me.id, store::DailyAction::block, now - kDay),
                                  ground_.options.max_blocks_per_day, now, "Daily block limit reached");
        store::add_action(tx, me.id, store::DailyAction::block, target, now);
        store::add_block(tx, me.id, target, now);
        cut(tx, me.id, target);
        cut(tx, target, me.id);
        tx.publish(UserBlocked{me.id, target, now});
        return {"User blocked", true};
    });
}

BlockAnswer Blocks::unblock(const Caller& me, const UserId& target) const {
    return ground_.db.write([&](db::Write& tx) -> BlockAnswer {
        store::lock_pair(tx, me.id, target);
        if (!store::find_identity(tx, target)) throw user_not_found();
        if (store::remove_block(tx, me.id, target)) tx.publish(UserUnblocked{me.id, target});
        return {"User unblocked", false};
    });
}

MuteAnswer Blocks::mute(const Caller& me, const UserMute& in) const {
    const UserId& target = in.user_id;
    if (target == me.id) throw validation_error("Cannot mute yourself");
    const Time now = ground_.clock.now();
    if (in.until && *in.until <= now) throw invalid_input({"body", "until"}, "Input should be in the future");
    return ground_.db.write([&](db::Write& tx) -> MuteAnswer {
        store::lock_pair(tx, me.id, target);
        const auto user = store::find_identity(tx, target);
        if (!user || user->is_hidden() || store::has_block(tx, target, me.id)) throw user_not_found();
        if (in.scope == MuteScope::all) {
            tx.exec(sql::user_edges::delete_mutes{.muter_id = me.id, .muted_id = target});
        } else {
            const auto present = tx.list<MuteRow>(
                sql::user_edges::mutes_of_pair{.muter_id = me.id, .muted_id = target, .now = now});
            // An endless mute of everything holds this one already.
            for (const auto& row : present) {
                if (row.scope == wire::name_of(MuteScope::all) && !row.until) return {"User muted", true};
            }
        }
        tx.exec(sql::user_edges::upsert_mute{.muter_id = me.id,
                                             .muted_id = target,
                                             .scope = wire::name_of(in.scope),
                                             .until = in.until,
                                             .now = now});
        store::touch_relations(tx, me.id);
        return {"User muted", true};
    });
}

MuteAnswer Blocks::unmute(const Caller& me, const UserUnmute& in) const {
    const UserId& target = in.user_id;
    return ground_.db.write([&](db::Write& tx) -> MuteAnswer {
        store::lock_pair(tx, me.id, target);
        if (!store::find_identity(tx, target)) throw user_not_found();
        const Time now = ground_.clock.now();
        if (in.scope == MuteScope::all) {
            tx.exec(sql::user_edges::delete_mutes{.muter_id = me.id, .muted_id = target});
        } else {
            const auto present = tx.list<MuteRow>(
                sql::user_edges::mutes_of_pair{.muter_id = me.id, .muted_id = target, .now = now});
            tx.exec(sql::user_edges::delete_mute{
                .muter_id = me.id, .muted_id = target, .scope = wire::name_of(in.scope)});
            for (const auto& row : present) {
                if (row.scope != wire::name_of(MuteScope::all)) continue;
                // Of a mute of everything the other parts stay.
                tx.exec(
                    sql::user_edges::delete_mute{.muter_id = me.id, .muted_id = target, .scope = row.scope});
                for (const auto scope : {MuteScope::posts, MuteScope::stories, MuteScope::notifications}) {
                    if (scope == in.scope) continue;
                    tx.exec(sql::user_edges::upsert_mute{.muter_id = me.id,
                                                         .muted_id = target,
                                                         .scope = wire::name_of(scope),
                                                         .until = row.until,
                                                         .now = now});
                }
            }
        }
        store::touch_relations(tx, me.id);
        return {"User unmuted", false};
    });
}

UserReportAnswer Blocks::report(const Caller& me, const UserReport& in) const {
    const UserId& target = in.user_id;
    if (target == me.id) throw validation_error("Cannot report yourself");
    const std::string details = text::sanitize_string(in.details, 1'000, "Details");
    return ground_.db.write([&](db::Write& tx) -> UserReportAnswer {
        const auto user = store::find_identity(tx, target);
        if (!user || user->is_hidden() || store::has_block(tx, target, me.id)) throw user_not_found();
        return {users_.report(tx, me.id, "user", target.view(), wire::name_of(in.reason), details),
                "Report received"};
    });
}

}  // namespace grover::users
