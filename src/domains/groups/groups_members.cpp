// Who joins and who goes.
#include <algorithm>

#include "domains/groups/groups_api.hpp"
#include "domains/groups/groups_store.hpp"
#include "platform/base/error.hpp"

namespace grover::groups {

using messages::ChatMember;
using messages::Joined;
using messages::Role;

namespace {

const ChatMember* find(const std::vector<ChatMember>& members, const UserId& user) {
    const auto found = std::ranges::find(members, user, &ChatMember::user_id);
    return found == members.end() ? nullptr : &*found;
}

}  // namespace

GroupMemberAddAnswer GroupsService::add(const Caller& me, const GroupMemberAdd& in) {
    return db_.write([&](db::Write& tx) {
        const auto group = store::find(tx, in.group_id);
        if (!group) throw not_found("Group not found");
        chats_.hold(tx, in.group_id);
        const auto members = chats_.members(tx, in.group_id);
        const auto* mine = find(members, me.id);
        const bool is_admin = mine != nullptr && mine->role != Role::member;
        GroupMemberAddAnswer answer{.already_member = is_admin && find(members, in.user_id) != nullptr,
                                    .member_count = std::ssize(members)};
        if (answer.already_member) return answer;
        const auto reach = users_.reach(tx, me.id, std::span(&in.user_id, 1));
        if (reach.empty() || reach.front().is_hidden || reach.front().is_blocked_by)
            throw not_found("User not found");
        if (!is_admin) throw not_authorized("Admin only");
        const auto& whom = reach.front();
        if (whom.has_blocked) throw not_authorized("You have blocked this user");
        const bool is_full = !chats_.in_many_groups(tx, std::span(&in.user_id, 1), kMaxGroups).empty();
        if (!whom.is_open_to(whom.allow_group_adds) || is_full) throw not_authorized("Cannot add this user");

        const Time now = clock_.now();
        switch (chats_.join(tx, in.group_id, in.user_id, Role::member, kMaxMembers, now)) {
            case Joined::full:
                throw validation_error("Group is full");
            case Joined::already_member:
                answer.already_member = true;
                return answer;
            case Joined::added:
                break;
        }
        ++answer.member_count;
        store::touch(tx, in.group_id, now);
        chats_.say(tx, in.group_id, me.id, name_of(tx, me.id) + " added " + name_of(tx, in.user_id));
        tx.publish(GroupJoined{.group_id = in.group_id,
                               .group_name = group->name,
                               .by_user_id = me.id,
                               .user_ids = {in.user_id}});
        return answer;
    });
}

GroupMemberRemoveAnswer GroupsService::remove(const Caller& me, const GroupMemberRemove& in) {
    return db_.write([&](db::Write& tx) {
        if (!store::find(tx, in.group_id)) throw not_found("Group not found");
        chats_.hold(tx, in.group_id);
        const auto members = chats_.members(tx, in.group_id);
        const auto* mine = find(members, me.id);
        const bool leaves = in.user_id == me.id;
        // Leaving twice is no error, and tells nothing of the group.
        if (mine == nullptr && leaves) return GroupMemberRemoveAnswer{};
        if (mine == nullptr || (!leaves && mine->role == Role::member)) throw not_authorized("Admin only");
        GroupMemberRemoveAnswer answer{.member_count = std::ssize(members)};
        const auto* whom = find(members, in.user_id);
        if (whom == nullptr) return answer;
        if (!leaves && whom->role == Role::owner) throw not_authorized("Nobody removes the owner");
        if (!leaves && whom->role == Role::admin && mine->role != Role::owner)
            throw not_authorized("Only the owner removes an admin");
        const auto name = name_of(tx, me.id);
        take_away(tx, in.group_id, members, in.user_id, me.id,
                  leaves ? name + " left the group" : name + " removed " + name_of(tx, in.user_id));
        --answer.member_count;
        return answer;
    });
}

void GroupsService::take_away(db::Write& tx, const GroupId& group, const std::vector<ChatMember>& members,
                              const UserId& user, const UserId& by, const std::string& line) {
    if (!chats_.leave(tx, group, user)) return;
    const bool was_owner = find(members, user)->role == Role::owner;
    // By joining: the first of the best that are left.
    const ChatMember* heir = nullptr;
    for (const auto& member : members) {
        if (member.user_id != user && (heir == nullptr || member.role > heir->role)) heir = &member;
    }
    tx.publish(GroupLeft{.group_id = group, .user_id = user, .by_user_id = by});
    if (heir == nullptr) {
        media_.release(tx, {"group", group.view()});
        store::remove(tx, group);
        chats_.remove(tx, group);
        tx.publish(GroupDeleted{group});
        return;
    }
    if (was_owner) chats_.set_role(tx, group, heir->user_id, Role::owner);
    store::touch(tx, group, clock_.now());
    chats_.say(tx, group, by, line);
}

bool GroupsService::erase_some(db::Write& tx, const UserId& user, int batch) {
    const auto groups = chats_.some_groups_of(tx, user, batch);
    if (groups.empty()) return true;
    // In an order that all keep, so that two who leave at once do not wait for each other.
    for (const auto& group : groups) {
        chats_.hold(tx, group);
        take_away(tx, group, chats_.members(tx, group), user, user, "A member left the group");
    }
    return false;
}

}  // namespace grover::groups
