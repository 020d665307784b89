#include "domains/messages/messages_groups.hpp"

#include <algorithm>

#include "sql/chats.hpp"

namespace grover::messages {

void GroupChatsOfStore::create(db::Write& tx, const GroupId& group, Time now) {
    tx.exec(sql::chats::insert_group_chat{.chat_id = group, .now = now});
}

Joined GroupChatsOfStore::join(db::Write& tx, const GroupId& group, const UserId& user, Role role,
                               int at_most, Time now) {
    // Held first: on PostgreSQL two who join at once are counted one after the other.
    hold(tx, group);
    if (store::find_standing(tx, chat_id_of(group), user)) return Joined::already_member;
    if (tx.exec(sql::chats::add_members_count{.delta = 1, .chat_id = group, .at_most = at_most}) == 0)
        return Joined::full;
    tx.exists(sql::chats::insert_member{.chat_id = group,
                                        .user_id = user,
                                        .is_group = true,
                                        .role = static_cast<int>(role),
                                        .folder = static_cast<int>(ChatFolder::listed),
                                        .now = now,
                                        .seen_from = now});
    return Joined::added;
}

void GroupChatsOfStore::join_all(db::Write& tx, const GroupId& group, std::span<const UserId> users,
                                 Time now) {
    if (users.empty()) return;
    const auto joined = tx.exec(
        sql::chats::insert_group_members{.chat_id = group, .now = now, .user_ids = db::ids_of(users)});
    tx.exec(sql::chats::add_members_count{.delta = joined, .chat_id = group, .at_most = INT32_MAX});
}

bool GroupChatsOfStore::leave(db::Write& tx, const GroupId& group, const UserId& user) {
    if (tx.exec(sql::chats::delete_member{.chat_id = group, .user_id = user}) == 0) return false;
    tx.exec(sql::chats::add_members_count{.delta = -1, .chat_id = group, .at_most = INT32_MAX});
    return true;
}

void GroupChatsOfStore::set_role(db::Write& tx, const GroupId& group, const UserId& user, Role role) {
    tx.exec(sql::chats::set_role{.role = static_cast<int>(role), .chat_id = group, .user_id = user});
}

void GroupChatsOfStore::remove(db::Write& tx, const GroupId& group) {
    tx.enqueue_once(group.view(), RemoveChat{chat_id_of(group)});
}

bool GroupChatsOfStore::hold(db::Write& tx, const GroupId& group) {
    return store::hold(tx, chat_id_of(group));
}

std::vector<ChatMember> GroupChatsOfStore::members(db::Read& tx, const GroupId& group) {
    std::vector<ChatMember> out;
    for (const auto& row : store::members(tx, chat_id_of(group)))
        out.push_back({row.user_id, row.role, row.joined_at});
    return out;
}

std::vector<std::vector<ChatMember>> GroupChatsOfStore::members_of(db::Read& tx,
                                                                   std::span<const GroupId> groups) {
    std::vector<std::vector<ChatMember>> out(groups.size());
    if (groups.empty()) return out;
    tx.each(sql::chats::list_members_of_chats{.chat_ids = db::ids_of(groups)}, [&](const db::Row& row) {
        const auto at = std::ranges::find(groups, row.get<GroupId>(0)) - groups.begin();
        out[static_cast<std::size_t>(at)].push_back({row.get<UserId>(1), row.get<Role>(2), {}});
    });
    return out;
}

std::vector<UserId> GroupChatsOfStore::in_many_groups(db::Read& tx, std::span<const UserId> users,
                                                      int at_least) {
    if (users.empty()) return {};
    return tx.list<UserId>(sql::chats::in_many_groups{.user_ids = db::ids_of(users), .at_least = at_least});
}

void GroupChatsOfStore::say(db::Write& tx, const GroupId& group, const UserId& actor,
                            const std::string& text) {
    sending_.say(tx, chat_id_of(group), actor, text);
}

Page<Conversation> GroupChatsOfStore::list(db::Read& tx, const Caller& me, const PageRequest& page) {
    return lists_.groups(tx, me, page);
}

std::optional<Conversation> GroupChatsOfStore::standing(db::Read& tx, const Caller& me,
                                                        const GroupId& group) {
    const auto row = store::find_listed(tx, chat_id_of(group), me.id);
    if (!row) return std::nullopt;
    return views_.of_chats(tx, me, std::span(&*row, 1)).front();
}

std::vector<GroupId> GroupChatsOfStore::some_groups_of(db::Read& tx, const UserId& user, int limit) {
    return tx.list<GroupId>(sql::chats::some_groups_of_user{.user_id = user, .limit = limit});
}

void GroupChatsOfStore::set_muted(db::Write& tx, const GroupId& group, const UserId& user,
                                  std::optional<Time> until) {
    const auto standing = store::find_standing(tx, chat_id_of(group), user);
    if (!standing) return;
    tx.exec(sql::chats::set_settings{.muted_until = until,
                                     .is_pinned = standing->is_pinned,
                                     .folder = static_cast<int>(standing->folder),
                                     .chat_id = group,
                                     .user_id = user});
}

SendAnswer GroupChatsOfStore::send(const Caller& me, const GroupText& in) {
    return sending_.text(me, {.receiver_id = {}, .conversation_id = {}, .group_id = in.group_id}, in);
}

Page<Message> GroupChatsOfStore::messages(const Caller& me, const GroupId& group, const PageRequest& page,
                                          bool mark_read) {
    return reading_.of_group(me, chat_id_of(group), page, mark_read);
}

}  // namespace grover::messages
