// Posts: what others may name. contract/posts.md.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domains/users/users.hpp"
#include "platform/api/caller.hpp"
#include "platform/base/id.hpp"
#include "platform/base/page.hpp"
#include "platform/db/db.hpp"
#include "platform/wire/fields.hpp"

namespace grover::posts {

using wire::field;

enum class Visibility : std::uint8_t { public_, followers, private_ };
constexpr std::array<std::string_view, 3> enum_names(Visibility) {
    return {"public", "followers", "private"};
}

// What the rules need to know of a post: the row without its text and counters.
struct PostFacts {
    PostId post_id;
    UserId user_id;
    Visibility visibility = Visibility::public_;
    bool is_repost = false;
    std::optional<PostId> original_post_id;
    bool has_poll = false;
    std::optional<std::string> media_type;
    bool is_pinned = false;
    Time created_at;

    // The post whose text, media and poll it shows: its root's, when it is a repost.
    const PostId& content_id() const { return original_post_id ? *original_post_id : post_id; }

    static constexpr auto columns = Pack{
        db::column("post_id", &PostFacts::post_id),
        db::column("user_id", &PostFacts::user_id),
        db::column("visibility", &PostFacts::visibility),
        db::column("is_repost", &PostFacts::is_repost),
        db::column("original_post_id", &PostFacts::original_post_id),
        db::column("has_poll", &PostFacts::has_poll),
        db::column("media_type", &PostFacts::media_type),
        db::column("is_pinned", &PostFacts::is_pinned),
        db::column("created_at", &PostFacts::created_at),
    };
};

// ---- events -------------------------------------------------------------------------------------------------------

struct PostCreated {
    static constexpr std::string_view name = "post.created";
    PostId post_id;
    UserId user_id;
    std::string post_type;                // standard, image, video, audio, poll, repost
    std::vector<UserId> tagged_users;     // to be told "tagged you"; without the author and who cannot see it
    std::vector<UserId> mentioned_users;  // to be told "mentioned you"
    Time created_at;
    static constexpr auto fields = Pack{
        field("post_id", &PostCreated::post_id),
        field("user_id", &PostCreated::user_id),
        field("post_type", &PostCreated::post_type),
        field("tagged_users", &PostCreated::tagged_users),
        field("mentioned_users", &PostCreated::mentioned_users),
        field("created_at", &PostCreated::created_at),
    };
};

struct PostUpdated {
    static constexpr std::string_view name = "post.updated";
    PostId post_id;
    UserId user_id;
    std::vector<UserId> newly_mentioned_users;
    Time updated_at;
    static constexpr auto fields = Pack{
        field("post_id", &PostUpdated::post_id),
        field("user_id", &PostUpdated::user_id),
        field("newly_mentioned_users", &PostUpdated::newly_mentioned_users),
        field("updated_at", &PostUpdated::updated_at),
    };
};

struct PostDeleted {
    static constexpr std::string_view name = "post.deleted";
    PostId post_id;
    UserId user_id;
    static constexpr auto fields =
        Pack{field("post_id", &PostDeleted::post_id), field("user_id", &PostDeleted::user_id)};
};

// Any change of stance. `added` is set for a reaction where none was before: the only one that is told to the author.
struct PostReacted {
    static constexpr std::string_view name = "post.reacted";
    PostId post_id;
    UserId author_id;
    UserId user_id;
    std::optional<std::string> added;
    bool removed = false;
    static constexpr auto fields = Pack{
        field("post_id", &PostReacted::post_id), field("author_id", &PostReacted::author_id),
        field("user_id", &PostReacted::user_id), field("added", &PostReacted::added),
        field("removed", &PostReacted::removed),
    };
};

struct PostShared {
    static constexpr std::string_view name = "post.shared";
    PostId post_id;
    UserId author_id;
    UserId user_id;
    static constexpr auto fields =
        Pack{field("post_id", &PostShared::post_id), field("author_id", &PostShared::author_id),
             field("user_id", &PostShared::user_id)};
};

struct PostReposted {
    static constexpr std::string_view name = "post.reposted";
    PostId repost_id;
    PostId post_id;  // the root
    UserId author_id;
    UserId user_id;
    static constexpr auto fields = Pack{
        field("repost_id", &PostReposted::repost_id),
        field("post_id", &PostReposted::post_id),
        field("author_id", &PostReposted::author_id),
        field("user_id", &PostReposted::user_id),
    };
};

struct PollVoted {
    static constexpr std::string_view name = "poll.voted";
    PostId post_id;
    static constexpr auto fields = Pack{field("post_id", &PollVoted::post_id)};
};

// ---- for the domains above ----------------------------------------------------------------------------------------

// Whether one reader may see one post: the only place that decides it (posts.md §1.5).
enum class Sight : std::uint8_t { seen, hidden, followers_only };

class PostGate {
public:
    explicit PostGate(users::UsersService& users) : users_(users) {}

    // The post, if the caller may see it: else 404 "Post not found", or 403 where only following is missing.
    PostFacts get_visible(db::Read& tx, const Caller& me, const PostId& post_id,
                          std::string_view not_found_text = "Post not found") const;
    Sight sight_of(db::Read& tx, const UserId& viewer, const PostFacts& post) const;

    // Rows of the domain above came or went: the counters follow in the same transaction.
    void change_comment_counts(db::Write& tx, const PostId& post_id, int top_level, int total) const;
    // The present `comments_count`.
    std::int64_t comments_count(db::Read& tx, const PostId& post_id) const;

private:
    users::UsersService& users_;
};

// Posts as one reader sees them, for objects of other domains that show some: a post shared in a chat.
class PostReader {
public:
    virtual ~PostReader() = default;

    // For each id, in order: the Post as JSON, or "" for what is gone or not theirs to see. At most five statements,
    // whatever the number of ids.
    virtual std::vector<std::string> views_of(db::Read& tx, const Caller& me,
                                              std::span<const PostId> ids) = 0;
};

}  // namespace grover::posts
