// The group endpoints.
#include "domains/groups/groups_api.hpp"

#include "platform/api/api.hpp"

namespace grover::groups {

void add_groups_api(Api& api, GroupsService& groups) {
    api.on<GroupCreate>([&](const Caller& me, GroupCreate& in) { return groups.create(me, in); });
    api.on<GroupList>([&](const Caller& me, const GroupList& in) { return groups.list(me, in); });
    api.on<GroupGet>([&](const Caller& me, const GroupGet& in) { return groups.get(me, in.group_id); });
    api.on<GroupMessageSend>([&](const Caller& me, const GroupMessageSend& in) {
        return groups.chats().send(me, {static_cast<const messages::TextInput&>(in), in.group_id});
    });
    api.on<GroupMessageList>(
        [&](const Caller& me, const GroupMessageList& in) { return groups.messages(me, in); });
    api.on<GroupMemberAdd>([&](const Caller& me, const GroupMemberAdd& in) { return groups.add(me, in); });
    api.on<GroupMemberRemove>(
        [&](const Caller& me, const GroupMemberRemove& in) { return groups.remove(me, in); });
}

}  // namespace grover::groups
