// Reading comments: one, a post's, a comment's replies.
#include "domains/comments/comments_api.hpp"
#include "domains/comments/comments_rules.hpp"
#include "domains/comments/comments_store.hpp"
#include "domains/comments/comments_views.hpp"
#include "platform/base/error.hpp"

namespace grover::comments {
namespace {

Page<Comment> page_of(db::Read& tx, users::UsersService& users, const Caller& me,
                      const posts::PostFacts& post, CommentOrder order, std::string_view of,
                      const PageRequest& page) {
    // A cursor leads deeper; skipping does not.
    if (page.after.empty() && page.skip > kMaxSkip) return {};
    const auto relations = users.relations(tx, me.id);
    auto cut_off = db::ids_of(relations->blocked());
    for (const auto& user : relations->blocked_by()) cut_off.push_back(user.view());
    auto rows = list_comments(tx, me.id,
                              {.order = order,
                               .of = of,
                               .after = position_after(order, page.after),
                               .limit = page.limit + 1,
                               .skip = page.after.empty() ? page.skip : 0,
                               .cut_off = std::move(cut_off)});
    Page<Comment> out;
    if (rows.size() > static_cast<std::size_t>(page.limit)) {
        rows.pop_back();
        out.next = to_text(order, rows.back());
    }
    out.items = views_of(tx, users, me, post, rows);
    return out;
}

}  // namespace

Comment CommentsService::get(const Caller& me, const CommentGet& in) {
    return db_.read([&](db::Read& tx) {
        const auto post = get_visible(tx, users_, posts_, me, in.comment_id).post;
        const auto row = find_comment(tx, me.id, in.comment_id);
        if (!row) throw not_found("Comment not found");
        return std::move(views_of(tx, users_, me, post, std::span(&*row, 1)).front());
    });
}

Page<Comment> CommentsService::list(const Caller& me, const CommentList& in) {
    return db_.read([&](db::Read& tx) {
        const auto post = posts_.get_visible(tx, me, in.post_id);
        return page_of(tx, users_, me, post, static_cast<CommentOrder>(in.sort), in.post_id.view(), in.page);
    });
}

Page<Comment> CommentsService::replies(const Caller& me, const CommentReplies& in) {
    return db_.read([&](db::Read& tx) {
        const auto post = get_visible(tx, users_, posts_, me, in.comment_id).post;
        return page_of(tx, users_, me, post, CommentOrder::replies, in.comment_id.view(), in.page);
    });
}

}  // namespace grover::comments
