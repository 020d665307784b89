// What of a post and of a user is searched, in which field, and what a filter can ask for.
#pragma once

#include <string>
#include <string_view>

#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/search/match.hpp"
#include "platform/search/segment_builder.hpp"

namespace grover::discovery {

// Fields of a post and their weights (contract/discovery.md §1.1). Words of its author's name are met by the author.
enum PostField : search::Fields { kContent = 1, kHashtags = 2, kPoll = 4, kLocation = 8 };
inline const search::Weights kPostWeights = search::weights_of({100, 150, 50, 30});
inline constexpr search::Weight kAuthorWeight = 30;
inline constexpr search::Weight kTagWeight = 150;
inline constexpr search::Weight kMentionWeight = 100;

// Fields of a user. The e-mail address is none.
enum UserField : search::Fields { kName = 1, kUsername = 2, kBio = 4 };
inline constexpr search::Weight kUsernameWeight = 200;
inline const search::Weights kUserWeights = search::weights_of({150, kUsernameWeight, 30, 0});
inline const search::Weights kUsernameWeights = search::weights_of({0, kUsernameWeight, 0, 0});
inline const search::Weights kAuthorWeights = search::weights_of({kAuthorWeight, kAuthorWeight, 0, 0});

enum class MediaKind : std::uint8_t { none, image, video, audio };

// What is known of a post without looking it up, in 16 bits.
struct PostTraits {
    posts::Visibility visibility = posts::Visibility::public_;
    bool has_poll = false;
    MediaKind media = MediaKind::none;
    bool is_repost = false;

    static PostTraits of(std::uint16_t flags) {
        return {static_cast<posts::Visibility>(flags & 3), (flags & 4) != 0,
                static_cast<MediaKind>((flags >> 3) & 3), (flags & 32) != 0};
    }
    std::uint16_t flags() const {
        return static_cast<std::uint16_t>(static_cast<unsigned>(visibility) | (has_poll ? 4u : 0u) |
                                          (static_cast<unsigned>(media) << 3) | (is_repost ? 32u : 0u));
    }
};
inline constexpr std::uint16_t kDiscoverable = 1;  // flag of a user

// Terms that whole facts are looked up by.
std::string tag_term(std::string_view tag);
std::string mention_term(std::string_view username);
std::string category_term(std::string_view category);
std::string media_term(std::string_view kind);
std::string poll_term();
// Of the folded text of a location; its beginning alone is what all of them have in common.
std::string place_term(std::string_view location);

// Whether the post has anything of its own to find: a repost without comment has not.
bool is_searched(const posts::IndexedPost& post);
// `group`: 0, or one more than the number of its community, of a repost than that of its root.
void add_document(search::SegmentBuilder& builder, const posts::IndexedPost& post, std::uint32_t author,
                  std::uint32_t group);
void add_document(search::SegmentBuilder& builder, const users::IndexedUser& user, std::uint32_t number);

search::Counts counts_of(const auto& post) {
    return {static_cast<std::uint32_t>(post.likes_count), static_cast<std::uint32_t>(post.comments_count),
            static_cast<std::uint32_t>(post.repost_count)};
}

// Whether the words follow each other in one of the texts: of the post, of the user, of the user's names.
bool has_phrase(const posts::IndexedPost& post, const std::vector<std::string>& phrase);
bool has_phrase(const users::IndexedUser& user, const std::vector<std::string>& phrase);
bool is_called(const users::IndexedUser& user, const std::vector<std::string>& phrase);

}  // namespace grover::discovery
