// The endpoints of communities.
#include "domains/communities/communities_members_api.hpp"

namespace grover::communities {

void add_communities_api(Api& api, CommunitiesService& communities, bool is_enabled) {
    if (!is_enabled) api.switch_off("/communities", "Communities are disabled");
    auto& c = communities;
    api.on<CommunityCreate>([&](const Caller& me, CommunityCreate& in) { return c.create(me, in); });
    api.on<CommunityDiscover>(
        [&](const Caller& me, const CommunityDiscover& in) { return c.discover(me, in); });
    api.on<CommunityMine>([&](const Caller& me, const CommunityMine& in) { return c.mine(me, in); });
    api.on<CommunityFeed>([&](const Caller& me, const CommunityFeed& in) { return c.feed(me, in); });
    api.on<CommunityCategories>([&](const Caller&, const CommunityCategories&) { return c.categories(); });
    api.on<CommunityGet>(
        [&](const Caller& me, const CommunityGet& in) { return c.get(me, in.community_id); });
    api.on<CommunityUpdate>([&](const Caller& me, CommunityUpdate& in) { return c.update(me, in); });
    api.on<CommunityDelete>(
        [&](const Caller& me, const CommunityDelete& in) { return c.remove(me, in.community_id); });

    api.on<CommunityJoin>(
        [&](const Caller& me, const CommunityJoin& in) { return c.join(me, in.community_id); });
    api.on<CommunityLeave>(
        [&](const Caller& me, const CommunityLeave& in) { return c.leave(me, in.community_id); });
    api.on<CommunityMembers>([&](const Caller& me, const CommunityMembers& in) { return c.members(me, in); });
    api.on<CommunityMemberRole>(
        [&](const Caller& me, const CommunityMemberRole& in) { return c.set_role(me, in); });
    api.on<CommunityMemberRemove>(
        [&](const Caller& me, const CommunityMemberRemove& in) { return c.remove_member(me, in); });

    api.on<CommunityRequestCreate>(
        [&](const Caller& me, const CommunityRequestCreate& in) { return c.request(me, in); });
    api.on<CommunityRequests>(
        [&](const Caller& me, const CommunityRequests& in) { return c.requests(me, in); });
    api.on<CommunityRequestApprove>([&](const Caller& me, const CommunityRequestApprove& in) {
        return c.approve(me, in.community_id, in.user_id);
    });
    api.on<CommunityRequestDecline>([&](const Caller& me, const CommunityRequestDecline& in) {
        return c.decline(me, in.community_id, in.user_id);
    });
    api.on<CommunityInvite>([&](const Caller& me, const CommunityInvite& in) { return c.invite(me, in); });

    api.on<CommunityPostCreate>([&](const Caller& me, CommunityPostCreate& in) { return c.post(me, in); });
    api.on<CommunityPosts>([&](const Caller& me, const CommunityPosts& in) { return c.posts(me, in); });
    api.on<CommunityPinAdd>([&](const Caller& me, const CommunityPinAdd& in) {
        return c.pin(me, in.community_id, in.post_id, true);
    });
    api.on<CommunityPinRemove>([&](const Caller& me, const CommunityPinRemove& in) {
        return c.pin(me, in.community_id, in.post_id, false);
    });
}

}  // namespace grover::communities
