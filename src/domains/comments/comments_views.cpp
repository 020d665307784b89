// How a comment looks to one viewer.
#include "domains/comments/comments_views.hpp"

#include <algorithm>

namespace grover::comments {
namespace {

// Explicit tags first, then who is mentioned in the text; each once.
std::vector<UserId> all_tagged(const CommentRow& row) {
    auto users = users_in(row.tagged_users);
    for (const auto& user : users_in(row.mentioned_users)) {
        if (std::ranges::find(users, user) == users.end()) users.push_back(user);
    }
    return users;
}

Comment view_of(const Caller& me, const posts::PostFacts& post, const CommentRow& row,
                const users::UserCard& author) {
    Comment out;
    out.comment_id = row.comment_id;
    out.post_id = row.post_id;
    out.user_id = author.summary.user_id;
    out.parent_comment_id = row.parent_comment_id;
    out.root_comment_id = row.root_comment_id;
    out.depth = row.depth;
    out.likes_count = row.likes_count;
    out.replies_count = row.replies_count;
    out.created_at = row.created_at;
    out.updated_at = row.updated_at;
    out.user.json = author.json;
    out.user_name = author.summary.name;
    out.user_picture = author.summary.picture;
    out.liked = row.liked;
    out.is_owner = row.user_id == me.id;
    out.can_delete = out.is_owner || post.user_id == me.id;
    // What a hidden account wrote is hidden with it; only the place in the conversation stays.
    if (!author.is_hidden) {
        out.content = row.content;
        out.tagged_users = all_tagged(row);
    }
    return out;
}

}  // namespace

std::vector<Comment> views_of(db::Read& tx, users::UsersService& users, const Caller& me,
                              const posts::PostFacts& post, std::span<const CommentRow> rows) {
    std::vector<UserId> authors;
    authors.reserve(rows.size());
    for (const auto& row : rows) authors.push_back(row.user_id.value_or(users::kDeletedUser.user_id));
    const auto cards = users.cards(tx, authors, me.base_url);

    std::vector<Comment> views;
    views.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) views.push_back(view_of(me, post, rows[i], *cards[i]));
    return views;
}

}  // namespace grover::comments
