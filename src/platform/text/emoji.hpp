// What counts as one emoji for reactions (contract/posts.md §4.7).
#pragma once

#include <string_view>

namespace grover::text {

// True for exactly one emoji that readers see as one character: one grapheme cluster of at most 10 code
// points that
// follows the grammar of Unicode Technical Standard 51. So 👩‍🚀 and 🇵🇹 are one emoji; "a", "1", two emojis,
// or an emoji buried in combining marks are not. Any thread.
bool is_single_emoji(std::string_view text);

}  // namespace grover::text
