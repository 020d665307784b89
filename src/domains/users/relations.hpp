// What one user is to all others, in memory. Included through users.hpp.
#pragma once

#include <algorithm>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"

namespace grover::users {

// A snapshot of one viewer's edges; immutable, so any thread may hold it. Every question costs O(log n).
class Relations {
public:
    const UserId& viewer() const { return viewer_; }
    // Accepted follows, ascending by id.
    const std::vector<UserId>& following() const { return following_; }

    bool follows(const UserId& user) const { return std::ranges::binary_search(following_, user); }
    // A block in either direction.
    bool is_cut_off_from(const UserId& user) const { return has_blocked(user) || is_blocked_by(user); }
    bool has_blocked(const UserId& user) const { return is_in(blocked_, user); }
    bool is_blocked_by(const UserId& user) const { return is_in(blocked_by_, user); }
    // For lists that leave out people in a statement; each ascending by id.
    const std::vector<UserId>& blocked() const { return blocked_; }
    const std::vector<UserId>& blocked_by() const { return blocked_by_; }
    // Scope `all` or `posts`: left out of feed and explore.
    bool mutes_posts_of(const UserId& user) const { return is_in(muted_posts_, user); }
    const std::vector<UserId>& muted_posts() const { return muted_posts_; }
    bool has_any_block_or_mute() const {
        return !blocked_.empty() || !blocked_by_.empty() || !muted_posts_.empty();
    }

private:
    friend class RelationsLoader;

    // Ids end in what is random about them.
    static std::uint64_t avoided_bit(const UserId& user) {
        unsigned end = 0;
        const auto id = user.view();
        for (const char c : id.substr(id.size() - std::min<std::size_t>(id.size(), 2)))
            end = end * 31 + static_cast<unsigned char>(c);
        return std::uint64_t{1} << end % 64;
    }
    bool is_in(const std::vector<UserId>& some, const UserId& user) const {
        return (avoided_ & avoided_bit(user)) != 0 && std::ranges::binary_search(some, user);
    }

    UserId viewer_;
    std::vector<UserId> following_;
    std::vector<UserId> blocked_;
    std::vector<UserId> blocked_by_;
    std::vector<UserId> muted_posts_;
    // A bit of each id in the three lists before: most people are in none of them, and one look says so.
    std::uint64_t avoided_ = 0;
    Time good_until_{INT64_MAX};  // the next mute that ends by itself
};

}  // namespace grover::users
