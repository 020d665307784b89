// What sockets hear of communities: members, and anybody for public ones. contract/communities.md "live".
#include <algorithm>
#include <iterator>

#include "domains/communities/communities_store.hpp"
#include "platform/jobs/events.hpp"
#include "platform/sockets/hub.hpp"
#include "platform/sockets/sockets.hpp"
#include "sql/communities_members.hpp"

namespace grover::communities {
namespace {

using sockets::Room;

constexpr std::size_t kUsersAtOnce = 1'000;

struct CommunityJoinEvent {
    CommunityId community_id;
    static constexpr sockets::EventInfo event{.name = "community:join", .limit = sockets::per_minute(60)};
    static constexpr auto fields = Pack{field("community_id", &CommunityJoinEvent::community_id)};
};

struct CommunityLeaveEvent {
    CommunityId community_id;
    static constexpr sockets::EventInfo event{.name = "community:leave", .limit = sockets::per_minute(60)};
    static constexpr auto fields = Pack{field("community_id", &CommunityLeaveEvent::community_id)};
};

struct InCommunity {
    CommunityId community_id;
    static constexpr auto fields = Pack{field("community_id", &InCommunity::community_id)};
};

struct NewPost {
    CommunityId community_id;
    PostId post_id;
    static constexpr std::string_view name = "community:post";
    static constexpr auto fields =
        Pack{field("community_id", &NewPost::community_id), field("post_id", &NewPost::post_id)};
};

struct PostRemoved {
    CommunityId community_id;
    PostId post_id;
    static constexpr std::string_view name = "community:post_removed";
    static constexpr auto fields =
        Pack{field("community_id", &PostRemoved::community_id), field("post_id", &PostRemoved::post_id)};
};

struct Members {
    CommunityId community_id;
    std::int64_t member_count = 0;
    static constexpr std::string_view name = "community:members";
    static constexpr auto fields =
        Pack{field("community_id", &Members::community_id), field("member_count", &Members::member_count)};
};

Room room_of(const CommunityId& id) { return Room::community(id.view()); }

}  // namespace

void CommunitiesService::require_readable(const UserId& user, const CommunityId& id) {
    db_.read([&](db::Read& tx) { get_readable(tx, user, id); });
}

bool CommunitiesService::may_read(const UserId& user, const CommunityId& id) {
    return db_.read([&](db::Read& tx) { return views(tx, user, std::span(&id, 1)).front().may_read; });
}

std::vector<UserId> CommunitiesService::shut_out(std::span<const UserId> users, const CommunityId& id) {
    std::vector<UserId> out;
    for (; !users.empty(); users = users.subspan(std::min(users.size(), kUsersAtOnce))) {
        const auto some = users.first(std::min(users.size(), kUsersAtOnce));
        const auto ids = db::ids_of(some);
        const auto shut = db_.read([&](db::Read& tx) {
            std::vector<UserId> strangers;
            const auto row = find(tx, {}, id);
            if (row && !row->is_private) return strangers;
            auto members =
                tx.list<UserId>(sql::communities_members::members_among{.community_id = id, .ids = ids});
            std::ranges::sort(members);
            std::ranges::copy_if(some, std::back_inserter(strangers), [&](const UserId& user) {
                return !std::ranges::binary_search(members, user);
            });
            return strangers;
        });
        out.insert(out.end(), shut.begin(), shut.end());
    }
    return out;
}

std::vector<UserId> CommunitiesService::cut_off(const UserId& author) {
    return db_.read([&](db::Read& tx) { return users_.cut_off(tx, author); });
}

void add_communities_sockets(sockets::Sockets& sockets, sockets::Hub& hub, jobs::Events& events,
                             CommunitiesService& communities, WatchersOfPosts watchers) {
    sockets.on<CommunityJoinEvent>(
        [&](const Caller& me, sockets::Socket& socket, const CommunityJoinEvent& in) {
            socket.join_if(room_of(in.community_id),
                           [&] { communities.require_readable(me.id, in.community_id); });
            return InCommunity{in.community_id};
        });
    sockets.on<CommunityLeaveEvent>(
        [](const Caller&, sockets::Socket& socket, const CommunityLeaveEvent& in) {
            socket.leave(room_of(in.community_id));
            return InCommunity{in.community_id};
        });

    constexpr std::string_view kListener = "communities.sockets";
    // One look at the author's blocks, however many are in the room. A block that is committed before the post counts.
    const auto tell_of_post = [&](const auto& event, const auto& line) {
        const auto room = room_of(line.community_id);
        if (hub.has_members(room)) hub.emit(room, line, {.except_users = communities.cut_off(event.user_id)});
    };
    events.on_every_node<posts::PostCreated>(kListener, [tell_of_post](const posts::PostCreated& event) {
        if (event.community_id) tell_of_post(event, NewPost{*event.community_id, event.post_id});
    });
    events.on_every_node<posts::PostDeleted>(kListener, [tell_of_post](const posts::PostDeleted& event) {
        if (event.community_id) tell_of_post(event, PostRemoved{*event.community_id, event.post_id});
    });
    events.on_every_node<CommunityMembersChanged>(kListener, [&](const CommunityMembersChanged& event) {
        hub.emit(room_of(event.community_id), Members{event.community_id, event.member_count});
    });
    // Who lost the right to look hears no more, of the community and of the posts in it.
    events.on_every_node<CommunityLeft>(
        kListener, [&, recheck = watchers.recheck_reader](const CommunityLeft& event) {
            const auto room = room_of(event.community_id);
            if (hub.has_members(room) &&
                (event.is_banned || !communities.may_read(event.user_id, event.community_id)))
                hub.remove(room, event.user_id);
            recheck(event.user_id);
        });
    events.on_every_node<CommunityUpdated>(
        kListener, [&, recheck = watchers.recheck_community](const CommunityUpdated& event) {
            if (!event.became_private) return;
            const auto room = room_of(event.community_id);
            if (hub.has_members(room)) {
                for (const auto& user : communities.shut_out(hub.members(room), event.community_id))
                    hub.remove(room, user);
            }
            recheck(event.community_id);
        });
    events.on_every_node<CommunityDeleted>(
        kListener, [&](const CommunityDeleted& event) { hub.clear(room_of(event.community_id)); });
}

}  // namespace grover::communities
