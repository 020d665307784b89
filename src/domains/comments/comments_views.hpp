// From rows to the Comment object as one viewer sees it. Private to domains/comments.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "domains/comments/comments_api.hpp"
#include "domains/comments/comments_store.hpp"

namespace grover::comments {

// In the order of the rows; at most one statement for all authors. `post` is that of every row.
std::vector<Comment> views_of(db::Read& tx, users::UsersService& users, const Caller& me,
                              const posts::PostFacts& post, std::span<const CommentRow> rows);

}  // namespace grover::comments
