// What several decisions about comments share: the text, who is meant in it, who is told. Private to
// domains/comments.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domains/comments/comments.hpp"
#include "domains/comments/comments_store.hpp"

namespace grover::comments {

inline constexpr int kMaxDepth = 20;
inline constexpr std::size_t kMaxTagged = 20;

// Each once, without "@", lower case; 422 for more than kMaxTagged.
std::vector<std::string> tag_names(std::span<const std::string> tokens);

// At most kMaxTagged of the people that "@..." in the text means. All names are looked up before any is left
// out: one that resolves is never lost to others that do not.
std::vector<UserId> mentioned_in(db::Read& tx, users::UsersService& users, const UserId& author,
                                 std::string_view content);

// `people` without `except` and without those who may not see the post.
std::vector<UserId> who_may_hear(db::Read& tx, const posts::PostGate& posts, const posts::PostFacts& post,
                                 std::span<const UserId> people, std::span<const UserId> except);

struct Found {
    CommentFacts comment;
    posts::PostFacts post;
};
// The comment and its post, if the caller may see both: else 404 "Comment not found", or as for the post.
Found get_visible(db::Read& tx, users::UsersService& users, const posts::PostGate& posts, const Caller& me,
                  const CommentId& comment_id);

// The same for a page below the comment, with who reads it: from memory, or in one question.
posts::PostGate::Opened open(db::Read& tx, users::UsersService& users, const posts::PostGate& posts,
                             const Caller& me, const CommentId& comment_id);

// The comment and all below it go; counters and events follow. How many went: 0 when it was gone already.
std::int64_t remove_subtree(db::Write& tx, const posts::PostGate& posts, const CommentFacts& comment);

}  // namespace grover::comments
