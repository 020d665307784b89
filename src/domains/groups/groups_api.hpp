// Requests and answers of the group endpoints. contract/groups.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domains/groups/groups.hpp"
#include "domains/media/media.hpp"
#include "platform/api/bind.hpp"
#include "platform/api/route.hpp"
#include "platform/http/multipart.hpp"

namespace grover::groups {

using api::RateClass;
using api::Route;
using http::Method;
using wire::in_body;
using wire::in_path;
using wire::in_query;

struct GroupMember : users::UserSummary {
    bool is_admin = false;
    bool is_owner = false;
    Time joined_at;
    static constexpr auto fields =
        join(users::UserSummary::fields, Pack{
                                             field("is_admin", &GroupMember::is_admin),
                                             field("is_owner", &GroupMember::is_owner),
                                             field("joined_at", &GroupMember::joined_at),
                                         });
};

struct Group {
    GroupId group_id;
    std::string name;
    std::optional<std::string> description;
    std::optional<std::string> photo;
    UserId creator_id;  // the present owner
    std::vector<UserId> admin_ids;
    std::vector<UserId> member_ids;
    std::int64_t member_count = 0;
    std::optional<std::vector<GroupMember>> members;
    bool is_admin = false;
    bool is_owner = false;
    bool is_member = true;
    std::string last_message;
    Time last_message_at;
    std::int64_t unread_count = 0;
    std::optional<Time> muted_until;
    Time created_at;
    Time updated_at;

    static constexpr auto fields = Pack{
        field("group_id", &Group::group_id),
        field("name", &Group::name),
        field("description", &Group::description),
        field("photo", &Group::photo),
        field("creator_id", &Group::creator_id, wire::also("owner_id")),
        field("admin_ids", &Group::admin_ids),
        field("member_ids", &Group::member_ids),
        field("member_count", &Group::member_count),
        field("members", &Group::members, wire::absent_when_null),
        field("is_admin", &Group::is_admin),
        field("is_owner", &Group::is_owner),
        field("is_member", &Group::is_member),
        field("last_message", &Group::last_message),
        field("last_message_at", &Group::last_message_at),
        field("unread_count", &Group::unread_count),
        field("muted_until", &Group::muted_until),
        field("created_at", &Group::created_at),
        field("updated_at", &Group::updated_at),
    };
};
static_assert(wire::describes_every_member<Group>);

struct GroupCreateAnswer : Group {
    std::string message = "Group created";
    std::vector<std::string> skipped_member_ids;
    static constexpr auto fields =
        join(Group::fields, Pack{
                                field("message", &GroupCreateAnswer::message),
                                field("skipped_member_ids", &GroupCreateAnswer::skipped_member_ids),
                            });
};

struct GroupCreate {
    std::string name;
    std::optional<std::string> description;
    std::vector<std::string> member_ids;
    std::optional<http::UploadedFile> photo;
    std::optional<std::string> photo_text;  // base64 where a file belongs

