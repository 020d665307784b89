#include "platform/text/hashtags.hpp"

#include <unordered_set>

#include "platform/base/error.hpp"
#include "platform/text/utf8.hpp"

namespace grover::text {
namespace {

// The letters, digits and "_" of `value`, from the first that can start a word. Stops one past the limit.
std::string word_characters(std::string_view value, std::size_t& count) {
    std::string kept;
    count = 0;
    for (std::size_t at = 0; at < value.size() && count <= kMaxHashtagLength;) {
        const char32_t c = next_code_point(value, at);
        if (count == 0 ? !starts_word(c) : !is_word_code_point(c)) continue;
        append_code_point(kept, c);
        ++count;
    }
    return kept;
}

// The stored form of at most 50 word characters, or "" when it does not fit. Compatibility forms can unfold
// into several characters, blanks among them.
std::string stored_form(std::string_view word) {
    std::size_t count = 0;
    std::string stored = word_characters(fold(word), count);
    if (count > kMaxHashtagLength) stored.clear();
    return stored;
}

}  // namespace

std::string sanitize_hashtag(std::string_view value) {
    std::size_t count = 0;
    const std::string kept = word_characters(value, count);
    std::string stored = count <= kMaxHashtagLength ? stored_form(kept) : std::string();
    if (stored.empty()) throw validation_error("Invalid hashtag format");
    return stored;
}

std::vector<std::string> extract_hashtags(std::string_view text, std::size_t max) {
    std::vector<std::string> tags;
    std::unordered_set<std::string> seen;
    bool may_start = true;  // whether a "#" here follows a character that allows a tag
    for (std::size_t at = 0; at < text.size() && tags.size() < max;) {
        const char32_t c = next_code_point(text, at);
        if (c != '#' || !may_start) {
            may_start = !is_word_code_point(c) && c != '&' && c != '/' && c != '#';
            continue;
        }
        may_start = false;
        const std::size_t start = at;
        std::size_t length = 0;
        while (at < text.size()) {
            std::size_t next = at;
            const char32_t letter = next_code_point(text, next);
            if (length == 0 ? !starts_word(letter) : !is_word_code_point(letter)) break;
            at = next;
            ++length;
        }
        if (length == 0 || length > kMaxHashtagLength) continue;
        std::string tag = stored_form(text.substr(start, at - start));
        if (!tag.empty() && seen.insert(tag).second) tags.push_back("#" + tag);
    }
    return tags;
}

}  // namespace grover::text
