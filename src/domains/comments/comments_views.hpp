// From rows to the Comment object as one viewer sees it. Private to domains/comments.
#pragma once

#include "domains/comments/comments_api.hpp"
#include "domains/comments/comments_store.hpp"

namespace grover::comments {

// What every reader sees, whoever wrote it.
CommentBody body_of(const CommentRow& row);

// Whose card to show: the deleted user's, when the account is erased.
UserId author_of(const CommentRow& row);

// `may_moderate`: PostGate::may_moderate of the viewer on the comment's post.
Comment view_of(const Caller& me, const CommentRow& row, const users::UserCard& author, bool may_moderate);
Comment view_of_one(db::Read& tx, users::UsersService& users, const Caller& me, const CommentRow& row,
                    bool may_moderate);

}  // namespace grover::comments
