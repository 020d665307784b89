// Words that differ by slips of the finger (contract/discovery.md §1.1 "Typo"). Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace grover::search {

// How many slips a word of that many letters may have.
constexpr int allowed_typos(std::size_t letters) { return letters < 4 ? 0 : letters < 8 ? 1 : 2; }

// Compares many words with one: Damerau–Levenshtein distance (a letter more, less, another, or two neighbours swapped).
class TypoFinder {
public:
    explicit TypoFinder(std::string_view word);

    int allowed() const { return allowed_; }
    std::size_t letters() const { return word_.size(); }
    // The distance, or -1 when it is more than allowed or the first letters differ. Not const: it has working space.
    int distance(std::string_view other);

private:
    std::u32string word_;
    std::u32string other_;
    int allowed_;
    std::vector<int> rows_;
};

}  // namespace grover::search
