// What a reader typed into the search field, taken apart (contract/discovery.md §1.1 "Operators"). Whatever is no operator
// is literal text: nothing of it reaches a pattern or a query language.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace grover::search {

// A text of 100 characters holds at most 50 words.
inline constexpr std::size_t kMostWords = 50;

struct Query {
    std::vector<std::string> words;                 // folded, each once
    std::vector<std::vector<std::string>> phrases;  // "…": folded words in order
    std::vector<std::string> excluded;              // -word, folded
    std::vector<std::string> tags;                  // #tag, in stored form
    std::vector<std::string> mentions;              // @username, lower case
    std::vector<std::string> authors;               // from:username, lower case

    // Nothing that a result would have to meet.
    bool is_empty() const {
        return words.empty() && phrases.empty() && tags.empty() && mentions.empty() && authors.empty();
    }
};

Query parse_query(std::string_view typed);

// The text with words replaced by others: `by` maps folded words.
std::string corrected(std::string_view typed, const std::map<std::string, std::string>& by);

}  // namespace grover::search
