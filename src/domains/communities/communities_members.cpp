// Joining and leaving, roles, removals and bans.
#include "sql/communities_members.hpp"
#include "domains/communities/communities_store.hpp"
#include "platform/base/error.hpp"
#include "sql/communities.hpp"

namespace grover::communities {
namespace {

namespace m = sql::communities_members;

constexpr std::int64_t kMaxMemberships = 1'000;
constexpr std::int64_t kMaxModerators = 20;

std::optional<Role> role_of(db::Read& tx, const CommunityId& id, const UserId& user) {
    return tx.find<Role>(m::get_role{.user_id = user, .community_id = id});
}

Error member_not_found() { return not_found("Member not found"); }

}  // namespace

JoinAnswer CommunitiesService::join(const Caller& me, const CommunityId& id) {
    return db_.write([&](db::Write& tx) -> JoinAnswer {
        const auto row = get_for_change(tx, me.id, id, Banned::let_through);
        if (row.is_banned) throw not_authorized("You are banned from this community");
        if (row.is_member()) return {"Joined community", true, row.member_count};
        if (row.is_private && !row.is_invited) throw validation_error("Private community - request needed");
        if (tx.value<std::int64_t>(m::count_memberships{.user_id = me.id}) >= kMaxMemberships)
            throw validation_error("You can be in at most 1000 communities");
        return {"Joined community", true,
                add_member(tx, row, me.id, Role::member, clock_.now()).member_count};
    });
}

JoinAnswer CommunitiesService::leave(const Caller& me, const CommunityId& id) {
    return db_.write([&](db::Write& tx) -> JoinAnswer {
        const auto row = get_for_change(tx, me.id, id);
        if (row.is_owner()) throw validation_error("Owner cannot leave");
        const auto change = drop_member(tx, row, me.id);
        if (change.happened) tx.publish(CommunityLeft{.community_id = id, .user_id = me.id});
        return {"Left community", false, change.member_count};
    });
}

Message CommunitiesService::set_role(const Caller& me, const CommunityMemberRole& in) {
    db_.write([&](db::Write& tx) {
        const auto row = get_for_change(tx, me.id, in.community_id);
        if (!row.is_owner()) throw not_authorized();
        const auto before = role_of(tx, in.community_id, in.user_id);
        if (!before) throw member_not_found();
        if (*before == in.role) return;
        if (*before == Role::owner) throw validation_error("Hand the community over to somebody first");
        if (*before == Role::member &&
            tx.value<std::int64_t>(m::count_moderators{.community_id = in.community_id}) >= kMaxModerators)
            throw validation_error("A community has at most 20 moderators");
        const auto set = [&](const UserId& user, Role role) {
            tx.exec(m::set_role{
                .role = static_cast<int>(role), .user_id = user, .community_id = in.community_id});
        };
        set(in.user_id, in.role);
        if (in.role != Role::owner) return;
        set(me.id, Role::moderator);
        tx.exec(sql::communities::set_owner{.owner_id = in.user_id, .community_id = in.community_id});
    });
    return {"Role changed"};
}

Message CommunitiesService::remove_member(const Caller& me, const CommunityMemberRemove& in) {
    db_.write([&](db::Write& tx) {
        const auto row = get_for_change(tx, me.id, in.community_id);
        if (!row.is_moderator()) throw not_authorized();
        const auto role = role_of(tx, in.community_id, in.user_id);
        if (role && *role >= Role::moderator) throw not_authorized();
        if (!role && !in.ban) throw member_not_found();
        if (!role) users_.require_sight(tx, me.id, in.user_id);
        drop_member(tx, row, in.user_id);
        if (in.ban) {
            tx.exec(
                m::insert_ban{.user_id = in.user_id, .community_id = in.community_id, .now = clock_.now()});
            tx.exec(m::delete_invite{.user_id = in.user_id, .community_id = in.community_id});
            drop_request(tx, in.community_id, in.user_id);
        }
        tx.publish(
            CommunityLeft{.community_id = in.community_id, .user_id = in.user_id, .is_banned = in.ban});
    });
    return {in.ban ? "User banned" : "Member removed"};
}

}  // namespace grover::communities
