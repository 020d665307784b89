#include "platform/text/profanity.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "platform/text/utf8.hpp"

namespace grover::text {

WordList::WordList(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
        std::string folded = fold(trim(word));
        if (folded.empty()) continue;
        longest_ = std::max(longest_, folded.size());
        words_.insert(std::move(folded));
    }
}

bool WordList::occurs_in(std::string_view text) const {
    std::size_t start = 0;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = at;
        if (at < text.size() && is_word_code_point(next_code_point(text, at))) continue;
        if (end > start && is_listed(text.substr(start, end - start))) return true;
        if (end == text.size()) break;
        start = at;
    }
    return false;
}

bool WordList::is_listed(std::string_view word) const {
    // A character folds to no less than a quarter of its bytes. This also keeps the cost of folding in
    // bounds, which for a long run of combining marks is quadratic.
    return word.size() <= 4 * longest_ && words_.contains(fold(word));
}

WordList load_profanity(const std::string& file) {
    std::vector<std::string> words{"badword1", "badword2"};
    if (!file.empty()) {
        std::ifstream in(file);
        for (std::string line; std::getline(in, line);) {
            if (is_valid_utf8(line)) words.push_back(line);
        }
        if (!in.eof()) throw std::system_error(errno, std::generic_category(), "cannot read " + file);
    }
    return WordList(words);
}

}  // namespace grover::text
