// Requests and answers of the comment endpoints. contract/comments.md.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "domains/comments/comments.hpp"
#include "platform/api/api.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::comments {

using api::RateClass;
using api::Route;
using http::Method;
using wire::field;
using wire::in_body;
using wire::in_path;
using wire::in_query;

inline constexpr std::uint32_t kMaxCommentLength = 2'000;  // MAX_COMMENT_LENGTH

// What every reader sees of a comment.
struct CommentBody {
    CommentId comment_id;
    PostId post_id;
    UserId user_id;
    std::string content;
    std::optional<CommentId> parent_comment_id;
    std::optional<CommentId> root_comment_id;
    int depth = 0;
    std::int64_t likes_count = 0;
    std::int64_t replies_count = 0;  // direct ones
    std::vector<UserId> tagged_users;
    Time created_at;
    std::optional<Time> updated_at;

    static constexpr auto fields = Pack{
        field("comment_id", &CommentBody::comment_id),
        field("post_id", &CommentBody::post_id),
        field("user_id", &CommentBody::user_id),
        field("content", &CommentBody::content),
        field("parent_comment_id", &CommentBody::parent_comment_id),
        field("root_comment_id", &CommentBody::root_comment_id),
        field("depth", &CommentBody::depth),
        field("likes_count", &CommentBody::likes_count),
        field("replies_count", &CommentBody::replies_count),
        field("tagged_users", &CommentBody::tagged_users),
        field("created_at", &CommentBody::created_at),
        field("updated_at", &CommentBody::updated_at),
    };
};
static_assert(wire::describes_every_member<CommentBody>);

struct CommentAuthor {
    wire::Raw<users::UserSummary> user;
    std::string user_name;
    std::optional<std::string> user_picture;

    static constexpr auto fields = Pack{
        field("user", &CommentAuthor::user),
        field("user_name", &CommentAuthor::user_name),
        field("user_picture", &CommentAuthor::user_picture),
    };
};
static_assert(wire::describes_every_member<CommentAuthor>);

// What depends on the reader.
struct CommentViewer {
    bool liked = false;
    bool is_owner = false;
    bool can_delete = false;

    static constexpr auto fields = Pack{
        field("liked", &CommentViewer::liked, wire::also("is_liked")),
        field("is_owner", &CommentViewer::is_owner),
        field("can_delete", &CommentViewer::can_delete),
    };
};
static_assert(wire::describes_every_member<CommentViewer>);

struct Comment : CommentBody, CommentAuthor, CommentViewer {
    static constexpr auto fields = join(CommentBody::fields, CommentAuthor::fields, CommentViewer::fields);
};

using CommentPage = api::RawPage<Comment>;

enum class CommentSort : std::uint8_t { newest, oldest, top };
constexpr std::array<std::string_view, 3> enum_names(CommentSort) { return {"newest", "oldest", "top"}; }

struct CommentList {
    PostId post_id;
    PageRequest page{.limit = 100, .skip = 0, .after = {}};
    CommentSort sort = CommentSort::newest;

    static constexpr api::RouteError errors[] = {{404, "Post not found"}, {403, "Not authorized"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/posts/{post_id}/comments",
        .summary = "Top-level comments of a post.",
    };
    static constexpr auto fields = Pack{
        field("post_id", &CommentList::post_id, in_path),
        api::page(&CommentList::page, 100),
        field("sort", &CommentList::sort, in_query, wire::or_default),
    };
};
static_assert(wire::describes_every_member<CommentList>);

struct CommentReplies {
    CommentId comment_id;
    PageRequest page{.limit = 100, .skip = 0, .after = {}};

    static constexpr api::RouteError errors[] = {{404, "Comment not found"}, {403, "Not authorized"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/comments/{comment_id}/replies",
        .summary = "Direct replies to a comment, oldest first.",
    };
    static constexpr auto fields = Pack{
        field("comment_id", &CommentReplies::comment_id, in_path),
        api::page(&CommentReplies::page, 100),
    };
};
static_assert(wire::describes_every_member<CommentReplies>);

struct CommentCreateResponse {
    CommentId comment_id;
    std::string message = "Comment created";
    Comment comment;
    std::int64_t comments_count = 0;

    static constexpr auto fields = Pack{
        field("comment_id", &CommentCreateResponse::comment_id),
        field("message", &CommentCreateResponse::message),
        field("comment", &CommentCreateResponse::comment),
        field("comments_count", &CommentCreateResponse::comments_count),
    };
};
static_assert(wire::describes_every_member<CommentCreateResponse>);

struct CommentCreate {
    PostId post_id;
    std::string content;
    std::optional<CommentId> parent_comment_id;
    std::vector<std::string> tagged_users;  // ids or user names, with or without "@"

