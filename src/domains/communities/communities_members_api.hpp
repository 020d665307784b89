// Requests and answers of who is in a community, asks to be, or is invited. contract/communities.md.
#pragma once

#include "domains/communities/communities_api.hpp"

namespace grover::communities {

struct JoinAnswer {
    std::string message;
    bool is_member = false;
    std::int64_t member_count = 0;
    static constexpr auto fields = Pack{
        field("message", &JoinAnswer::message),
        field("is_member", &JoinAnswer::is_member),
        field("member_count", &JoinAnswer::member_count),
    };
};

struct CommunityJoin {
    CommunityId community_id;
    static constexpr api::RouteError errors[] = {{404, "Community not found"},
                                                 {403, "You are banned from this community"},
                                                 {400, "Private community - request needed"},
                                                 {400, "You can be in at most 1000 communities"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/communities/{community_id}/join",
                                 .summary = "Join a public community, or one that one is invited to.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("community_id", &CommunityJoin::community_id, in_path)};
};

struct CommunityLeave {
    CommunityId community_id;
    static constexpr std::array aliases{api::Alias{Method::delete_, "/communities/{community_id}/join"}};
    static constexpr api::RouteError errors[] = {{404, "Community not found"}, {400, "Owner cannot leave"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/communities/{community_id}/leave",
                                 .summary = "Leave a community.",
                                 .limit = RateClass::write,
                                 .aliases = aliases};
    static constexpr auto fields = Pack{field("community_id", &CommunityLeave::community_id, in_path)};
};

struct CommunityMember {
    wire::Raw<users::UserSummary> user;
    Role role = Role::member;
    Time joined_at;
    static constexpr auto fields = Pack{
        field("user", &CommunityMember::user),
        field("role", &CommunityMember::role),
        field("joined_at", &CommunityMember::joined_at),
    };
};

struct CommunityMembers {
    CommunityId community_id;
    std::optional<std::string> q;
    std::optional<Role> role;
    PageRequest page{.limit = 50, .skip = 0, .after = {}};
    static constexpr api::RouteError errors[] = {{404, "Community not found"}, {403, "Private community"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/communities/{community_id}/members",
                                 .summary = "Members: the owner, moderators, then by time of joining."};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityMembers::community_id, in_path),
        field("q", &CommunityMembers::q, in_query, wire::trimmed_length(0, 100)),
        field("role", &CommunityMembers::role, in_query),
        api::page(&CommunityMembers::page, 50),
    };
};

struct CommunityMemberRole {
    CommunityId community_id;
    UserId user_id;
    Role role = Role::member;
    static constexpr api::RouteError errors[] = {{404, "Community not found"},
                                                 {403, "Not authorized"},
                                                 {404, "Member not found"},
                                                 {400, "Hand the community over to somebody first"},
                                                 {400, "A community has at most 20 moderators"}};
    static constexpr Route route{.method = Method::put,
                                 .path = "/communities/{community_id}/members/{user_id}",
                                 .summary = "Make a member moderator or take that back; `owner` hands over.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityMemberRole::community_id, in_path),
        field("user_id", &CommunityMemberRole::user_id, in_path),
        field("role", &CommunityMemberRole::role, in_body | in_query),
    };
};

struct CommunityMemberRemove {
    CommunityId community_id;
    UserId user_id;
    bool ban = false;
    static constexpr api::RouteError errors[] = {{404, "Community not found"},
                                                 {403, "Not authorized"},
                                                 {404, "Member not found"},
                                                 {404, "User not found"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/communities/{community_id}/members/{user_id}",
                                 .summary = "Remove a member, or ban a user.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityMemberRemove::community_id, in_path),
        field("user_id", &CommunityMemberRemove::user_id, in_path),
        field("ban", &CommunityMemberRemove::ban, in_body | in_query, wire::or_default),
    };
};

// ---- requests and invitations

struct CommunityRequestAnswer {
    std::string message = "Request sent";
    RequestStatus request_status = RequestStatus::pending;
    static constexpr auto fields = Pack{
        field("message", &CommunityRequestAnswer::message),
        field("request_status", &CommunityRequestAnswer::request_status),
    };
};

struct CommunityRequestCreate {
    CommunityId community_id;
    std::string message;
    static constexpr api::RouteError errors[] = {
        {404, "Community not found"},
        {403, "You are banned from this community"},
        {400, "You are already a member"},
        {400, "Everybody can join this community"},
        {400, "You can ask again seven days after a request was declined"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/communities/{community_id}/requests",
                                 .summary = "Ask to join a private community.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityRequestCreate::community_id, in_path),
        field("message", &CommunityRequestCreate::message, in_body | in_query, wire::or_default,
              wire::trimmed_length(0, 500)),
    };
};

struct CommunityRequest {
    wire::Raw<users::UserSummary> user;
    UserId user_id;
    std::string message;
    Time created_at;
    static constexpr auto fields = Pack{
        field("user", &CommunityRequest::user),
        field("user_id", &CommunityRequest::user_id),
        field("message", &CommunityRequest::message),
        field("created_at", &CommunityRequest::created_at),
    };
};

struct CommunityRequests {
    CommunityId community_id;
    PageRequest page;
    static constexpr api::RouteError errors[] = {{404, "Community not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/communities/{community_id}/requests",
                                 .summary = "Who asks to join, oldest first."};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityRequests::community_id, in_path),
        api::page(&CommunityRequests::page),
    };
};

struct CommunityRequestApprove {
    CommunityId community_id;
    UserId user_id;
    static constexpr api::RouteError errors[] = {
        {404, "Community not found"}, {403, "Not authorized"}, {404, "Request not found"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/communities/{community_id}/requests/{user_id}/approve",
                                 .summary = "Let somebody in who asked.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityRequestApprove::community_id, in_path),
        field("user_id", &CommunityRequestApprove::user_id, in_path),
    };
};

struct CommunityRequestDecline {
    CommunityId community_id;
    UserId user_id;
    static constexpr api::RouteError errors[] = {
        {404, "Community not found"}, {403, "Not authorized"}, {404, "Request not found"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/communities/{community_id}/requests/{user_id}/decline",
                                 .summary = "Turn down somebody who asked.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityRequestDecline::community_id, in_path),
        field("user_id", &CommunityRequestDecline::user_id, in_path),
    };
};

struct CommunityInviteAnswer {
    std::string message = "Invitations sent";
    int invited = 0;
    static constexpr auto fields = Pack{field("message", &CommunityInviteAnswer::message),
                                        field("invited", &CommunityInviteAnswer::invited)};
};

struct CommunityInvite {
    CommunityId community_id;
    std::vector<std::string> user_ids;
    static constexpr api::RouteError errors[] = {{404, "Community not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/communities/{community_id}/invites",
                                 .summary = "Invite people.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityInvite::community_id, in_path),
        field("user_ids", &CommunityInvite::user_ids, in_body | in_query, wire::comma_list, wire::json_text,
              wire::length(1, 50)),
    };
};

}  // namespace grover::communities
