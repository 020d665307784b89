// What communities announce after the commit. Included through communities.hpp.
#pragma once

#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/wire/fields.hpp"

namespace grover::communities {

using wire::field;

// Somebody asks to join a private community: its moderators are to be told (type community_request).
struct CommunityRequested {
    static constexpr std::string_view name = "community.requested";
    CommunityId community_id;
    UserId user_id;
    std::vector<UserId> moderator_ids;  // owner included
    Time created_at;
    static constexpr auto fields = Pack{
        field("community_id", &CommunityRequested::community_id),
        field("user_id", &CommunityRequested::user_id),
        field("moderator_ids", &CommunityRequested::moderator_ids),
        field("created_at", &CommunityRequested::created_at),
    };
};

// Answered or out of date: notifications of the request point nowhere now.
struct CommunityRequestEnded {
    static constexpr std::string_view name = "community.request_ended";
    CommunityId community_id;
    UserId user_id;
    static constexpr auto fields = Pack{
        field("community_id", &CommunityRequestEnded::community_id),
        field("user_id", &CommunityRequestEnded::user_id),
    };
};

// The requester is to be told (type community_accepted).
struct CommunityAccepted {
    static constexpr std::string_view name = "community.accepted";
    CommunityId community_id;
    UserId user_id;
    UserId by;
    Time created_at;
    static constexpr auto fields = Pack{
        field("community_id", &CommunityAccepted::community_id),
        field("user_id", &CommunityAccepted::user_id),
        field("by", &CommunityAccepted::by),
        field("created_at", &CommunityAccepted::created_at),
    };
};

// Each of them is to be told (type community_invite); who was invited before is not among them.
struct CommunityInvited {
    static constexpr std::string_view name = "community.invited";
    CommunityId community_id;
    UserId by;
    std::vector<UserId> user_ids;
    Time created_at;
    static constexpr auto fields = Pack{
        field("community_id", &CommunityInvited::community_id),
        field("by", &CommunityInvited::by),
        field("user_ids", &CommunityInvited::user_ids),
        field("created_at", &CommunityInvited::created_at),
    };
};

struct CommunityMembersChanged {
    static constexpr std::string_view name = "community.members_changed";
    CommunityId community_id;
    std::int64_t member_count = 0;
    static constexpr auto fields = Pack{
        field("community_id", &CommunityMembersChanged::community_id),
        field("member_count", &CommunityMembersChanged::member_count),
    };
};

// This user may see less from now on: left, removed or banned.
struct CommunityLeft {
    static constexpr std::string_view name = "community.left";
    CommunityId community_id;
    UserId user_id;
    bool is_banned = false;
    static constexpr auto fields = Pack{
        field("community_id", &CommunityLeft::community_id),
        field("user_id", &CommunityLeft::user_id),
        field("is_banned", &CommunityLeft::is_banned),
    };
};

struct CommunityUpdated {
    static constexpr std::string_view name = "community.updated";
    CommunityId community_id;
    bool is_private = false;
    bool became_private = false;
    static constexpr auto fields = Pack{
        field("community_id", &CommunityUpdated::community_id),
        field("is_private", &CommunityUpdated::is_private),
        field("became_private", &CommunityUpdated::became_private),
    };
};

// Nobody sees it any more; PostDeleted of each of its posts follows.
struct CommunityDeleted {
    static constexpr std::string_view name = "community.deleted";
    CommunityId community_id;
    static constexpr auto fields = Pack{field("community_id", &CommunityDeleted::community_id)};
};

}  // namespace grover::communities
