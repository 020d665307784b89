// Group chats: who is in them, under which name, with which rights. contract/groups.md. The chat itself is of
// domains/messages.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domains/messages/messages.hpp"

namespace grover::api {
class Api;
}

namespace grover::groups {

using messages::GroupId;
using wire::field;

inline constexpr int kMaxMembers = 50;
inline constexpr int kMaxGroups = 500;

// ---- events

// Type `group_invite`: each of `user_ids` is told "added you to '<group>'".
struct GroupJoined {
    static constexpr std::string_view name = "group.joined";
    GroupId group_id;
    std::string group_name;
    UserId by_user_id;
    std::vector<UserId> user_ids;
    bool is_new_group = false;
    static constexpr auto fields = Pack{
        field("group_id", &GroupJoined::group_id),         field("group_name", &GroupJoined::group_name),
        field("by_user_id", &GroupJoined::by_user_id),     field("user_ids", &GroupJoined::user_ids),
        field("is_new_group", &GroupJoined::is_new_group),
    };
};

struct GroupLeft {
    static constexpr std::string_view name = "group.left";
    GroupId group_id;
    UserId user_id;
    UserId by_user_id;
    static constexpr auto fields = Pack{
        field("group_id", &GroupLeft::group_id),
        field("user_id", &GroupLeft::user_id),
        field("by_user_id", &GroupLeft::by_user_id),
    };
};

// The last member left; notifications about it go.
struct GroupDeleted {
    static constexpr std::string_view name = "group.deleted";
    GroupId group_id;
    static constexpr auto fields = Pack{field("group_id", &GroupDeleted::group_id)};
};

// ---- the service

struct Group;  // all requests and answers: groups_api.hpp
struct GroupCreate;
struct GroupCreateAnswer;
struct GroupList;
struct GroupMemberAdd;
struct GroupMemberAddAnswer;
struct GroupMemberRemove;
struct GroupMemberRemoveAnswer;
struct GroupMessageList;
struct GroupRow;

// Everything throws as contract/groups.md says; a refusal changes nothing. Any thread that may use the database.
class GroupsService final : public messages::GroupDirectory, public users::AccountEraser {
public:
    // References outlive the service.
    GroupsService(db::Database& db, const Clock& clock, users::UsersService& users,
                  media::MediaService& media, messages::GroupChats& chats);

    GroupCreateAnswer create(const Caller& me, GroupCreate& in);
    Group get(const Caller& me, const GroupId& group);
    Page<Group> list(const Caller& me, const GroupList& in);
    GroupMemberAddAnswer add(const Caller& me, const GroupMemberAdd& in);
    GroupMemberRemoveAnswer remove(const Caller& me, const GroupMemberRemove& in);
    Page<messages::Message> messages(const Caller& me, const GroupMessageList& in);
    messages::GroupChats& chats() { return chats_; }

    // --- for messages
    std::vector<messages::GroupCard> cards(db::Read& tx, std::span<const GroupId> groups,
                                           std::string_view base_url) override;
    std::string name(db::Read& tx, const GroupId& group) override;

    // --- when an account ends: every group is left, and handed over where it was owned
    std::string_view name() const override { return "groups"; }
    bool erase_some(db::Write& tx, const UserId& user, int batch) override;

private:
    std::optional<std::string> photo_url(const media::Medium* medium, std::string_view base_url) const;
    std::vector<Group> views(db::Read& tx, const Caller& me, std::span<const messages::Conversation> chats);
    Group whole(db::Read& tx, const Caller& me, const GroupId& group);
    // Takes one away, hands the group over, deletes an empty one.
    void take_away(db::Write& tx, const GroupId& group, const std::vector<messages::ChatMember>& members,
                   const UserId& user, const UserId& by, const std::string& line);
    std::string name_of(db::Read& tx, const UserId& user);

    db::Database& db_;
    const Clock& clock_;
    users::UsersService& users_;
    media::MediaService& media_;
    messages::GroupChats& chats_;
};

void add_groups_api(api::Api& api, GroupsService& groups);

}  // namespace grover::groups
