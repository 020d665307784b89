// What the text of a post amounts to: cleaned, with its hashtags and the people it names (posts.md §1.6). Private to
// domains/posts and, for the names, comments.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domains/users/users.hpp"

namespace grover::posts {

inline constexpr std::size_t kMaxTags = 10;
inline constexpr std::size_t kMaxNames = 20;

// Cleaned; "" becomes nothing.
std::optional<std::string> clean_optional(const std::optional<std::string>& text);

// Of `content` and the question of its poll, or of an explicit list of which the first ten are kept; in stored form without "#".
std::vector<std::string> tags_in(std::string_view content, std::string_view question);
std::vector<std::string> tags_from(const std::vector<std::string>& given);

// The first kMaxNames of whom the text means: names of nobody do not count.
std::vector<UserId> mentioned_in(db::Read& tx, users::UsersService& users, const UserId& author,
                                 std::string_view content);

// JSON arrays as the columns hold them.
std::string to_json(const std::vector<std::string>& texts);
std::string to_json(const std::vector<UserId>& ids);

}  // namespace grover::posts
