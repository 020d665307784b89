// What one user is to all others, in memory. Included through users.hpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"

namespace grover::users {

// A snapshot of one viewer's edges; immutable, so any thread may hold it. A question costs O(log n), mostly one look.
class Relations {
public:
    const UserId& viewer() const { return viewer_; }
    // Accepted follows, ascending by id.
    const std::vector<UserId>& following() const { return following_; }

    bool follows(const UserId& user) const {
        return !followed_.empty() && followed_[slot_of(user).at] != kNobody;
    }
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

    // In followed_: a place in following_, below eight bits of the hash of who stands there.
    static constexpr std::uint32_t kNobody = UINT32_MAX, kPlace = 0xFFFFFF;

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
    // Where the user stands in followed_, or would; and what stands there then.
    struct Slot {
        std::size_t at;
        std::uint32_t tag;
    };
    Slot slot_of(const UserId& user) const {
        const std::uint64_t hash = std::hash<UserId>{}(user);
        const auto tag = static_cast<std::uint32_t>(hash >> 32) & ~kPlace;
        const auto mask = followed_.size() - 1;
        const auto is_other = [&](std::uint32_t slot) {
            return slot != kNobody && ((slot & ~kPlace) != tag || following_[slot & kPlace] != user);
        };
        auto at = hash & mask;
        while (is_other(followed_[at])) at = (at + 1) & mask;
        return {at, tag};
    }

    UserId viewer_;
    std::vector<UserId> following_;
    // The same by hash, with open addressing, at least half of it free: most are told from the others by one look, where a
    // binary search takes several.
    std::vector<std::uint32_t> followed_;
    std::vector<UserId> blocked_;
    std::vector<UserId> blocked_by_;
    std::vector<UserId> muted_posts_;
    // A bit of each id in the three lists before: most people are in none of them, and one look says so.
    std::uint64_t avoided_ = 0;
    Time good_until_{INT64_MAX};  // the next mute that ends by itself
};

}  // namespace grover::users
