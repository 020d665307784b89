#include "platform/text/mentions.hpp"

#include <unordered_set>

#include "platform/text/utf8.hpp"

namespace grover::text {
namespace {

constexpr std::size_t kMaxMentionLength = 50;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

std::vector<std::string> extract_mentions(std::string_view text, std::size_t max) {
    std::vector<std::string> names;
    std::unordered_set<std::string> seen;
    bool may_start = true;  // whether an "@" here follows a character that allows a mention
    for (std::size_t at = 0; at < text.size() && names.size() < max;) {
        const char32_t c = next_code_point(text, at);
        if (c != '@' || !may_start) {
            may_start = !is_word_code_point(c) && c != '.' && c != '@';
            continue;
        }
        const std::size_t start = at;
        while (at < text.size() && is_name_character(text[at])) ++at;
        // "-" belongs to a name but also ends one: "@a-@b" mentions both.
        may_start = at > start && text[at - 1] == '-';
        if (at == start || at - start > kMaxMentionLength) continue;
        std::string name = lower_ascii(text.substr(start, at - start));
        if (seen.insert(name).second) names.push_back(std::move(name));
    }
    return names;
}

}  // namespace grover::text