    static constexpr api::RouteError errors[] = {{404, "Post not found"},
                                                 {403, "Not authorized"},
                                                 {400, "Parent comment belongs to another post"},
                                                 {404, "Comment not found"}};
    static constexpr Route route{
        .method = Method::post,
        .path = "/posts/{post_id}/comments",
        .summary = "Comment on a post, or answer a comment.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{
        field("post_id", &CommentCreate::post_id, in_path),
        field("content", &CommentCreate::content, in_body | in_query,
              wire::trimmed_length(1, kMaxCommentLength)),
        field("parent_comment_id", &CommentCreate::parent_comment_id, in_body | in_query),
        field("tagged_users", &CommentCreate::tagged_users, in_body | in_query, wire::comma_list),
    };
    std::optional<FieldError> misfit() const { return text::misfit_of_text(content, "content"); }
};
static_assert(wire::describes_every_member<CommentCreate>);

struct CommentUpdateResponse {
    std::string message = "Comment updated";
    Comment comment;

    static constexpr auto fields = Pack{
        field("message", &CommentUpdateResponse::message),
        field("comment", &CommentUpdateResponse::comment),
    };
};
static_assert(wire::describes_every_member<CommentUpdateResponse>);

struct CommentUpdate {
    CommentId comment_id;
    std::string content;

    static constexpr api::RouteError errors[] = {{404, "Comment not found"}, {403, "Not authorized"}};
    static constexpr Route route{
        .method = Method::put,
        .path = "/comments/{comment_id}",
        .summary = "Change the text of an own comment.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{
        field("comment_id", &CommentUpdate::comment_id, in_path),
        field("content", &CommentUpdate::content, in_body | in_query,
              wire::trimmed_length(1, kMaxCommentLength)),
    };
    std::optional<FieldError> misfit() const { return text::misfit_of_text(content, "content"); }
};
static_assert(wire::describes_every_member<CommentUpdate>);

struct CommentGet {
    CommentId comment_id;

    static constexpr api::RouteError errors[] = {{404, "Comment not found"}, {403, "Not authorized"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/comments/{comment_id}",
        .summary = "One comment.",
    };
    static constexpr auto fields = Pack{field("comment_id", &CommentGet::comment_id, in_path)};
};
static_assert(wire::describes_every_member<CommentGet>);

struct CommentDeleteResponse {
    std::string message = "Comment deleted";
    std::int64_t deleted_count = 0;
    std::int64_t comments_count = 0;

    static constexpr auto fields = Pack{
        field("message", &CommentDeleteResponse::message),
        field("deleted_count", &CommentDeleteResponse::deleted_count),
        field("comments_count", &CommentDeleteResponse::comments_count),
    };
};
static_assert(wire::describes_every_member<CommentDeleteResponse>);

struct CommentDelete {
    CommentId comment_id;

    static constexpr api::RouteError errors[] = {{404, "Comment not found"}, {403, "Not authorized"}};
    static constexpr Route route{
        .method = Method::delete_,
        .path = "/comments/{comment_id}",
        .summary = "Delete a comment with everything below it.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{field("comment_id", &CommentDelete::comment_id, in_path)};
};
static_assert(wire::describes_every_member<CommentDelete>);

struct CommentLikeResponse {
    std::string message;
    bool liked = false;
    std::int64_t likes_count = 0;

    static constexpr auto fields = Pack{
        field("message", &CommentLikeResponse::message),
        field("liked", &CommentLikeResponse::liked),
        field("likes_count", &CommentLikeResponse::likes_count),
    };
};
static_assert(wire::describes_every_member<CommentLikeResponse>);

struct CommentLikeToggle {
    CommentId comment_id;

    static constexpr api::RouteError errors[] = {{404, "Comment not found"}, {403, "Not authorized"}};
    static constexpr Route route{
        .method = Method::post,
        .path = "/comments/{comment_id}/like",
        .summary = "Like a comment, or take the like back.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{field("comment_id", &CommentLikeToggle::comment_id, in_path)};
};
static_assert(wire::describes_every_member<CommentLikeToggle>);

struct CommentLikeSet {
    CommentId comment_id;

    static constexpr api::RouteError errors[] = {{404, "Comment not found"}, {403, "Not authorized"}};
    static constexpr Route route{
        .method = Method::put,
        .path = "/comments/{comment_id}/like",
        .summary = "Like a comment; repeating it changes nothing.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{field("comment_id", &CommentLikeSet::comment_id, in_path)};
};
static_assert(wire::describes_every_member<CommentLikeSet>);

struct CommentLikeClear {
    CommentId comment_id;

    static constexpr api::RouteError errors[] = {{404, "Comment not found"}, {403, "Not authorized"}};
    static constexpr Route route{
        .method = Method::delete_,
        .path = "/comments/{comment_id}/like",
        .summary = "Take back the like of a comment; repeating it changes nothing.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{field("comment_id", &CommentLikeClear::comment_id, in_path)};
};
static_assert(wire::describes_every_member<CommentLikeClear>);

}  // namespace grover::comments
