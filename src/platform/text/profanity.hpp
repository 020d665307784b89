// Words that posts may not contain (contract/system.md §6): two built-in ones plus those of PROFANITY_FILE.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace grover::text {

// A set of words. Immutable once built, so any thread may ask.
class WordList {
public:
    WordList() = default;
    // One word each: a line with several words is never found, since only whole words are looked up.
    explicit WordList(const std::vector<std::string>& words);

    // True when one of them occurs as a whole word, in any case and spelling that folds alike.
    bool occurs_in(std::string_view text) const;
    std::size_t size() const { return words_.size(); }

private:
    bool is_listed(std::string_view word) const;

    std::unordered_set<std::string> words_;  // folded
    std::size_t longest_ = 0;                // bytes
};

// The built-in words and one word for each line of `file`; an empty path means the built-in ones alone.
// Throws std::system_error when the file cannot be read.
WordList load_profanity(const std::string& file);

inline bool contains_profanity(std::string_view text, const WordList& words) { return words.occurs_in(text); }

}  // namespace grover::text
