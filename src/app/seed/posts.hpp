// What the members write, and what the others do with it, some thousand posts at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "app/seed/community.hpp"
#include "app/seed/timeline.hpp"

namespace grover::seed {

struct SeedPost {
    PostId id;
    MemberIndex author;
    Time at;
    std::string content;
    const MediaId* picture = nullptr;
    std::string location;
    std::string tags = "[]";
    std::string mentioned_users = "[]";
    std::string_view category;
    int visibility = 0;
    std::optional<PostId> original;
    std::string repost_comment;
    bool has_poll = false;
    int likes = 0;
    int dislikes = 0;
    std::string reaction_counts;
    std::int64_t reactions = 0;
    int shares = 0;
    int reposts = 0;
    int comments = 0;
    int all_comments = 0;
};

// Somebody did something with a post: saved it, is mentioned in it, reacted (`what`) or voted (`option`).
struct SeedMark {
    PostId post;
    MemberIndex member;
    Time at;
    std::string_view what;
    int option = 0;
};

struct SeedCount {
    PostId post;
    int option = 0;
    int count = 0;
};

struct SeedPoll {
    PostId post;
    std::string question;
    std::string options;
    Time expires_at;
};

struct SeedComment {
    CommentId id;
    PostId post;
    MemberIndex author;
    Time at;
    std::string content;
    std::optional<CommentId> parent;
    std::optional<CommentId> root;
    int depth = 0;
    int likes = 0;
    int replies = 0;
};

struct SeedCommentLike {
    CommentId comment;
    MemberIndex member;
    Time at;
};

struct SeedReposts {
    PostId root;  // written in an earlier chunk
    std::size_t number = 0;
    int count = 0;
};

struct Chunk {
    std::vector<SeedPost> posts;
    std::vector<SeedReposts> reposts;
    std::vector<SeedMark> mentions;
    std::vector<SeedMark> stances;
    std::vector<SeedMark> saves;
    std::vector<SeedPoll> polls;
    std::vector<SeedCount> poll_counts;
    std::vector<SeedMark> votes;
    std::vector<SeedComment> comments;
    std::vector<SeedCommentLike> comment_likes;
};

// Makes chunk after chunk, in the order of time. One thread at a time.
class Chronicle {
public:
    // What is passed outlives this. `pictures` may be empty.
    Chronicle(const SeedOptions& options, const Community& community, const std::vector<Moment>& moments,
              const std::vector<MediaId>& pictures);

    // At most `posts` of them; none when all is told.
    Chunk next(std::size_t posts);

    // Of each member, over all chunks made.
    struct Totals {
        std::int64_t posts = 0;
        std::int64_t likes = 0;
    };
    const std::vector<Totals>& totals() const { return totals_; }

private:
    struct Root {
        PostId id;
        MemberIndex author;
        std::size_t number;  // of all posts
    };

    void write_post(Chunk& chunk, const Moment& moment);
    bool write_repost(Chunk& chunk, SeedPost& post);
    void write_text(Chunk& chunk, SeedPost& post);
    void write_poll(Chunk& chunk, SeedPost& post);
    void react(Chunk& chunk, SeedPost& post);
    void comment(Chunk& chunk, SeedPost& post);
    void save(Chunk& chunk, const SeedPost& post);

    // Up to `count` different people who may see the post.
    std::span<const MemberIndex> readers(const SeedPost& post, int count);
    int crowd(double exponent, int most);
    Time later(Time at, double mean_hours);
    const Member& member(MemberIndex index) const { return community_.members[index]; }

    const Community& community_;
    const std::vector<Moment>& moments_;
    const std::vector<MediaId>& pictures_;
    Random random_;
    Weighted by_activity_;
    std::size_t told_ = 0;
    std::vector<Totals> totals_;
    std::vector<Root> roots_;  // public posts of public accounts, the latest ones
    std::size_t next_root_ = 0;
    std::unordered_set<std::uint64_t> reposted_;  // member and number of the root
    std::vector<MemberIndex> readers_;
    std::vector<std::uint32_t> reader_mark_;
    std::uint32_t mark_ = 0;
};

void write_chunk(db::Write& tx, const Community& community, const Chunk& chunk);
void write_totals(db::Database& db, const Community& community, const std::vector<Chronicle::Totals>& totals);

}  // namespace grover::seed
