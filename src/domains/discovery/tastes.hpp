// What is known of one reader's taste: what they said about recommendations, and what the posts they liked are about.
// Private to domains/discovery.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "domains/comments/comments.hpp"
#include "domains/posts/posts.hpp"

namespace grover::discovery {

// Hashes of a post's hashtags and category.
using Topics = std::vector<std::uint64_t>;
Topics topics_of(const posts::PostSubjects& post);
// `sorted` is sorted.
bool share_any(const Topics& topics, const Topics& sorted);

// A post that may be recommended.
struct Candidate {
    PostId post_id;
    UserId user_id;
    Time created_at;
    std::uint64_t hash = 0;  // of the post whose content it shows: a post and its reposts count as one
    Topics topics{};

    bool operator==(const Candidate&) const = default;
};
Candidate candidate_of(const posts::PostTopics& post);

// Ids of posts and people, each list sorted.
struct Wishes {
    std::vector<std::string> hidden;
    std::vector<std::string> more;
    std::vector<std::string> dismissed;
};
bool holds(const std::vector<std::string>& sorted, std::string_view id);
// Stamp key of one reader's wishes.
std::string wishes_key(const UserId& reader);

// From memory, or as a part of `ask`. It outlives the run().
class AskedWishes {
public:
    static db::CachePlace place_of(const UserId& reader);
    void ask(db::Read& tx, db::Together& ask, const UserId& reader, Time now);
    std::shared_ptr<const Wishes> take(db::Read& tx);

private:
    UserId reader_;
    std::shared_ptr<const Wishes> kept_;
    std::shared_ptr<Wishes> made_;
    Time good_until_{INT64_MAX};
};

// Sorted topics of the newest posts that the reader reacted to, saved or commented on in the last 30 days: from memory, or in
// two questions.
class AskedInterests {
public:
    static db::CachePlace place_of(const UserId& reader);
    void ask(db::Read& tx, db::Together& ask, const UserId& reader, Time now);
    void ask_more(db::Together& ask);
    std::shared_ptr<const Topics> take(db::Read& tx);

private:
    UserId reader_;
    std::shared_ptr<const Topics> kept_;
    posts::AskedSubjects marked_, commented_;
    comments::AskedCommented comments_;
};

}  // namespace grover::discovery
