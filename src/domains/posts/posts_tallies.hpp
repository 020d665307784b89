// What was done with posts, in numbers, for who ranks them. Included through posts.hpp.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "domains/posts/posts_facts.hpp"
#include "domains/posts/posts_feed.hpp"
#include "platform/db/together.hpp"

namespace grover::posts {

struct PostTally {
    PostId post_id;
    UserId user_id;
    Visibility visibility = Visibility::public_;
    bool is_repost = false;
    std::optional<CommunityId> community_id;
    std::int64_t likes_count = 0;
    std::int64_t comments_total_count = 0;
    std::int64_t repost_count = 0;
    Time created_at;

    static constexpr auto columns = Pack{
        db::column("post_id", &PostTally::post_id),
        db::column("user_id", &PostTally::user_id),
        db::column("visibility", &PostTally::visibility),
        db::column("is_repost", &PostTally::is_repost),
        db::column("community_id", &PostTally::community_id),
        db::column("likes_count", &PostTally::likes_count),
        db::column("comments_total_count", &PostTally::comments_total_count),
        db::column("repost_count", &PostTally::repost_count),
        db::column("created_at", &PostTally::created_at),
    };
};

struct AuthorTally {
    std::int64_t posts = 0;
    std::int64_t likes = 0;
    std::int64_t comments = 0;

    static constexpr auto columns = Pack{
        db::column("posts", &AuthorTally::posts),
        db::column("likes", &AuthorTally::likes),
        db::column("comments", &AuthorTally::comments),
    };
};

// What a post is about.
struct PostSubjects {
    std::vector<std::string> tags;
    std::optional<std::string> category;
};

struct PostTopics : PostSubjects {
    PostId post_id;
    UserId user_id;
    std::optional<PostId> original_post_id;
    Time created_at;
};

// Of those that exist, in any order.
std::vector<PostTally> tallies_of(db::Read& tx, std::span<const PostId> posts);
// Over the public posts (no reposts) of one author since then, the newest `most` of them.
AuthorTally tally_of_author(db::Read& tx, const UserId& author, Time since, int most);
// The newest posts of everybody that are public, outside communities, behind a position.
std::vector<PostTopics> newest_topics(db::Read& tx, const Position& after, int limit);
std::vector<PostTopics> topics_of(db::Read& tx, std::span<const PostId> posts);
// The same as parts of one statement, with more questions. In no order. It outlives the run().
class AskedTopics {
public:
    std::vector<PostTopics> topics;

    void newest(db::Together& ask, int limit);
    void of(db::Together& ask, std::vector<PostId> posts);
    void of(db::Together& ask, db::Together::Column posts);
    // What the last `readers` who reacted to a post reacted to besides, of public posts made since then; one entry for each of
    // these reactions, at most `limit`.
    void also_liked(db::Together& ask, const PostId& post, Time since, int readers, int limit);

private:
    std::function<void(const db::Row&)> add();

    std::vector<PostId> posts_;
    std::vector<std::string_view> ids_;
    PostId low_;
};

// Of posts that have a hashtag or a category, what they are about and nothing else: one entry of an index each, where the posts
// themselves lie far apart. A part of one statement; it outlives the run().
class AskedSubjects {
public:
    std::vector<PostSubjects> subjects;

    void of(db::Together& ask, std::vector<PostId> posts);
    // Of the newest posts, made since `since`, that the reader reacted to or saved since then.
    void marked(db::Together& ask, const UserId& reader, Time since, int limit);

private:
    std::function<void(const db::Row&)> add();

    std::vector<PostId> posts_;
    std::vector<std::string_view> ids_;
    UserId reader_;
    PostId low_;
};

}  // namespace grover::posts
