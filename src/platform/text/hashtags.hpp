// Hashtags (contract/discovery.md §2). Stored and compared as NFKC, lower case, without "#". Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace grover::text {

inline constexpr std::size_t kMaxHashtagLength = 50;

// A tag that somebody entered, in stored form: one leading "#" and everything that is no letter, digit or "_"
// dropped. Throws validation_error "Invalid hashtag format" when not 1..50 code points are left.
std::string sanitize_hashtag(std::string_view value);

// The different tags of a text in order of appearance, in stored form but with "#"; at most `max`.
// A run of more than 50 letters is no tag, since nothing is ever cut.
std::vector<std::string> extract_hashtags(std::string_view text,
                                          std::size_t max = static_cast<std::size_t>(-1));

}  // namespace grover::text
