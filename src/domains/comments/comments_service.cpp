// Writing, changing, deleting and liking comments.
#include <algorithm>

#include "domains/comments/comments_api.hpp"
#include "domains/comments/comments_rules.hpp"
#include "domains/comments/comments_store.hpp"
#include "domains/comments/comments_views.hpp"
#include "platform/base/error.hpp"

namespace grover::comments {
namespace {

// Where a new comment stands, and whom it answers.
struct Place {
    std::optional<CommentId> parent;
    std::optional<CommentId> root;
    int depth = 0;
    std::optional<UserId> answered;
};

Place place_of(db::Write& tx, users::UsersService& users, const Caller& me, const CommentCreate& in) {
    if (!in.parent_comment_id) return {};
    const auto answered = find_facts(tx, *in.parent_comment_id);
    if (!answered) throw not_found("Comment not found");
    if (answered->post_id != in.post_id) throw validation_error("Parent comment belongs to another post");
    if (answered->user_id && *answered->user_id != me.id) {
        const auto bond = users.bond(tx, me.id, *answered->user_id);
        if (bond.has_blocked) throw not_authorized("You have blocked this user");
        if (bond.is_blocked_by) throw not_authorized();
    }
    // The deepest level takes answers beside what they answer.
    const bool is_beside = answered->depth == kMaxDepth;
    return {.parent = is_beside ? answered->parent_comment_id : answered->comment_id,
            .root = answered->root(),
            .depth = is_beside ? kMaxDepth : answered->depth + 1,
            .answered = answered->user_id};
}

}  // namespace

CommentsService::CommentsService(db::Database& db, const Clock& clock, users::UsersService& users,
                                 const posts::PostGate& posts)
    : db_(db), clock_(clock), users_(users), posts_(posts) {}

CommentCreateResponse CommentsService::create(const Caller& me, const CommentCreate& in) {
    const auto content = text::required_text(in.content, kMaxCommentLength, "content");
    const auto tags = tag_names(in.tagged_users);
    const auto admission = posts_.admit(db_, me, in.post_id);
    CommentRow row;
    bool may_moderate = false;
    std::int64_t comments_count = 0;
    db_.write([&](db::Write& tx) {
        const auto post = posts_.get_visible(tx, me, admission);
        const auto place = place_of(tx, users_, me, in);
        const auto tagged =
            tags.empty() ? std::vector<UserId>{} : users_.addressed(tx, me.id, tags, users::Address::tag);
        const auto mentioned = mentioned_in(tx, users_, me.id, content);

        row = {};
        row.created_at = clock_.now();
        row.comment_id = IdSource::next_at<CommentId>(row.created_at);
        row.post_id = post.post_id;
        row.user_id = me.id;
        row.content = content;
        row.parent_comment_id = place.parent;
        row.root_comment_id = place.root;
        row.depth = place.depth;
        row.tagged_users = to_json(tagged);
        row.mentioned_users = to_json(mentioned);
        // The counters come first: on PostgreSQL they hold the post, so that nobody deletes around this row
        // meanwhile.
        comments_count = posts_.change_comment_counts(tx, post.post_id, place.parent ? 0 : 1, 1);
        if (place.parent && !add_replies(tx, *place.parent, 1)) throw not_found("Comment not found");
        insert(tx, row);
        store_mentions(tx, row.comment_id, row.created_at, me.id, tagged, mentioned);

        CommentCreated event{.comment_id = row.comment_id,
                             .post_id = post.post_id,
                             .parent_comment_id = place.parent,
                             .user_id = me.id,
                             .replied_to = {},
                             .commented_to = {},
                             .mentioned_users = {},
                             .created_at = row.created_at,
                             .community_id = post.community_id};
        std::vector<UserId> told{me.id};
        if (place.answered) {
            const auto hears = who_may_hear(tx, posts_, post, std::span(&*place.answered, 1), told);
            if (!hears.empty()) told.push_back(event.replied_to.emplace(hears.front()));
        }
        if (std::ranges::find(told, post.user_id) == told.end()) {
            if (posts_.author_sees(tx, post)) event.commented_to = post.user_id;
            told.push_back(post.user_id);
        }
        auto people = tagged;
        people.insert(people.end(), mentioned.begin(), mentioned.end());
        event.mentioned_users = who_may_hear(tx, posts_, post, people, told);
        tx.publish(event);
        may_moderate = posts_.may_moderate(tx, me.id, post);
    });
    CommentCreateResponse answer;
    answer.comment_id = row.comment_id;
    answer.comments_count = comments_count;
    // Not above: the one writer need not read the author's card, which is in memory here.
    answer.comment = db_.read([&](db::Read& tx) { return view_of_one(tx, users_, me, row, may_moderate); });
    return answer;
}

CommentUpdateResponse CommentsService::update(const Caller& me, const CommentUpdate& in) {
    const auto content = text::required_text(in.content, kMaxCommentLength, "content");
    return db_.write([&](db::Write& tx) {
        const auto post = get_visible(tx, users_, posts_, me, in.comment_id).post;
        auto row = find_comment(tx, me.id, in.comment_id);
        if (!row) throw not_found("Comment not found");
        if (row->user_id != me.id) throw not_authorized();

        CommentUpdateResponse answer;
        if (content != row->content) {
            const auto mentioned = mentioned_in(tx, users_, me.id, content);
            auto told = users_in(row->mentioned_users);
            const auto tagged = users_in(row->tagged_users);
            told.insert(told.end(), tagged.begin(), tagged.end());
            // They heard of the comment itself.
            told.push_back(post.user_id);
            if (row->parent_comment_id) {
                if (const auto answered = find_facts(tx, *row->parent_comment_id);
                    answered && answered->user_id)
                    told.push_back(*answered->user_id);
            }
            told.push_back(me.id);
            row->content = content;
            row->mentioned_users = to_json(mentioned);
            row->updated_at = clock_.now();
            if (!update_content(tx, in.comment_id, content, mentioned, *row->updated_at)) {
                throw not_found("Comment not found");
            }
            forget_mentions(tx, in.comment_id);
            store_mentions(tx, in.comment_id, row->created_at, me.id, tagged, mentioned);
            tx.publish(
                CommentUpdated{.comment_id = row->comment_id,
                               .post_id = row->post_id,
                               .user_id = me.id,
                               .newly_mentioned_users = who_may_hear(tx, posts_, post, mentioned, told),
                               .updated_at = *row->updated_at,
                               .community_id = post.community_id});
        }
        answer.comment = view_of_one(tx, users_, me, *row, posts_.may_moderate(tx, me.id, post));
        return answer;
    });
}

CommentDeleteResponse CommentsService::remove(const Caller& me, const CommentDelete& in) {
    return db_.write([&](db::Write& tx) {
        const auto comment = find_facts(tx, in.comment_id);
        if (!comment) throw not_found("Comment not found");
        // Own words can always be taken back, also from a post that has become invisible.
        if (comment->user_id != me.id &&
            !posts_.may_moderate(tx, me.id, posts_.get_visible(tx, me, comment->post_id))) {
            throw not_authorized();
        }
        CommentDeleteResponse answer;
        answer.deleted_count = remove_subtree(tx, posts_, *comment);
        if (answer.deleted_count == 0) throw not_found("Comment not found");
        answer.comments_count = posts_.comments_count(tx, comment->post_id);
        return answer;
    });
}

CommentLikeResponse CommentsService::like(const Caller& me, const CommentId& comment_id, LikeChange change) {
    return db_.write([&](db::Write& tx) {
        const auto [comment, post] = get_visible(tx, users_, posts_, me, comment_id);
        if (!lock(tx, comment_id)) throw not_found("Comment not found");

        const bool removed = change != LikeChange::set && delete_like(tx, me.id, comment_id);
        const bool added =
            change != LikeChange::clear && !removed && insert_like(tx, me.id, comment_id, clock_.now());
        if (added || removed) {
            CommentLiked event{.comment_id = comment_id,
                               .post_id = comment.post_id,
                               .author_id = comment.user_id,
                               .user_id = me.id,
                               .liked = added,
                               .community_id = post.community_id};
            const auto& author = comment.user_id;
            if (author == me.id) event.author_id.reset();
            // A like that is taken back withdraws what was told while they saw the post.
            if (added && author && who_may_hear(tx, posts_, post, std::span(&*author, 1), {}).empty())
                event.author_id.reset();
            tx.publish(event);
        }
        CommentLikeResponse answer;
        answer.liked = change == LikeChange::set || added;
        answer.message = answer.liked ? "Comment liked" : "Comment unliked";
        answer.likes_count = likes_count(tx, comment_id);
        return answer;
    });
}

}  // namespace grover::comments
