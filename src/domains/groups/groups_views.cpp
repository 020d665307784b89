// How groups look to a member.
#include <algorithm>
#include <unordered_map>

#include "domains/groups/groups_api.hpp"
#include "domains/groups/groups_store.hpp"

namespace grover::groups {

using messages::Role;

std::optional<std::string> GroupsService::photo_url(const media::Medium* medium,
                                                    std::string_view base_url) const {
    if (medium == nullptr) return std::nullopt;
    return media_.info(*medium, {.base_url = base_url}).url;
}

std::vector<messages::GroupCard> GroupsService::cards(db::Read& tx, std::span<const GroupId> groups,
                                                      std::string_view base_url) {
    const auto rows = store::load(tx, groups);
    std::vector<MediaId> photos;
    for (const auto& row : rows) {
        if (row.photo_id) photos.push_back(*row.photo_id);
    }
    const auto media = media_.load(tx, photos);
    std::unordered_map<GroupId, messages::GroupCard> found;
    std::size_t photo = 0;
    for (const auto& row : rows) {
        messages::GroupCard card{row.group_id, row.name, std::nullopt};
        if (row.photo_id) card.photo = photo_url(media[photo++].get(), base_url);
        found.emplace(row.group_id, std::move(card));
    }
    std::vector<messages::GroupCard> out;
    for (const auto& group : groups) {
        const auto at = found.find(group);
        out.push_back(at == found.end() ? messages::GroupCard{group, {}, std::nullopt} : at->second);
    }
    return out;
}

std::string GroupsService::name(db::Read& tx, const GroupId& group) {
    const auto row = store::find(tx, group);
    return row ? row->name : std::string();
}

std::string GroupsService::name_of(db::Read& tx, const UserId& user) {
    return users_.card(tx, user, {})->summary.name;
}

std::vector<Group> GroupsService::views(db::Read& tx, const Caller& me,
                                        std::span<const messages::Conversation> chats) {
    std::vector<GroupId> ids;
    for (const auto& chat : chats) ids.push_back(messages::group_id_of(chat.conversation_id));
    const auto rows = store::load(tx, ids);
    const auto members = chats_.members_of(tx, ids);
    std::vector<Group> out;
    for (std::size_t i = 0; i < chats.size(); ++i) {
        const auto row = std::ranges::find(rows, ids[i], &GroupRow::group_id);
        if (row == rows.end()) continue;
        const auto& chat = chats[i];
        auto& group = out.emplace_back();
        group.group_id = ids[i];
        group.name = row->name;
        group.description = row->description;
        if (chat.group) group.photo = chat.group->photo;
        for (const auto& member : members[i]) {
            group.member_ids.push_back(member.user_id);
            if (member.role != Role::member) group.admin_ids.push_back(member.user_id);
            if (member.role == Role::owner) group.creator_id = member.user_id;
            if (member.user_id != me.id) continue;
            group.is_admin = member.role != Role::member;
            group.is_owner = member.role == Role::owner;
        }
        group.member_count = std::ssize(group.member_ids);
        group.last_message = chat.last_message;
        group.last_message_at = chat.last_message_at;
        group.unread_count = chat.unread_count;
        group.muted_until = chat.muted_until;
        group.created_at = row->created_at;
        group.updated_at = std::max(row->updated_at, chat.last_message_at);
    }
    return out;
}

Group GroupsService::whole(db::Read& tx, const Caller& me, const GroupId& id) {
    const auto standing = chats_.standing(tx, me, id);
    auto found = standing ? views(tx, me, std::span(&*standing, 1)) : std::vector<Group>{};
    if (found.empty()) throw not_authorized("Not a member");
    auto group = std::move(found.front());
    auto members = chats_.members(tx, id);
    // The owner, the admins, then by joining.
    std::ranges::stable_sort(members, std::greater<>{}, &messages::ChatMember::role);
    std::vector<UserId> people;
    for (const auto& member : members) people.push_back(member.user_id);
    const auto cards = users_.cards(tx, people, me.base_url);
    auto& list = group.members.emplace();
    for (std::size_t i = 0; i < members.size(); ++i) {
        auto& member = list.emplace_back();
        static_cast<users::UserSummary&>(member) = cards[i]->summary;
        // An account that is hidden for now is still a member one can act on.
        member.user_id = members[i].user_id;
        member.is_admin = members[i].role != Role::member;
        member.is_owner = members[i].role == Role::owner;
        member.joined_at = members[i].joined_at;
    }
    return group;
}

}  // namespace grover::groups
