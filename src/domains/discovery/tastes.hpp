// What is known of one reader's taste: what they said about recommendations, and what the posts they liked are about.
// Private to domains/discovery.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "domains/posts/posts.hpp"

namespace grover::discovery {

// Hashes of a post's hashtags and category.
using Topics = std::vector<std::uint64_t>;
Topics topics_of(const posts::PostTopics& post);
// `sorted` is sorted.
bool share_any(const Topics& topics, const Topics& sorted);

// A post that may be recommended.
struct Candidate {
    PostId post_id;
    UserId user_id;
    Time created_at;
    std::uint64_t hash = 0;  // of the post whose content it shows: a post and its reposts count as one
    Topics topics{};
};
Candidate candidate_of(const posts::PostTopics& post);

// Ids of posts and people, each list sorted.
struct Wishes {
    std::vector<std::string> hidden;
    std::vector<std::string> more;
    std::vector<std::string> dismissed;
};
bool holds(const std::vector<std::string>& sorted, std::string_view id);
std::shared_ptr<const Wishes> wishes_of(db::Read& tx, const UserId& reader, Time now);
// Stamp key of one reader's wishes.
std::string wishes_key(const UserId& reader);

// Sorted topics of the newest posts that the reader reacted to or saved in the last 30 days.
std::shared_ptr<const Topics> interests_of(db::Read& tx, const UserId& reader, Time now);

}  // namespace grover::discovery
