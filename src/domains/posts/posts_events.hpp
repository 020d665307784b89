// What posts announce after the commit. Included through posts.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/wire/fields.hpp"

namespace grover::posts {

using wire::field;

struct PostCreated {
    static constexpr std::string_view name = "post.created";
    PostId post_id;
    UserId user_id;
    std::string post_type;                // standard, image, video, audio, poll, repost
    std::vector<UserId> tagged_users;     // to be told "tagged you"; without the author and who cannot see it
    std::vector<UserId> mentioned_users;  // to be told "mentioned you"
    Time created_at;
    std::optional<CommunityId> community_id;  // then it is in no feed, profile or explore
    static constexpr auto fields = Pack{
        field("post_id", &PostCreated::post_id),
        field("user_id", &PostCreated::user_id),
        field("post_type", &PostCreated::post_type),
        field("tagged_users", &PostCreated::tagged_users),
        field("mentioned_users", &PostCreated::mentioned_users),
        field("created_at", &PostCreated::created_at),
        field("community_id", &PostCreated::community_id),
    };
};

struct PostUpdated {
    static constexpr std::string_view name = "post.updated";
    PostId post_id;
    UserId user_id;
    std::vector<UserId> newly_mentioned_users;
    Time updated_at;
    std::optional<CommunityId> community_id{};
    static constexpr auto fields = Pack{
        field("post_id", &PostUpdated::post_id),
        field("user_id", &PostUpdated::user_id),
        field("newly_mentioned_users", &PostUpdated::newly_mentioned_users),
        field("updated_at", &PostUpdated::updated_at),
        field("community_id", &PostUpdated::community_id, wire::or_default),
    };
};

struct PostDeleted {
    static constexpr std::string_view name = "post.deleted";
    PostId post_id;
    UserId user_id;
    std::optional<CommunityId> community_id;
    std::optional<UserId> removed_by;  // a moderator, when it was not the author
    static constexpr auto fields = Pack{
        field("post_id", &PostDeleted::post_id),
        field("user_id", &PostDeleted::user_id),
        field("community_id", &PostDeleted::community_id),
        field("removed_by", &PostDeleted::removed_by),
    };
};

// Any change of stance. `added` is set for a reaction where none was before: the only one that is told to the author.
struct PostReacted {
    static constexpr std::string_view name = "post.reacted";
    PostId post_id;
    UserId author_id;
    UserId user_id;
    std::optional<std::string> added;
    bool removed = false;
    bool author_lost_sight = false;  // of what they posted: they are not told
    std::optional<CommunityId> community_id{};
    static constexpr auto fields = Pack{
        field("post_id", &PostReacted::post_id),
        field("author_id", &PostReacted::author_id),
        field("user_id", &PostReacted::user_id),
        field("added", &PostReacted::added),
        field("removed", &PostReacted::removed),
        field("author_lost_sight", &PostReacted::author_lost_sight, wire::or_default),
        field("community_id", &PostReacted::community_id, wire::or_default),
    };
};

struct PostShared {
    static constexpr std::string_view name = "post.shared";
    PostId post_id;
    UserId author_id;
    UserId user_id;
    bool author_lost_sight = false;  // of what they posted: they are not told
    std::optional<CommunityId> community_id{};
    static constexpr auto fields = Pack{
        field("post_id", &PostShared::post_id),
        field("author_id", &PostShared::author_id),
        field("user_id", &PostShared::user_id),
        field("author_lost_sight", &PostShared::author_lost_sight, wire::or_default),
        field("community_id", &PostShared::community_id, wire::or_default),
    };
};

struct PostReposted {
    static constexpr std::string_view name = "post.reposted";
    PostId repost_id;
    PostId post_id;  // the root
    UserId author_id;
    UserId user_id;
    bool author_lost_sight = false;  // of what they posted, or sees no repost of this user: they are not told
    std::optional<CommunityId> community_id{};  // the root's
    static constexpr auto fields = Pack{
        field("repost_id", &PostReposted::repost_id),
        field("post_id", &PostReposted::post_id),
        field("author_id", &PostReposted::author_id),
        field("user_id", &PostReposted::user_id),
        field("author_lost_sight", &PostReposted::author_lost_sight, wire::or_default),
        field("community_id", &PostReposted::community_id, wire::or_default),
    };
};

// The time of a poll is over, told once. The author is to be told, and who voted (PostWriter::voters_after).
struct PollEnded {
    static constexpr std::string_view name = "poll.ended";
    PostId post_id;
    UserId user_id;  // the author
    Time ended_at;
    static constexpr auto fields = Pack{
        field("post_id", &PollEnded::post_id),
        field("user_id", &PollEnded::user_id),
        field("ended_at", &PollEnded::ended_at),
    };
};

struct PollVoted {
    static constexpr std::string_view name = "poll.voted";
    PostId post_id;
    static constexpr auto fields = Pack{field("post_id", &PollVoted::post_id)};
};

}  // namespace grover::posts
