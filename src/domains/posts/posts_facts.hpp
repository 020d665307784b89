// What the rules need to know of a post. Included through posts.hpp.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"

namespace grover::posts {

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
    std::optional<CommunityId> community_id;

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
        db::column("community_id", &PostFacts::community_id),
    };
};

}  // namespace grover::posts
