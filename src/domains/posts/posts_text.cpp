#include "domains/posts/posts_text.hpp"

#include <algorithm>

#include "platform/text/hashtags.hpp"
#include "platform/text/mentions.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/text/utf8.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::posts {

std::optional<std::string> clean_optional(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    auto clean = text::sanitize_string(*text);
    if (clean.empty()) return std::nullopt;
    return clean;
}

std::vector<std::string> tags_in(std::string_view content, std::string_view question) {
    auto tags = text::extract_hashtags(std::string(content) + '\n' + std::string(question), kMaxTags);
    for (auto& tag : tags) tag.erase(0, 1);
    return tags;
}

std::vector<std::string> tags_from(const std::vector<std::string>& given) {
    std::vector<std::string> tags;
    for (const auto& tag : given) {
        if (tags.size() == kMaxTags) break;
        if (text::count_code_points(tag) > text::kMaxHashtagLength + (tag.starts_with('#') ? 1 : 0))
            throw invalid_input({"body", "tags"}, "A tag should have at most 50 characters",
                                "string_too_long");
        auto stored = text::sanitize_hashtag(tag);
        if (std::ranges::find(tags, stored) == tags.end()) tags.push_back(std::move(stored));
    }
    return tags;
}

std::vector<UserId> mentioned_in(db::Read& tx, users::UsersService& users, const UserId& author,
                                 std::string_view content) {
    const auto names = text::extract_mentions(content);
    if (names.empty()) return {};
    auto people = users.addressed(tx, author, names, users::Address::mention);
    if (people.size() > kMaxNames) people.resize(kMaxNames);
    return people;
}

std::string to_json(const std::vector<std::string>& texts) { return wire::to_json(texts); }
std::string to_json(const std::vector<UserId>& ids) { return wire::to_json(ids); }

}  // namespace grover::posts
