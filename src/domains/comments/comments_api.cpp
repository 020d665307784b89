// The comment endpoints.
#include "domains/comments/comments_api.hpp"

#include "platform/api/api.hpp"

namespace grover::comments {

void add_comments_api(Api& api, CommentsService& comments) {
    api.on<CommentList>([&](const Caller& me, const CommentList& in) { return comments.list(me, in); });
    api.on<CommentReplies>(
        [&](const Caller& me, const CommentReplies& in) { return comments.replies(me, in); });
    api.on<CommentGet>([&](const Caller& me, const CommentGet& in) { return comments.get(me, in); });
    api.on<CommentCreate>([&](const Caller& me, const CommentCreate& in) { return comments.create(me, in); });
    api.on<CommentUpdate>([&](const Caller& me, const CommentUpdate& in) { return comments.update(me, in); });
    api.on<CommentDelete>([&](const Caller& me, const CommentDelete& in) { return comments.remove(me, in); });
    api.on<CommentLikeToggle>([&](const Caller& me, const CommentLikeToggle& in) {
        return comments.like(me, in.comment_id, LikeChange::toggle);
    });
    api.on<CommentLikeSet>([&](const Caller& me, const CommentLikeSet& in) {
        return comments.like(me, in.comment_id, LikeChange::set);
    });
    api.on<CommentLikeClear>([&](const Caller& me, const CommentLikeClear& in) {
        return comments.like(me, in.comment_id, LikeChange::clear);
    });
}

}  // namespace grover::comments
