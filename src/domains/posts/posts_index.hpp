// Posts as a search index takes them in. Included through posts.hpp.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domains/posts/posts_facts.hpp"

namespace grover::posts {

struct IndexedPost {
    PostId post_id;
    UserId user_id;
    Visibility visibility = Visibility::public_;
    bool is_repost = false;
    std::optional<CommunityId> community_id;
    std::string content;  // of a repost: nothing
    std::optional<std::string> repost_comment;
    std::optional<std::string> location;
    std::string tags;  // JSON array, in stored form
    std::optional<std::string> category;
    std::optional<std::string> media_type;
    std::optional<std::string> poll_question;
    std::optional<std::string> poll_options;  // JSON array
    std::int64_t likes_count = 0;
    std::int64_t comments_count = 0;
    std::int64_t repost_count = 0;
    Time created_at;
    // Of a repost, while there is its root: what decides who sees that one.
    std::optional<PostId> root_id;
    std::optional<UserId> root_user_id;
    Visibility root_visibility = Visibility::public_;
    std::optional<CommunityId> root_community_id;

    static constexpr auto columns = Pack{
        db::column("post_id", &IndexedPost::post_id),
        db::column("user_id", &IndexedPost::user_id),
        db::column("visibility", &IndexedPost::visibility),
        db::column("is_repost", &IndexedPost::is_repost),
        db::column("community_id", &IndexedPost::community_id),
        db::column("content", &IndexedPost::content),
        db::column("repost_comment", &IndexedPost::repost_comment),
        db::column("location", &IndexedPost::location),
        db::column("tags", &IndexedPost::tags),
        db::column("category", &IndexedPost::category),
        db::column("media_type", &IndexedPost::media_type),
        db::column("poll_question", &IndexedPost::poll_question),
        db::column("poll_options", &IndexedPost::poll_options),
        db::column("likes_count", &IndexedPost::likes_count),
        db::column("comments_count", &IndexedPost::comments_count),
        db::column("repost_count", &IndexedPost::repost_count),
        db::column("created_at", &IndexedPost::created_at),
        db::column("root_id", &IndexedPost::root_id),
        db::column("root_user_id", &IndexedPost::root_user_id),
        db::column("root_visibility", &IndexedPost::root_visibility),
        db::column("root_community_id", &IndexedPost::root_community_id),
    };
};

// What changes often about a post.
struct CountedPost {
    PostId post_id;
    std::int64_t likes_count = 0;
    std::int64_t comments_count = 0;
    std::int64_t repost_count = 0;

    static constexpr auto columns = Pack{
        db::column("post_id", &CountedPost::post_id),
        db::column("likes_count", &CountedPost::likes_count),
        db::column("comments_count", &CountedPost::comments_count),
        db::column("repost_count", &CountedPost::repost_count),
    };
};

// Those that exist, in any order.
std::vector<IndexedPost> indexed_posts(db::Read& tx, std::span<const PostId> posts);
std::vector<CountedPost> counted_posts(db::Read& tx, std::span<const PostId> posts);
// All of them in pages, by descending id. `before` empty: from the last.
std::vector<IndexedPost> indexed_posts_before(db::Read& tx, const PostId& before, int limit);

}  // namespace grover::posts
