#include "domains/groups/groups_sockets.hpp"

#include "domains/groups/groups_api.hpp"
#include "platform/base/error.hpp"
#include "platform/jobs/events.hpp"

namespace grover::groups {
namespace {

using sockets::Room;

struct GroupAdded {
    static constexpr std::string_view name = "group:added";
    Group group;
    static constexpr auto fields = Pack{field("group", &GroupAdded::group)};
};

struct MemberAdded {
    static constexpr std::string_view name = "group:member_added";
    GroupId group_id;
    UserId user_id;
    UserId by_user_id;
    static constexpr auto fields = Pack{
        field("group_id", &MemberAdded::group_id),
        field("user_id", &MemberAdded::user_id),
        field("by_user_id", &MemberAdded::by_user_id),
    };
};

struct MemberRemoved {
    static constexpr std::string_view name = "group:member_removed";
    GroupId group_id;
    UserId user_id;
    UserId by_user_id;
    static constexpr auto fields = Pack{
        field("group_id", &MemberRemoved::group_id),
        field("user_id", &MemberRemoved::user_id),
        field("by_user_id", &MemberRemoved::by_user_id),
    };
};

Room room_of(const GroupId& group) { return Room::conversation(group.view()); }

}  // namespace

void tell_groups_to_sockets(jobs::Events& events, sockets::Hub& hub, GroupsService& groups,
                            const std::string& base_url) {
    events.on_every_node<GroupJoined>("groups.sockets", [&hub, &groups, base_url](const GroupJoined& event) {
        for (const auto& user : event.user_ids) {
            if (!event.is_new_group) {
                const MemberAdded out{event.group_id, user, event.by_user_id};
                hub.emit(room_of(event.group_id), out);
                hub.emit_user(user, out);
            } else if (hub.has_members(Room::user(user))) {
                Caller reader;
                reader.id = user;
                reader.base_url = base_url;
                try {
                    hub.emit_user(user, GroupAdded{groups.get(reader, event.group_id)});
                } catch (const Error& error) {
                    // Gone again meanwhile: then there is nothing to tell.
                    if (error.kind != ErrorKind::not_found && error.kind != ErrorKind::not_authorized) throw;
                }
            }
        }
    });
    events.on_every_node<GroupLeft>("groups.sockets", [&hub](const GroupLeft& event) {
        const MemberRemoved out{event.group_id, event.user_id, event.by_user_id};
        // The own room hears it anyway; the sockets leave first, so that nobody hears it twice, or more than this.
        hub.remove(room_of(event.group_id), event.user_id);
        hub.emit(room_of(event.group_id), out);
        hub.emit_user(event.user_id, out);
    });
}

}  // namespace grover::groups
