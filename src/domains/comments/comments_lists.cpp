// Reading comments: one, a post's, a comment's replies.
#include "domains/comments/comments_api.hpp"
#include "domains/comments/comments_memory.hpp"
#include "domains/comments/comments_rules.hpp"
#include "domains/comments/comments_store.hpp"
#include "domains/comments/comments_views.hpp"
#include "platform/base/error.hpp"

namespace grover::comments {
namespace {

// What a page is asked for, and the post it is about.
struct Asked {
    CommentOrder order;
    std::string_view of;
    const PageRequest& page;
    const posts::PostFacts& post;
};

std::vector<CommentRow> rows_of(db::Read& tx, const users::Relations& relations, const Asked& asked) {
    // A cursor leads deeper; skipping does not.
    if (asked.page.after.empty() && asked.page.skip > kMaxSkip) return {};
    auto cut_off = db::ids_of(relations.blocked());
    for (const auto& user : relations.blocked_by()) cut_off.push_back(user.view());
    return list_comments(tx, relations.viewer(),
                         {.order = asked.order,
                          .of = asked.of,
                          .after = position_after(asked.order, asked.page.after),
                          .limit = asked.page.limit + 1,
                          .skip = asked.page.after.empty() ? asked.page.skip : 0,
                          .cut_off = std::move(cut_off)});
}

CommentPage page_of(const Caller& me, const Asked& asked, std::span<const CommentRow> rows,
                    std::span<const std::shared_ptr<const users::UserCard>> authors, bool may_moderate) {
    CommentPage out{"[", {}};
    if (rows.size() > static_cast<std::size_t>(asked.page.limit)) {
        rows = rows.first(static_cast<std::size_t>(asked.page.limit));
        const auto& last = rows.back();
        out.next = to_text(asked.order,
                           {.likes = last.likes_count, .at = last.created_at, .id = last.comment_id.str()});
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i > 0) out.json += ',';
        wire::write(out.json, view_of(me, rows[i], *authors[i], may_moderate));
    }
    out.json += ']';
    return out;
}

CommentPage page_from_store(db::Read& tx, users::UsersService& users, const posts::PostGate& posts,
                            const Caller& me, const users::Relations& reader, const Asked& asked) {
    const auto rows = rows_of(tx, reader, asked);
    std::vector<UserId> people;
    people.reserve(rows.size());
    for (const auto& row : rows) people.push_back(author_of(row));
    const auto cards = users.cards(tx, people, me.base_url);
    return page_of(me, asked, rows, cards, posts.may_moderate(tx, me.id, asked.post));
}

}  // namespace

Comment CommentsService::get(const Caller& me, const CommentGet& in) {
    return db_.read([&](db::Read& tx) {
        const auto post = get_visible(tx, users_, posts_, me, in.comment_id).post;
        const auto row = find_comment(tx, me.id, in.comment_id);
        if (!row) throw not_found("Comment not found");
        return view_of_one(tx, users_, me, *row, posts_.may_moderate(tx, me.id, post));
    });
}

CommentPage CommentsService::list(const Caller& me, const CommentList& in) {
    return db_.read([&](db::Read& tx) {
        const auto order = static_cast<CommentOrder>(in.sort);
        const auto [post, reader] = posts_.open(tx, me, in.post_id);
        if (order == CommentOrder::newest && in.page.after.empty() && in.page.skip == 0 &&
            tx.snapshot() != 0) {
            const Reader viewer{me, *reader, posts_.may_moderate(tx, me.id, post)};
            if (auto page = newest_from_memory(tx, users_, viewer, in.post_id, in.page.limit))
                return std::move(*page);
        }
        return page_from_store(tx, users_, posts_, me, *reader, {order, in.post_id.view(), in.page, post});
    });
}

CommentPage CommentsService::replies(const Caller& me, const CommentReplies& in) {
    return db_.read([&](db::Read& tx) {
        const auto [post, reader] = open(tx, users_, posts_, me, in.comment_id);
        return page_from_store(tx, users_, posts_, me, *reader,
                               {CommentOrder::replies, in.comment_id.view(), in.page, post});
    });
}

std::string CommentsService::text_of(db::Read& tx, const CommentId& comment_id) const {
    return comments::text_of(tx, comment_id);
}

}  // namespace grover::comments
