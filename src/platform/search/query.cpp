#include "platform/search/query.hpp"

#include <algorithm>

#include "platform/text/hashtags.hpp"
#include "platform/text/mentions.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/words.hpp"

namespace grover::search {
namespace {

void add(std::vector<std::string>& list, std::string word) {
    if (list.size() < kMostWords && std::ranges::find(list, word) == list.end())
        list.push_back(std::move(word));
}

void add_words(std::vector<std::string>& list, std::string_view text) {
    for (auto& word : text::words_of(text)) add(list, std::move(word));
}

bool is_space(char32_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

// What stands up to the next white space; `at` moves behind it.
std::string_view next_token(std::string_view text, std::size_t& at) {
    const auto start = at;
    while (at < text.size()) {
        auto next = at;
        if (is_space(text::next_code_point(text, next))) break;
        at = next;
    }
    return text.substr(start, at - start);
}

// The one username behind an "@", or nothing.
std::string username_of(std::string_view token) {
    const auto names = text::extract_mentions(token, 1);
    return names.size() == 1 && names[0].size() + 1 == token.size() ? names[0] : std::string();
}

void add_token(Query& query, std::string_view token) {
    constexpr std::string_view kFrom = "from:";
    if (token.size() > 1 && token[0] == '-') return add_words(query.excluded, token.substr(1));
    if (token[0] == '#') {
        if (auto tags = text::extract_hashtags(token, 1); !tags.empty())
            return add(query.tags, tags[0].substr(1));
    }
    if (token[0] == '@') {
        if (auto name = username_of(token); !name.empty()) return add(query.mentions, std::move(name));
    }
    if (token.size() > kFrom.size() && text::lower_ascii(token.substr(0, kFrom.size())) == kFrom) {
        auto name = token.substr(kFrom.size());
        if (name.starts_with('@')) name.remove_prefix(1);
        if (auto author = username_of('@' + std::string(name)); !author.empty())
            return add(query.authors, std::move(author));
    }
    add_words(query.words, token);
}

}  // namespace

Query parse_query(std::string_view typed) {
    Query query;
    for (std::size_t at = 0; at < typed.size();) {
        auto next = at;
        if (is_space(text::next_code_point(typed, next))) {
            at = next;
            continue;
        }
        if (typed[at] == '"') {
            if (const auto end = typed.find('"', at + 1); end != std::string_view::npos) {
                auto words = text::words_of(typed.substr(at + 1, end - at - 1));
                if (words.size() > kMostWords) words.resize(kMostWords);
                if (!words.empty() && query.phrases.size() < kMostWords)
                    query.phrases.push_back(std::move(words));
                at = end + 1;
                continue;
            }
        }
        add_token(query, next_token(typed, at));
    }
    return query;
}

std::string corrected(std::string_view typed, const std::map<std::string, std::string>& by) {
    std::string out;
    for (std::size_t at = 0; at < typed.size();) {
        const auto token = next_token(typed, at);
        const auto words = text::words_of(token);
        const auto found = words.size() == 1 ? by.find(words[0]) : by.end();
        out += found == by.end() ? token : std::string_view(found->second);
        if (at < typed.size()) {
            const auto start = at;
            text::next_code_point(typed, at);
            out += typed.substr(start, at - start);
        }
    }
    return out;
}

}  // namespace grover::search
