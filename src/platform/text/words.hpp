// How text is cut into words for search (contract/discovery.md §1.1). Linear in the length of the text; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/base/function_ref.hpp"

namespace grover::text {

// A word is no longer than this; what follows of a longer one counts for nothing, in texts and in queries alike.
inline constexpr std::size_t kMaxWordLength = 64;  // code points

// NFKC, case-folded, without diacritics: "Café" and "cafe" are the same bytes. Requires valid UTF-8.
std::string fold_for_search(std::string_view text);

// The words of a folded text, in order: runs of letters, digits and "_"; "c++", "c#" and ".net"; and of scripts that
// write no spaces each pair of neighbours, or the one character that stands alone. A view lives until the next word.
void each_word(std::string_view folded, FunctionRef<void(std::string_view)> f);

// Both steps, for short texts.
std::vector<std::string> words_of(std::string_view text);

// Whether the word is of a script without spaces, where one character says as much as a syllable.
bool is_of_script_without_spaces(std::string_view word);

}  // namespace grover::text
