// What readers do with posts: the endpoints of reactions, saves, shares and reposts (posts.md §4.7 and after).
#pragma once

#include "domains/posts/posts_api.hpp"

namespace grover::posts {

// The one answer of all four endpoints of §4.7.
struct StanceAnswer {
    std::string message;
    bool reacted = false;
    std::optional<std::string> reaction_type;
    bool liked = false;
    bool disliked = false;
    std::int64_t likes_count = 0;
    std::int64_t dislikes_count = 0;
    std::map<std::string, std::int64_t> reaction_counts;
    std::int64_t reactions_count = 0;
    static constexpr auto fields = Pack{
        field("message", &StanceAnswer::message),
        field("reacted", &StanceAnswer::reacted),
        field("reaction_type", &StanceAnswer::reaction_type, wire::also("user_reaction")),
        field("liked", &StanceAnswer::liked),
        field("disliked", &StanceAnswer::disliked),
        field("likes_count", &StanceAnswer::likes_count),
        field("dislikes_count", &StanceAnswer::dislikes_count),
        field("reaction_counts", &StanceAnswer::reaction_counts),
        field("reactions_count", &StanceAnswer::reactions_count),
    };
};
static_assert(wire::describes_every_member<StanceAnswer>);

struct PostReact {
    PostId post_id;
    std::string reaction_type;
    static constexpr api::RouteError errors[] = {{404, "Post not found"},
                                                 {403, "Not authorized"},
                                                 {400, "Invalid reaction type"},
                                                 {400, "This post has too many different reactions"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts/{post_id}/react",
                                 .summary = "Set, change or take back a reaction.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("post_id", &PostReact::post_id, in_path),
        field("reaction_type", &PostReact::reaction_type, in_body | in_query),
    };
};

struct PostLike {
    PostId post_id;
    static constexpr api::RouteError errors[] = {{404, "Post not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts/{post_id}/like",
                                 .summary = "React with like, or take it back.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("post_id", &PostLike::post_id, in_path)};
};

struct PostUnlike {
    PostId post_id;
    static constexpr api::RouteError errors[] = {{404, "Post not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/posts/{post_id}/like",
                                 .summary = "Take back the reaction, whatever it is.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("post_id", &PostUnlike::post_id, in_path)};
};

struct PostDislike {
    PostId post_id;
    static constexpr api::RouteError errors[] = {{404, "Post not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts/{post_id}/dislike",
                                 .summary = "Dislike, or take it back.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("post_id", &PostDislike::post_id, in_path)};
};

struct ReactionEntry {
    wire::Raw<users::UserSummary> user;
    UserId user_id;
    std::string reaction_type;
    Time created_at;
    static constexpr auto fields = Pack{
        field("user", &ReactionEntry::user),
        field("user_id", &ReactionEntry::user_id),
        field("reaction_type", &ReactionEntry::reaction_type),
        field("created_at", &ReactionEntry::created_at),
    };
};

struct ReactionsAnswer {
    using described = std::map<std::string, std::vector<ReactionEntry>>;
    std::string json;
    std::string next;
};

struct PostReactions {
    PostId post_id;
    std::optional<std::string> type;
    PageRequest page;
    static constexpr api::RouteError errors[] = {{404, "Post not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/posts/{post_id}/reactions",
                                 .summary = "Who reacted how, newest first, by type."};
    static constexpr auto fields = Pack{
        field("post_id", &PostReactions::post_id, in_path),
        field("type", &PostReactions::type, in_query),
        api::page(&PostReactions::page, 100),
    };
};

struct SaveAnswer {
    std::string message;
    bool saved = false;
    static constexpr auto fields =
        Pack{field("message", &SaveAnswer::message), field("saved", &SaveAnswer::saved)};
};

struct PostSave {
    PostId post_id;
    static constexpr api::RouteError errors[] = {{404, "Post not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts/{post_id}/save",
                                 .summary = "Save a post, or drop it from the saved ones.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("post_id", &PostSave::post_id, in_path)};
};

struct ShareAnswer {
    std::string message = "Post shared";
    std::int64_t shares_count = 0;
    static constexpr auto fields =
        Pack{field("message", &ShareAnswer::message), field("shares_count", &ShareAnswer::shares_count)};
};

struct PostShare {
    PostId post_id;
    static constexpr api::RouteError errors[] = {{404, "Post not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts/{post_id}/share",
                                 .summary = "Count a share.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("post_id", &PostShare::post_id, in_path)};
};

struct RepostAnswer {
    std::string message = "Post reposted successfully";
    PostId repost_id;
    std::int64_t repost_count = 0;
    bool reposted = true;
    wire::Raw<Post> post;
    static constexpr auto fields = Pack{
        field("message", &RepostAnswer::message),
        field("repost_id", &RepostAnswer::repost_id),
        field("repost_count", &RepostAnswer::repost_count),
        field("reposted", &RepostAnswer::reposted),
        field("post", &RepostAnswer::post),
    };
};

struct PostRepost {
    PostId post_id;
    std::optional<std::string> repost_comment;
    static constexpr api::RouteError errors[] = {
        {404, "Original post not found"}, {400, "You have already reposted this"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts/{post_id}/repost",
                                 .summary = "Repost, with a comment or without.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("post_id", &PostRepost::post_id, in_path),
        field("repost_comment", &PostRepost::repost_comment, in_body | in_query,
              wire::trimmed_length(0, 5'000)),
    };
};

struct UnrepostAnswer {
    std::string message = "Repost removed";
    std::int64_t repost_count = 0;
    bool reposted = false;
    static constexpr auto fields = Pack{
        field("message", &UnrepostAnswer::message),
        field("repost_count", &UnrepostAnswer::repost_count),
        field("reposted", &UnrepostAnswer::reposted),
    };
};

struct PostUnrepost {
    PostId post_id;
    static constexpr api::RouteError errors[] = {{404, "Repost not found"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/posts/{post_id}/unrepost",
                                 .summary = "Take back one's repost.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("post_id", &PostUnrepost::post_id, in_path)};
};

}  // namespace grover::posts
