// The decisions of posts.md and polls.md. One file for each subject: posts_create, posts_edit, posts_delete, posts_stances,
// posts_reposts, posts_polls, posts_reading. Private to domains/posts and app.
#pragma once

#include "domains/posts/posts.hpp"
#include "domains/posts/posts_api.hpp"
#include "domains/posts/posts_counts.hpp"
#include "domains/posts/posts_lists.hpp"
#include "domains/posts/posts_marks_api.hpp"
#include "domains/posts/posts_polls_api.hpp"

namespace grover::posts {

class PostsService final : public PostReader,
                           public users::EngagementSource,
                           public users::AccountEraser,
                           public users::ExportContributor {
public:
    // References outlive the service.
    PostsService(db::Database& db, const Clock& clock, users::UsersService& users,
                 media::MediaService& media);

    PostCreateAnswer create(const Caller& me, PostCreate& in);
    PostUpdateAnswer update(const Caller& me, const PostUpdate& in);
    Message remove(const Caller& me, const PostId& post_id);

    wire::Raw<Post> get(const Caller& me, const PostId& post_id);
    // `is_private` tells of an author whose account is closed to the caller.
    PostPage everything(const Caller& me, const PostsList& in, bool& is_private);
    PostPage mine(const Caller& me, const PageRequest& page);
    PostPage media_of(const Caller& me, const UserId& author, MediaKind kind, const PageRequest& page,
                      bool& is_private);
    PostPage feed(const Caller& me, const PageRequest& page);
    PostPage explore(const Caller& me, const PageRequest& page);
    PostPage saved(const Caller& me, const PageRequest& page);
    PostPage reposts(const Caller& me, const PostId& post_id, const PageRequest& page);
    PostPage mentions(const Caller& me, const Mentions& in);
    // users.md §2: 404 for whom the caller must not know of; `is_private` tells of an account whose posts are closed to them.
    PostPage posts_of_user(const Caller& me, const UserId& user, const PageRequest& page, bool& is_private);
    PostPage media_of_user(const Caller& me, const UserId& user, MediaKind kind, const PageRequest& page,
                           bool& is_private);

    StanceAnswer react(const Caller& me, const PostId& post_id, std::string_view reaction_type);
    StanceAnswer unlike(const Caller& me, const PostId& post_id);
    StanceAnswer dislike(const Caller& me, const PostId& post_id);
    ReactionsAnswer reactions(const Caller& me, const PostReactions& in);
    SaveAnswer save(const Caller& me, const PostId& post_id);
    ShareAnswer share(const Caller& me, const PostId& post_id);
    RepostAnswer repost(const Caller& me, const PostRepost& in);
    UnrepostAnswer unrepost(const Caller& me, const PostId& post_id);
    wire::Raw<VoteAnswer> vote(const Caller& me, const PostVote& in);
    // Idempotent, as closing is.
    wire::Raw<VoteAnswer> withdraw_vote(const Caller& me, const PostId& post_id);
    PollResults close_poll(const Caller& me, const PostId& post_id);
    PollResults poll_results(const Caller& me, const PostId& post_id);

    std::vector<std::string> views_of(db::Read& tx, const Caller& me, std::span<const PostId> ids) override {
        return views_.each(tx, me, ids);
    }

    // --- For users ---
    Sums engagement(db::Read& tx, const UserId& author, Time since) override;
    // For live boards: comments and shares of all that the author posted.
    std::pair<std::int64_t, std::int64_t> received(db::Read& tx, const UserId& author);
    std::vector<UserId> authors(db::Read& tx, std::span<const PostId> ids);
    std::string_view name() const override { return "posts"; }
    bool erase_some(db::Write& tx, const UserId& user, int batch) override;
    void contribute(const UserId& user, users::ExportWriter& out) override;

    // For the domains above.
    PostGate& gate() { return gate_; }
    PostViews& views() { return views_; }
    PostLists& lists() { return lists_; }
    PostFeed& feed() { return feed_; }
    PostWriter& writer() { return writer_; }

    // The reader's mentions in comments after that position, newest first: the domain above has them.
    struct CommentMention {
        Position position;  // with the comment's id
        PostId post_id;
    };
    using CommentMentions = std::function<std::vector<CommentMention>(db::Read&, const UserId& reader,
                                                                      const Position& after, int limit)>;
    void plug(CommentMentions mentions) { comment_mentions_ = std::move(mentions); }

    // Background; may be run again.
    void run(const EndPoll& job);

private:
    // Of one reader to one post, before a change.
    struct Standing {
        std::string stance;  // "": none
        std::int64_t likes_count = 0;
        std::int64_t dislikes_count = 0;
        Counts reaction_counts;
    };
    Standing standing(db::Write& tx, const UserId& user, const PostId& post);
    StanceAnswer change_stance(db::Write& tx, const Caller& me, const PostFacts& post, Standing standing,
                               const std::string& after, std::string message);
    PollResults results_of(db::Read& tx, const Caller& me, const PostFacts& post);
    PollResults change_vote(const Caller& me, const PostId& post_id,
                            FunctionRef<bool(db::Write&, const PostId& poll, Time now)> change);
    wire::Raw<VoteAnswer> vote_answer(const Caller& me, const PostId& post_id, std::string_view message,
                                      PollResults results);
    // Whether the caller sees what this author posts; if not, whether that is because the account is private.
    bool may_list(db::Read& tx, const Caller& me, const UserId& author, bool& is_private);
    std::string view(const Caller& me, const PostId& post_id);
    PostPage all_mentions(db::Read& tx, const Caller& me, const PageRequest& page);

    db::Database& db_;
    const Clock& clock_;
    users::UsersService& users_;
    media::MediaService& media_;
    PostCards cards_;
    PostGate gate_;
    PostViews views_;
    PostFeed feed_;
    PostLists lists_;
    PostWriter writer_;
    CommentMentions comment_mentions_;
};

}  // namespace grover::posts
