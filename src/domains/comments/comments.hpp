// Comments, replies and their likes: what others may name. contract/comments.md.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/api/caller.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/base/page.hpp"
#include "platform/db/db.hpp"
#include "platform/db/together.hpp"
#include "platform/wire/fields.hpp"

namespace grover::api {
class Api;
template <class T>
struct RawPage;
}  // namespace grover::api

namespace grover::jobs {
class Events;
}
namespace grover::sockets {
class Hub;
}

namespace grover::comments {

// ---- events
// -------------------------------------------------------------------------------------------------------

// Nobody stands in it twice, nor the commenter, nor who cannot see the post. Notifications of all three carry
// post_id as `related_id`, and comment_id.
struct CommentCreated {
    static constexpr std::string_view name = "comment.created";
    CommentId comment_id;
    PostId post_id;
    std::optional<CommentId> parent_comment_id;
    UserId user_id;
    std::optional<UserId> replied_to;     // to be told "replied to your comment"
    std::optional<UserId> commented_to;   // to be told "commented on your post"
    std::vector<UserId> mentioned_users;  // to be told "mentioned you in a comment"
    Time created_at;
    std::optional<CommunityId> community_id{};  // of the post
    static constexpr auto fields = Pack{
        wire::field("comment_id", &CommentCreated::comment_id),
        wire::field("post_id", &CommentCreated::post_id),
        wire::field("parent_comment_id", &CommentCreated::parent_comment_id),
        wire::field("user_id", &CommentCreated::user_id),
        wire::field("replied_to", &CommentCreated::replied_to),
        wire::field("commented_to", &CommentCreated::commented_to),
        wire::field("mentioned_users", &CommentCreated::mentioned_users),
        wire::field("created_at", &CommentCreated::created_at),
        wire::field("community_id", &CommentCreated::community_id, wire::or_default),
    };
};

struct CommentUpdated {
    static constexpr std::string_view name = "comment.updated";
    CommentId comment_id;
    PostId post_id;
    UserId user_id;
    std::vector<UserId> newly_mentioned_users;  // to be told; as in CommentCreated
    Time updated_at;
    std::optional<CommunityId> community_id{};  // of the post
    static constexpr auto fields = Pack{
        wire::field("comment_id", &CommentUpdated::comment_id),
        wire::field("post_id", &CommentUpdated::post_id),
        wire::field("user_id", &CommentUpdated::user_id),
        wire::field("newly_mentioned_users", &CommentUpdated::newly_mentioned_users),
        wire::field("updated_at", &CommentUpdated::updated_at),
        wire::field("community_id", &CommentUpdated::community_id, wire::or_default),
    };
};

// Notifications that point at any of `comment_ids` go. Not published for comments that go with their post.
struct CommentDeleted {
    static constexpr std::string_view name = "comment.deleted";
    CommentId comment_id;
    PostId post_id;
    std::optional<CommentId> parent_comment_id;
    std::vector<CommentId> comment_ids;  // it and everything that was below it
    static constexpr auto fields = Pack{
        wire::field("comment_id", &CommentDeleted::comment_id),
        wire::field("post_id", &CommentDeleted::post_id),
        wire::field("parent_comment_id", &CommentDeleted::parent_comment_id),
        wire::field("comment_ids", &CommentDeleted::comment_ids),
    };
};

// Its author's account ended; it stays, empty, for its replies. Notifications that point at it go.
struct CommentErased {
    static constexpr std::string_view name = "comment.erased";
    CommentId comment_id;
    static constexpr auto fields = Pack{wire::field("comment_id", &CommentErased::comment_id)};
};

// `liked` false: the like was taken back, and its notification goes while it is unread.
struct CommentLiked {
    static constexpr std::string_view name = "comment.liked";
    CommentId comment_id;
    PostId post_id;
    std::optional<UserId> author_id;  // to be told; none when that is the liker, or gone
    UserId user_id;
    bool liked = true;
    std::optional<CommunityId> community_id{};  // of the post
    static constexpr auto fields = Pack{
        wire::field("comment_id", &CommentLiked::comment_id),
        wire::field("post_id", &CommentLiked::post_id),
        wire::field("author_id", &CommentLiked::author_id),
        wire::field("user_id", &CommentLiked::user_id),
        wire::field("liked", &CommentLiked::liked),
        wire::field("community_id", &CommentLiked::community_id, wire::or_default),
    };
};

// A comment that tags or mentions a reader.
struct CommentMention {
    Time created_at{INT64_MAX};
    CommentId comment_id{"~"};  // behind every id: the start of the list
    PostId post_id;
    static constexpr auto columns = Pack{
        db::column("created_at", &CommentMention::created_at),
        db::column("comment_id", &CommentMention::comment_id),
        db::column("post_id", &CommentMention::post_id),
    };
};

// ---- the service
// --------------------------------------------------------------------------------------------------

struct Comment;  // all requests and answers: comments_api.hpp
struct CommentCreate;
struct CommentCreateResponse;
struct CommentDelete;
struct CommentDeleteResponse;
struct CommentGet;
struct CommentLikeResponse;
struct CommentList;
struct CommentReplies;
struct CommentUpdate;
struct CommentUpdateResponse;

enum class LikeChange : std::uint8_t { toggle, set, clear };

// Everything throws as contract/comments.md says; a refusal changes nothing. Any thread that may use the
// database.
class CommentsService {
public:
    // References outlive the service.
    CommentsService(db::Database& db, const Clock& clock, users::UsersService& users,
                    const posts::PostGate& posts);

    CommentCreateResponse create(const Caller& me, const CommentCreate& in);
    CommentUpdateResponse update(const Caller& me, const CommentUpdate& in);
    CommentDeleteResponse remove(const Caller& me, const CommentDelete& in);
    CommentLikeResponse like(const Caller& me, const CommentId& comment_id, LikeChange change);

    // What was written in it, for rules about words; empty when it is gone.
    std::string text_of(db::Read& tx, const CommentId& comment_id) const;
    // Those that tag or mention the reader, newest first, without people in a block with them. Whether the reader sees the
    // posts is for the caller to ask.
    std::vector<CommentMention> mentions_of(db::Read& tx, const UserId& reader, const CommentMention& after,
                                            int limit) const;
    Comment get(const Caller& me, const CommentGet& in);
    api::RawPage<Comment> list(const Caller& me, const CommentList& in);
    api::RawPage<Comment> replies(const Caller& me, const CommentReplies& in);

private:
    db::Database& db_;
    const Clock& clock_;
    users::UsersService& users_;
    const posts::PostGate& posts_;
};

// Posts that somebody commented on since then, newest comments first, as a part of one statement; it outlives the run().
struct AskedCommented {
    std::vector<PostId> posts;

    void ask(db::Together& ask, const UserId& author, Time since, int limit);

private:
    UserId author_;
    CommentId low_;
};

void add_comments_sockets(jobs::Events& events, sockets::Hub& hub, db::Database& db,
                          const posts::PostGate& posts);
void add_comments_api(api::Api& api, CommentsService& comments);

// What users need when an account ends or is exported. `posts` keeps the counters of the posts; both outlive
// the result.
std::unique_ptr<users::AccountEraser> comments_eraser(const posts::PostGate& posts);
std::unique_ptr<users::ExportContributor> comments_export(db::Database& db);

}  // namespace grover::comments
