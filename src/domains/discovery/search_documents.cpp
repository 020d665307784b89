#include "domains/discovery/search_documents.hpp"

#include <algorithm>

#include "domains/discovery/categories.hpp"
#include "platform/text/mentions.hpp"
#include "platform/text/words.hpp"
#include "platform/wire/json_in.hpp"

namespace grover::discovery {
namespace {

MediaKind kind_of(const std::optional<std::string>& media_type) {
    if (!media_type) return MediaKind::none;
    if (*media_type == "image") return MediaKind::image;
    return *media_type == "video" ? MediaKind::video : MediaKind::audio;
}

void add_text(search::SegmentBuilder& builder, std::string_view text, search::Fields field) {
    if (text.empty()) return;
    text::each_word(text::fold_for_search(text), [&](std::string_view word) { builder.term(word, field); });
}

std::vector<std::string> texts_of(const std::string& json) {
    return json == "[]" ? std::vector<std::string>{} : wire::read<std::vector<std::string>>(json);
}

bool has_phrase(std::string_view text, const std::vector<std::string>& phrase) {
    const auto words = text::words_of(text);
    return !std::ranges::search(words, phrase).empty();
}

}  // namespace

std::string tag_term(std::string_view tag) { return '#' + std::string(tag); }
std::string mention_term(std::string_view username) { return '@' + std::string(username); }
std::string category_term(std::string_view category) { return "\001category:" + std::string(category); }
std::string media_term(std::string_view kind) { return "\x01media:" + std::string(kind); }
std::string poll_term() { return "\x01poll"; }
std::string place_term(std::string_view location) { return "\001at:" + std::string(location); }

bool is_searched(const posts::IndexedPost& post) { return !post.is_repost || post.repost_comment; }

void add_document(search::SegmentBuilder& builder, const posts::IndexedPost& post, std::uint32_t author,
                  std::uint32_t group) {
    const PostTraits traits{post.visibility, post.poll_question.has_value(), kind_of(post.media_type),
                            post.is_repost};
    builder.document({.id = post.post_id.str(),
                      .owner = author,
                      .group = group,
                      .created_at = post.created_at.us,
                      .counts = counts_of(post),
                      .flags = traits.flags()});
    const std::string_view content = post.is_repost ? post.repost_comment.value() : post.content;
    add_text(builder, content, kContent);
    if (content.find('@') != std::string_view::npos) {
        for (const auto& name : text::extract_mentions(content)) builder.term(mention_term(name), 1);
    }
    const auto tags = texts_of(post.tags);
    for (const auto& tag : tags) {
        builder.term(tag_term(tag), 1);
        add_text(builder, tag, kHashtags);
    }
    if (post.poll_question) {
        add_text(builder, *post.poll_question, kPoll);
        for (const auto& option : texts_of(post.poll_options.value_or("[]")))
            add_text(builder, option, kPoll);
        builder.term(poll_term(), 1);
    }
    if (post.location) {
        add_text(builder, *post.location, kLocation);
        builder.term(place_term(text::fold_for_search(*post.location)), 1);
    }
    const auto about = categories_of(post.category, tags);
    for (std::size_t i = 0; i < about.size(); ++i) {
        if (about[i]) builder.term(category_term(categories()[i].id), 1);
    }
    if (post.media_type) builder.term(media_term(*post.media_type), 1);
}

void add_document(search::SegmentBuilder& builder, const users::IndexedUser& user, std::uint32_t number) {
    builder.document({.id = user.user_id.str(),
                      .owner = number,
                      .created_at = user.created_at.us,
                      .counts = {static_cast<std::uint32_t>(user.followers_count), 0, 0},
                      .flags = user.is_discoverable ? kDiscoverable : std::uint16_t{0}});
    add_text(builder, user.name, kName);
    add_text(builder, user.username, kUsername);
    add_text(builder, user.bio, kBio);
}

bool has_phrase(const posts::IndexedPost& post, const std::vector<std::string>& phrase) {
    if (has_phrase(post.is_repost ? post.repost_comment.value_or("") : post.content, phrase)) return true;
    if (post.location && has_phrase(*post.location, phrase)) return true;
    const auto in_any = [&](const std::vector<std::string>& texts) {
        return std::ranges::any_of(texts, [&](const auto& text) { return has_phrase(text, phrase); });
    };
    if (in_any(texts_of(post.tags))) return true;
    return post.poll_question &&
           (has_phrase(*post.poll_question, phrase) || in_any(texts_of(post.poll_options.value_or("[]"))));
}

bool is_called(const users::IndexedUser& user, const std::vector<std::string>& phrase) {
    return has_phrase(user.name, phrase) || has_phrase(user.username, phrase);
}

bool has_phrase(const users::IndexedUser& user, const std::vector<std::string>& phrase) {
    return is_called(user, phrase) || has_phrase(user.bio, phrase);
}

}  // namespace grover::discovery
