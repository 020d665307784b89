// Who may see and do what with a post: posts.md §1.5. Included through posts.hpp.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/posts/posts_facts.hpp"
#include "domains/users/users.hpp"
#include "platform/api/caller.hpp"
#include "platform/db/together.hpp"
#include "platform/db/unchanged.hpp"

namespace grover::posts {

// One community as one reader stands to it.
struct CommunityView {
    bool may_read = false;  // its posts; false also for one that does not exist
    bool may_moderate = false;
    bool is_private = true;
    std::string json = "null";  // {"community_id", "name", "is_private"}
};

// What posts ask of the communities that some of them belong to. communities implements it, app plugs it in.
class CommunityGate {
public:
    virtual ~CommunityGate() = default;
    // One for each id, in that order; at most one statement.
    virtual std::vector<CommunityView> views(db::Read& tx, const UserId& viewer,
                                             std::span<const CommunityId> ids) = 0;
    // Those of these readers who may read its posts, in their order; one statement.
    virtual std::vector<UserId> readers_of(db::Read& tx, const CommunityId& community,
                                           std::span<const UserId> among) = 0;
    // `count` posts of it are gone, in this transaction.
    virtual void posts_removed(db::Write& tx, const CommunityId& community, std::int64_t count) = 0;
};

// Whether one reader may see one post: the only place that decides it (posts.md §1.5).
enum class Sight : std::uint8_t { seen, hidden, followers_only };

class PostGate {
public:
    explicit PostGate(users::UsersService& users) : users_(users) {}
    // Before the first request; until then posts of communities are hidden. It outlives the gate.
    void plug(CommunityGate& communities) { communities_ = &communities; }

    // The post, if the caller may see it: else 404 "Post not found", or 403 where only following is missing. From memory
    // when that is current.
    PostFacts get_visible(db::Read& tx, const Caller& me, const PostId& post_id,
                          std::string_view not_found_text = "Post not found") const;
    // The same inside a write, where nothing is taken from memory: what was found there just before holds as long as the rows
    // are unchanged. admit() refuses nobody; it goes right before the write, outside of it.
    class Admission;
    Admission admit(db::Database& db, const Caller& me, const PostId& post_id) const;
    PostFacts get_visible(db::Write& tx, const Caller& me, const Admission& admission) const;
    // The same for a page of what hangs below the post, with who reads it: from memory, or in one question.
    struct Opened {
        PostFacts post;
        std::shared_ptr<const users::Relations> reader;
    };
    Opened open(db::Read& tx, const Caller& me, const PostId& post_id) const;
    // The parts of that question, for who has more to ask, of the post in that column. They outlive the run(). The number of
    // the one with the post and its root.
    struct Asked {
        std::vector<PostFacts> posts;  // the post and its root
        users::AskedCards authors;
        users::AskedRelations reader;
    };
    std::size_t ask(db::Read& tx, db::Together& ask, Asked& out, const Caller& me,
                    db::Together::Column post) const;
    std::size_t ask(db::Read& tx, db::Together& ask, Asked& out, const Caller& me,
                    const std::vector<std::string_view>& post) const;
    Opened take(db::Read& tx, Asked& asked, const Caller& me, const PostId& post_id) const;
    Sight sight_of(db::Read& tx, const UserId& viewer, const PostFacts& post) const;
    // Those of these people who see the post, in their order: in as many statements whatever their number.
    std::vector<UserId> readers_of(db::Read& tx, const PostFacts& post, std::span<const UserId> among) const;
    // Not who left the private community, nor from whom the root of the repost was hidden.
    bool author_sees(db::Read& tx, const PostFacts& post) const;
    // Whoever asks.
    std::optional<PostFacts> find(db::Read& tx, const PostId& post_id) const;
    // Whether the viewer decides what stays below the post: its author does, and moderators of its community.
    bool may_moderate(db::Read& tx, const UserId& viewer, const PostFacts& post) const;
    CommunityView community(db::Read& tx, const UserId& viewer, const CommunityId& community) const;
    std::vector<CommunityView> communities(db::Read& tx, const UserId& viewer,
                                           std::span<const CommunityId> ids) const;
    void posts_removed(db::Write& tx, const CommunityId& community, std::int64_t count) const;

    // Rows of the domain above came or went: the counters follow in the same transaction.
    // The new `comments_count`; 404 for a post that is gone.
    std::int64_t change_comment_counts(db::Write& tx, const PostId& post_id, int top_level, int total) const;
    // The posts came into (1) or left (-1) a collection, each once.
    void change_collection_counts(db::Write& tx, std::span<const PostId> posts, int delta) const;
    // What was written in it, for rules about words; empty when it is gone.
    std::string text_of(db::Read& tx, const PostId& post_id) const;
    // The present `comments_count`, and with all levels.
    std::int64_t comments_count(db::Read& tx, const PostId& post_id) const;
    struct CommentCounts {
        std::int64_t top_level = 0;
        std::int64_t total = 0;
    };
    CommentCounts comment_counts(db::Read& tx, const PostId& post_id) const;

private:
    std::size_t ask_who(db::Read& tx, db::Together& ask, Asked& out, const Caller& me,
                        std::size_t posts) const;
    Sight own_sight(db::Read& tx, const UserId& viewer, const PostFacts& post) const;
    std::vector<UserId> own_readers(db::Read& tx, const PostFacts& post, std::span<const UserId> among) const;

    users::UsersService& users_;
    CommunityGate* communities_ = nullptr;
};

class PostGate::Admission {
public:
    explicit Admission(const PostId& post_id) : post_id_(post_id) {}

private:
    friend class PostGate;

    PostId post_id_;
    std::optional<PostFacts> seen_;
    db::Unchanged rows_;
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
