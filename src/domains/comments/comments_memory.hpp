// The first page of a post's newest comments from memory: positions of the post, comments already serialised, and the
// reader's likes by a range scan (docs/decisions/0003-copies-validated-by-commit-stamps.md). Private to domains/comments.
#pragma once

#include <optional>
#include <string>

#include "domains/comments/comments_api.hpp"

namespace grover::comments {

// Stamp keys: top-level comments of the post came or went; likes of the user did. A comment's own key is its id.
std::string list_key(const PostId& post);
std::string likes_key(const UserId& user);

// What the reader needs for a page to be theirs.
struct Reader {
    const Caller& me;
    const users::Relations& relations;
    bool may_moderate = false;
};

// Nothing where memory is not used, and where the page is not the same for all readers: when the reader is in a block with
// one of the authors, or an author is hidden.
std::optional<CommentPage> newest_from_memory(db::Read& tx, users::UsersService& users, const Reader& reader,
                                              const PostId& post, int limit);

}  // namespace grover::comments
