// The endpoints of posts.md, and the two lists of users.md that are posts. What readers do: posts_marks_api.hpp; polls:
// posts_polls_api.hpp.
#pragma once

#include "domains/posts/posts_objects.hpp"
#include "domains/posts/posts_writing.hpp"
#include "platform/api/api.hpp"

namespace grover::posts {

using api::Auth;
using api::RateClass;
using api::Route;
using http::Method;
using wire::in_body;
using wire::in_path;
using wire::in_query;

enum class MediaKind : std::uint8_t { image, video, audio, all };
constexpr std::array<std::string_view, 4> enum_names(MediaKind) { return {"image", "video", "audio", "all"}; }

// ---- creating and changing ------------------------------------------------------------------------------------------

struct PostCreateAnswer {
    PostId post_id;
    std::string message = "Post created";
    wire::Raw<Post> post;
    static constexpr auto fields =
        Pack{field("post_id", &PostCreateAnswer::post_id), field("message", &PostCreateAnswer::message),
             field("post", &PostCreateAnswer::post)};
};

struct PostUpdate {
    PostId post_id;
    std::optional<std::string> content;
    std::optional<std::string> location;
    std::optional<std::string> visibility;  // refused in its own words (400)
    std::optional<bool> is_pinned;
    std::optional<std::vector<std::string>> tags;
    std::optional<std::string> category;
    std::optional<std::string> repost_comment;
    std::optional<bool> is_exclusive;
    std::optional<Cents> access_price;
    std::optional<int> free_preview_duration_minutes;