    static constexpr auto errors = api::join({{400, "Maximum 50 members allowed"},
                                              {400, "Maximum 500 groups allowed"},
                                              {400, "Name cannot be empty"}},
                                             media::kUploadErrors);
    static constexpr Route route{
        .method = Method::post,
        .path = "/groups/create",
        .summary = "Make a group.",
        .limit = RateClass::write,
        .takes_base64 = true,
    };
    static constexpr auto fields = Pack{
        field("name", &GroupCreate::name, in_body | in_query, wire::trimmed_length(1, 100)),
        field("description", &GroupCreate::description, in_body | in_query, wire::trimmed_length(0, 10'000)),
        field("member_ids", &GroupCreate::member_ids, in_body | in_query, wire::comma_list, wire::required),
        api::file("photo", &GroupCreate::photo, "cover_image", "image"),
        field("photo", &GroupCreate::photo_text, in_body, wire::also("cover_image", "image")),
    };
};
static_assert(wire::describes_every_member<GroupCreate>);

struct GroupGet {
    GroupId group_id;
    static constexpr api::RouteError errors[] = {{404, "Group not found"}, {403, "Not a member"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/groups/{group_id}",
        .summary = "A group with its members.",
    };
    static constexpr auto fields = Pack{field("group_id", &GroupGet::group_id, in_path)};
};

struct GroupList {
    PageRequest page{.limit = 50, .skip = 0, .after = {}};
    std::optional<std::string> q;
    static constexpr Route route{
        .method = Method::get,
        .path = "/groups",
        .summary = "The caller's groups, newest message first.",
    };
    static constexpr auto fields = Pack{
        api::page(&GroupList::page, 50),
        field("q", &GroupList::q, in_query, wire::trimmed_length(0, 100)),
    };
};
static_assert(wire::describes_every_member<GroupList>);

struct GroupMessageSend : messages::TextInput {
    GroupId group_id;
    static constexpr api::RouteError errors[] = {{404, "Group not found"},
                                                 {403, "Not a member"},
                                                 {400, "The quoted message is not in this conversation"}};
    static constexpr Route route{
        .method = Method::post,
        .path = "/groups/{group_id}/messages",
        .summary = "Send a text to a group.",
        .limit = RateClass::own,
    };
    static constexpr auto fields =
        join(messages::TextInput::fields, Pack{field("group_id", &GroupMessageSend::group_id, in_path)});
};

struct GroupMessageList {
    GroupId group_id;
    PageRequest page{.limit = 100, .skip = 0, .after = {}};
    bool mark_read = true;
    static constexpr api::RouteError errors[] = {{404, "Group not found"}, {403, "Not a member"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/groups/{group_id}/messages",
        .summary = "Messages of a group: the newest page, ascending.",
    };
    static constexpr auto fields = Pack{
        field("group_id", &GroupMessageList::group_id, in_path),
        api::page(&GroupMessageList::page, 100),
        field("mark_read", &GroupMessageList::mark_read, in_query, wire::or_default),
    };
};
static_assert(wire::describes_every_member<GroupMessageList>);

struct GroupMemberAddAnswer {
    std::string message = "Member added";
    bool already_member = false;
    std::int64_t member_count = 0;
    static constexpr auto fields = Pack{
        field("message", &GroupMemberAddAnswer::message),
        field("already_member", &GroupMemberAddAnswer::already_member),
        field("member_count", &GroupMemberAddAnswer::member_count),
    };
};

struct GroupMemberAdd {
    GroupId group_id;
    UserId user_id;
    static constexpr api::RouteError errors[] = {
        {404, "Group not found"},      {404, "User not found"},
        {403, "Admin only"},           {403, "You have blocked this user"},
        {403, "Cannot add this user"}, {400, "Group is full"}};
    static constexpr Route route{
        .method = Method::post,
        .path = "/groups/{group_id}/members/add",
        .summary = "Add somebody to a group.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{
        field("group_id", &GroupMemberAdd::group_id, in_path),
        field("user_id", &GroupMemberAdd::user_id, in_body | in_query),
    };
};

struct GroupMemberRemoveAnswer {
    std::string message = "Member removed";
    std::int64_t member_count = 0;
    static constexpr auto fields = Pack{
        field("message", &GroupMemberRemoveAnswer::message),
        field("member_count", &GroupMemberRemoveAnswer::member_count),
    };
};

struct GroupMemberRemove {
    GroupId group_id;
    UserId user_id;
    static constexpr api::RouteError errors[] = {{404, "Group not found"},
                                                 {403, "Admin only"},
                                                 {403, "Nobody removes the owner"},
                                                 {403, "Only the owner removes an admin"}};
    static constexpr Route route{
        .method = Method::delete_,
        .path = "/groups/{group_id}/members/{user_id}",
        .summary = "Take somebody out of a group, or leave it.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{
        field("group_id", &GroupMemberRemove::group_id, in_path),
        field("user_id", &GroupMemberRemove::user_id, in_path),
    };
};

}  // namespace grover::groups
