// The Post object as every endpoint returns it (posts.md §1.1), in the four parts that change at different moments:
// the frame (a post's own row), the content (its root's, for a repost), the author, and what depends on the reader.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domains/media/media.hpp"
#include "domains/posts/posts_facts.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::posts {

using wire::field;

enum class AccessType : std::uint8_t { free, pay_per_view, subscription, one_time };
constexpr std::array<std::string_view, 4> enum_names(AccessType) {
    return {"free", "pay-per-view", "subscription", "one-time"};
}

// A list of texts as it is stored: already JSON.
using JsonTexts = wire::Raw<std::vector<std::string>>;

struct PostFrame {
    PostId post_id;
    UserId user_id;
    std::int64_t likes_count = 0;
    std::int64_t dislikes_count = 0;
    std::int64_t shares_count = 0;
    std::int64_t repost_count = 0;
    std::int64_t comments_count = 0;
    std::int64_t comments_total_count = 0;
    std::map<std::string, std::int64_t> reaction_counts;
    std::int64_t reactions_count = 0;
    JsonTexts tags;
    std::optional<std::string> category;
    bool is_repost = false;
    std::optional<PostId> original_post_id;
    std::optional<std::string> repost_comment;
    std::int64_t in_collection_count = 0;
    Visibility visibility = Visibility::public_;
    bool is_pinned = false;
    std::optional<CommunityId> community_id;
    bool is_exclusive = false;
    std::optional<Cents> access_price;
    AccessType access_type = AccessType::free;
    std::optional<int> free_preview_duration_minutes;
    std::optional<std::string> preview_content;
    std::int64_t purchase_count = 0;
    Time created_at;
    std::optional<Time> updated_at;
    std::optional<Time> scheduled_for;  // of a post that was scheduled

    static constexpr auto fields = Pack{
        field("post_id", &PostFrame::post_id),
        field("user_id", &PostFrame::user_id),
        field("likes_count", &PostFrame::likes_count),
        field("dislikes_count", &PostFrame::dislikes_count),
        field("shares_count", &PostFrame::shares_count),
        field("repost_count", &PostFrame::repost_count),
        field("comments_count", &PostFrame::comments_count),
        field("comments_total_count", &PostFrame::comments_total_count),
        field("reaction_counts", &PostFrame::reaction_counts),
        field("reactions_count", &PostFrame::reactions_count),
        field("tags", &PostFrame::tags),
        field("category", &PostFrame::category),
        field("is_repost", &PostFrame::is_repost),
        field("original_post_id", &PostFrame::original_post_id),
        field("repost_comment", &PostFrame::repost_comment),
        field("in_collection_count", &PostFrame::in_collection_count),
        field("visibility", &PostFrame::visibility),
        field("is_pinned", &PostFrame::is_pinned),
        field("community_id", &PostFrame::community_id),
        field("is_exclusive", &PostFrame::is_exclusive, wire::also("is_paid")),
        field("access_price", &PostFrame::access_price, wire::also("price")),
        field("access_type", &PostFrame::access_type),
        field("free_preview_duration_minutes", &PostFrame::free_preview_duration_minutes,
              wire::also("free_preview_duration")),
        field("preview_content", &PostFrame::preview_content),
        field("purchase_count", &PostFrame::purchase_count),
        field("created_at", &PostFrame::created_at),
        field("updated_at", &PostFrame::updated_at),
        field("scheduled_for", &PostFrame::scheduled_for),
    };
};
static_assert(wire::describes_every_member<PostFrame>);

struct PostContent {
    std::string content;
    std::optional<std::string> media_url;
    std::optional<std::string> media_type;
    std::optional<std::string> thumbnail_url;
    std::optional<std::string> poster_url;
    std::optional<wire::Raw<media::MediaInfo>> media;
    JsonTexts tagged_users;
    JsonTexts mentioned_users;
    std::optional<std::string> location;
    bool has_poll = false;
    std::optional<std::string> poll_question;
    std::optional<JsonTexts> poll_options;
    std::optional<std::map<std::string, std::int64_t>> poll_votes;
    std::optional<Time> poll_expires_at;
    std::int64_t poll_total_votes = 0;

    static constexpr auto fields = Pack{
        field("content", &PostContent::content),
        field("media_url", &PostContent::media_url),
        field("media_type", &PostContent::media_type),
        field("thumbnail_url", &PostContent::thumbnail_url),
        field("poster_url", &PostContent::poster_url),
        field("media", &PostContent::media),
        field("tagged_users", &PostContent::tagged_users),
        field("mentioned_users", &PostContent::mentioned_users),
        field("location", &PostContent::location),
        field("has_poll", &PostContent::has_poll),
        field("poll_question", &PostContent::poll_question),
        field("poll_options", &PostContent::poll_options),
        field("poll_votes", &PostContent::poll_votes),
        field("poll_expires_at", &PostContent::poll_expires_at),
        field("poll_total_votes", &PostContent::poll_total_votes),
    };
};
static_assert(wire::describes_every_member<PostContent>);

struct PostAuthor {
    wire::Raw<users::UserSummary> user;
    std::string user_name;
    std::optional<std::string> user_picture;

    static constexpr auto fields = Pack{
        field("user", &PostAuthor::user),
        field("user_name", &PostAuthor::user_name),
        field("user_picture", &PostAuthor::user_picture),
    };
};
static_assert(wire::describes_every_member<PostAuthor>);

struct PostViewer {
    std::optional<std::string> media_public_id;  // the author's eyes only
    bool poll_closed = false;
    std::optional<int> poll_user_vote;
    bool has_access = true;
    bool is_locked = false;
    std::optional<std::string> access_via;
    std::optional<std::string> user_reaction;
    bool liked = false;
    bool disliked = false;
    bool saved = false;
    bool reposted = false;
    bool is_owner = false;

    static constexpr auto fields = Pack{
        field("media_public_id", &PostViewer::media_public_id),
        field("poll_closed", &PostViewer::poll_closed),
        field("poll_user_vote", &PostViewer::poll_user_vote),
        field("has_access", &PostViewer::has_access),
        field("is_locked", &PostViewer::is_locked),
        field("access_via", &PostViewer::access_via),
        field("user_reaction", &PostViewer::user_reaction),
        field("liked", &PostViewer::liked, wire::also("is_liked")),
        field("disliked", &PostViewer::disliked, wire::also("is_disliked")),
        field("saved", &PostViewer::saved, wire::also("is_saved")),
        field("reposted", &PostViewer::reposted, wire::also("is_reposted")),
        field("is_owner", &PostViewer::is_owner),
    };
};
static_assert(wire::describes_every_member<PostViewer>);

// Of a post in a community.
struct PostCommunity {
    CommunityId community_id;
    std::string name;
    bool is_private = false;

    static constexpr auto fields = Pack{
        field("community_id", &PostCommunity::community_id),
        field("name", &PostCommunity::name),
        field("is_private", &PostCommunity::is_private),
    };
};
static_assert(wire::describes_every_member<PostCommunity>);

// Written part by part (posts_views.cpp); this struct is what the parts amount to, for OpenAPI.
struct Post : PostFrame, PostContent, PostAuthor, PostViewer {
    std::optional<PostCommunity> community;
    std::optional<wire::Raw<Post>> original_post;

    static constexpr auto fields =
        join(PostFrame::fields, PostContent::fields, PostAuthor::fields, PostViewer::fields,
             Pack{field("community", &Post::community), field("original_post", &Post::original_post)});
};

}  // namespace grover::posts
