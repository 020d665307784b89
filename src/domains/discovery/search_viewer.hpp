// What one reader may find, and what is worth more to them: decided for thousands of candidates of one query in memory.
// The answer itself is checked once more against the tables, by PostViews and UsersService.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "domains/discovery/search_people.hpp"
#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/search/match.hpp"

namespace grover::discovery {

// contract/discovery.md §1.2, as far as a post is asked one by one.
struct PostFilter {
    enum class Media : std::uint8_t { all, without, with };
    Media media = Media::all;
    std::optional<std::int64_t> from, before;  // created_at, in microseconds
    std::int64_t min_likes = 0;
    std::int64_t min_comments = 0;
    bool following_only = false;
    std::optional<bool> has_poll;
};

class SearchViewer {
public:
    // Whether the reader may read a community; asked once for each.
    using MayRead = std::function<bool(const CommunityId&)>;

    SearchViewer(const People& people, const Communities& communities, const Roots& roots,
                 std::shared_ptr<const users::Relations> relations, MayRead may_read);

    static constexpr double kFollowed = 1.3;

    // 0: not for this reader. Else what the score is multiplied by.
    double post(const search::Segment& segment, std::uint32_t document, const PostFilter& filter) const;
    // `is_exact`: the username is what was asked for.
    double user(const search::Segment& segment, std::uint32_t document, bool is_exact) const;
    bool follows_anybody() const { return !relations_->following().empty(); }

private:
    enum class Relation : std::uint8_t { stranger, followed, muted, followed_muted, cut_off, self };
    struct Entry {
        std::uint64_t hash = 0;
        Relation relation = Relation::stranger;
    };
    void put(const UserId& user, Relation relation);
    Relation relation_to(std::uint64_t hash) const;

    bool may_read(std::uint32_t community) const;
    bool sees(Relation relation, const Person& author, posts::Visibility visibility,
              std::uint32_t community) const;
    bool sees_root(const Root& root) const;

    const People& people_;
    const Communities& communities_;
    const Roots& roots_;
    MayRead may_read_;
    mutable std::unordered_map<std::uint32_t, bool> readable_;
    std::shared_ptr<const users::Relations> relations_;
    std::vector<Entry> table_;  // open addressing; 0 is a free place
};

}  // namespace grover::discovery
