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

}  // namespace

CommentBody body_of(const CommentRow& row) {
    CommentBody out;
    out.comment_id = row.comment_id;
    out.post_id = row.post_id;
    out.user_id = row.user_id.value_or(users::kDeletedUser.user_id);
    out.content = row.content;
    out.parent_comment_id = row.parent_comment_id;
    out.root_comment_id = row.root_comment_id;
    out.depth = row.depth;
    out.likes_count = row.likes_count;
    out.replies_count = row.replies_count;
    out.tagged_users = all_tagged(row);
    out.created_at = row.created_at;
    out.updated_at = row.updated_at;
    return out;
}

Comment view_of(const Caller& me, const CommentRow& row, const users::UserCard& author, bool may_moderate) {
    Comment out{body_of(row), {}, {}};
    out.user.json = author.json;
    out.user_name = author.summary.name;
    out.user_picture = author.summary.picture;
    out.liked = row.liked;
    out.is_owner = row.user_id == me.id;
    out.can_delete = out.is_owner || may_moderate;
    // What a hidden account wrote is hidden with it; only the place in the conversation stays.
    if (author.is_hidden) {
        out.user_id = author.summary.user_id;
        out.content.clear();
        out.tagged_users.clear();
    }
    return out;
}

UserId author_of(const CommentRow& row) { return row.user_id.value_or(users::kDeletedUser.user_id); }

Comment view_of_one(db::Read& tx, users::UsersService& users, const Caller& me, const CommentRow& row,
                    bool may_moderate) {
    return view_of(me, row, *users.card(tx, author_of(row), me.base_url), may_moderate);
}

}  // namespace grover::comments