    static constexpr api::RouteError errors[] = {
        {404, "Post not found"},
        {403, "Not authorized"},
        {400, "Invalid visibility. Must be: public, followers, or private"},
        {400, "At most 3 posts can be pinned"},
        {400, "Only the comment of a repost can change"}};
    static constexpr Route route{.method = Method::put,
                                 .path = "/posts/{post_id}",
                                 .summary = "Change one's own post.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("post_id", &PostUpdate::post_id, in_path),
        field("content", &PostUpdate::content, in_body | in_query, wire::trimmed_length(0, 5'000)),
        field("location", &PostUpdate::location, in_body | in_query, wire::trimmed_length(0, 200)),
        field("visibility", &PostUpdate::visibility, in_body | in_query),
        field("is_pinned", &PostUpdate::is_pinned, in_body | in_query),
        field("tags", &PostUpdate::tags, in_body | in_query, wire::comma_list),
        field("category", &PostUpdate::category, in_body | in_query),
        field("repost_comment", &PostUpdate::repost_comment, in_body | in_query,
              wire::trimmed_length(0, 5'000)),
        field("is_exclusive", &PostUpdate::is_exclusive, in_body | in_query, wire::also("is_paid")),
        field("access_price", &PostUpdate::access_price, in_body | in_query, wire::also("price")),
        field("free_preview_duration_minutes", &PostUpdate::free_preview_duration_minutes, in_body | in_query,
              wire::also("free_preview_duration"), wire::range(0, 60)),
    };
    bool asks_for_nothing() const;
    std::optional<FieldError> misfit() const;
};
static_assert(wire::describes_every_member<PostUpdate>);

struct PostUpdateAnswer {
    std::string message = "Post updated";
    wire::Raw<Post> post;
    static constexpr auto fields =
        Pack{field("message", &PostUpdateAnswer::message), field("post", &PostUpdateAnswer::post)};
};

struct Message {
    std::string message;
    static constexpr auto fields = Pack{field("message", &Message::message)};
};

struct PostDelete {
    PostId post_id;
    static constexpr api::RouteError errors[] = {{404, "Post not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/posts/{post_id}",
                                 .summary = "Delete one's own post with everything on it.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("post_id", &PostDelete::post_id, in_path)};
};

// ---- reading --------------------------------------------------------------------------------------------------------

struct PostGet {
    PostId post_id;
    static constexpr api::RouteError errors[] = {{404, "Post not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::get, .path = "/posts/{post_id}", .summary = "One post."};
    static constexpr auto fields = Pack{field("post_id", &PostGet::post_id, in_path)};
};

struct PostsList {
    std::optional<UserId> user_id;
    PageRequest page;
    static constexpr Route route{.method = Method::get,
                                 .path = "/posts",
                                 .summary = "All visible posts, or one author's, newest first."};
    static constexpr auto fields =
        Pack{field("user_id", &PostsList::user_id, in_query), api::page(&PostsList::page)};
};

struct PostsMe {
    PageRequest page;
    static constexpr Route route{
        .method = Method::get, .path = "/posts/me", .summary = "Own posts and reposts."};
    static constexpr auto fields = Pack{api::page(&PostsMe::page, 50)};
};

struct PostsMedia {
    UserId user_id;
    MediaKind media_type = MediaKind::image;
    PageRequest page;
    static constexpr Route route{
        .method = Method::get, .path = "/posts/media", .summary = "One author's uploads of one kind."};
    static constexpr auto fields = Pack{
        field("user_id", &PostsMedia::user_id, in_query),
        field("media_type", &PostsMedia::media_type, in_query, wire::also("type"), wire::or_default),
        api::page(&PostsMedia::page, 18),
    };
};

struct PostsFeed {
    PageRequest page;
    static constexpr Route route{.method = Method::get,
                                 .path = "/posts/feed",
                                 .summary = "Posts and reposts of followed accounts and own."};
    static constexpr auto fields = Pack{api::page(&PostsFeed::page)};
};

struct PostsExplore {
    PageRequest page;
    static constexpr Route route{
        .method = Method::get, .path = "/posts/explore", .summary = "Everything public, newest first."};
    static constexpr auto fields = Pack{api::page(&PostsExplore::page)};
};

struct PostsSaved {
    PageRequest page;
    static constexpr Route route{
        .method = Method::get, .path = "/posts/saved", .summary = "Saved posts, newest save first."};
    static constexpr auto fields = Pack{api::page(&PostsSaved::page, 100)};
};

struct PostReposts {
    PostId post_id;
    PageRequest page;
    static constexpr api::RouteError errors[] = {{404, "Post not found"}, {403, "Not authorized"}};
    static constexpr Route route{
        .method = Method::get, .path = "/posts/{post_id}/reposts", .summary = "Reposts of a post."};
    static constexpr auto fields =
        Pack{field("post_id", &PostReposts::post_id, in_path), api::page(&PostReposts::page, 100)};
};

struct Mentions {
    bool include_comments = false;
    PageRequest page;
    static constexpr Route route{.method = Method::get,
                                 .path = "/mentions",
                                 .summary =
                                     "Posts that tag or mention the caller; with include_comments also those "
                                     "with a comment that does: each has "
                                     "mention_source, post or comment, and comment_id."};
    static constexpr auto fields =
        Pack{field("include_comments", &Mentions::include_comments, in_query, wire::or_default),
             api::page(&Mentions::page, 100)};
};

struct UserPosts {
    UserId user_id;
    PageRequest page;
    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/users/{user_id}/posts",
                                 .summary = "One author's posts and reposts."};
    static constexpr auto fields =
        Pack{field("user_id", &UserPosts::user_id, in_path), api::page(&UserPosts::page)};
};

struct UserMedia {
    UserId user_id;
    MediaKind type = MediaKind::image;
    PageRequest page;
    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/users/{user_id}/media",
                                 .summary = "One author's uploads of one kind."};
    static constexpr auto fields = Pack{
        field("user_id", &UserMedia::user_id, in_path),
        field("type", &UserMedia::type, in_query, wire::also("media_type"), wire::or_default),
        api::page(&UserMedia::page),
    };
};

class PostsService;
void add_posts_api(Api& api, PostsService& posts);

}  // namespace grover::posts
