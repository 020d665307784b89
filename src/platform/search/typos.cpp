#include "platform/search/typos.hpp"

#include <algorithm>
#include <cstdlib>

#include "platform/text/utf8.hpp"

namespace grover::search {
namespace {

void take_apart(std::string_view word, std::u32string& out) {
    out.clear();
    for (std::size_t at = 0; at < word.size();) out += text::next_code_point(word, at);
}

}  // namespace

TypoFinder::TypoFinder(std::string_view word) : allowed_(0) {
    take_apart(word, word_);
    allowed_ = allowed_typos(word_.size());
    rows_.resize(3 * (word_.size() + 1));
}

// The restricted form: no part is edited twice.
int TypoFinder::distance(std::string_view other) {
    const auto width = word_.size();
    const auto most = static_cast<std::size_t>(allowed_);
    // Bytes are at least as many as letters, so a quick look spares taking most words apart.
    if (allowed_ == 0 || other.size() + most < width) return -1;
    take_apart(other, other_);
    const auto height = other_.size();
    if (height + most < width || width + most < height || other_[0] != word_[0]) return -1;

    int* before_last = rows_.data();
    int* last = before_last + width + 1;
    int* row = last + width + 1;
    for (std::size_t i = 0; i <= width; ++i) last[i] = static_cast<int>(i);
    for (std::size_t j = 1; j <= height; ++j) {
        row[0] = static_cast<int>(j);
        int best = row[0];
        for (std::size_t i = 1; i <= width; ++i) {
            const int changed = last[i - 1] + (word_[i - 1] == other_[j - 1] ? 0 : 1);
            row[i] = std::min({changed, last[i] + 1, row[i - 1] + 1});
            if (i > 1 && j > 1 && word_[i - 1] == other_[j - 2] && word_[i - 2] == other_[j - 1])
                row[i] = std::min(row[i], before_last[i - 2] + 1);
            best = std::min(best, row[i]);
        }
        if (best > allowed_) return -1;
        int* const free = before_last;
        before_last = last;
        last = row;
        row = free;
    }
    return last[width] <= allowed_ ? last[width] : -1;
}

}  // namespace grover::search
