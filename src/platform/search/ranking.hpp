// The formulas of contract/discovery.md §1.1, and how a document's share of them is kept.
//
//   score = text × (1 + 0.1 ln(1 + popularity)) × freshness × what the reader adds
//
// text: the sum over the words of the query of the best match of each (quality × weight of the field). popularity: likes +
// 2 comments + 3 reposts of a post, followers of a user. freshness: 0.5 + 0.5 × 0.5^(age in days / 30) for posts, 1 for
// users.
#pragma once

#include <cmath>
#include <cstdint>

#include "platform/base/clock.hpp"

namespace grover::search {

// Text weights are kept in hundredths: 1.5 is 150.
using Weight = std::uint8_t;

// How well a word of the query fits an indexed word, in percent.
inline constexpr int kEqual = 100, kPrefix = 70, kTypo = 40, kInside = 30;

struct Counts {
    std::uint32_t likes = 0;  // of a user: followers
    std::uint32_t comments = 0;
    std::uint32_t reposts = 0;

    std::uint64_t popularity() const {
        return likes + 2 * std::uint64_t{comments} + 3 * std::uint64_t{reposts};
    }
    bool operator==(const Counts&) const = default;
};

inline double boost(std::uint64_t popularity) {
    return 1 + 0.1 * std::log1p(static_cast<double>(popularity));
}

inline double freshness(std::int64_t created_at_us, Time now) {
    constexpr double kDay = 86'400e6;
    const double days = static_cast<double>(now.us - created_at_us) / kDay;
    return days <= 0 ? 1 : 0.5 + 0.5 * std::exp2(-days / 30);
}

enum class Aging : std::uint8_t { none, halves };

// How many times its rank at `until` a document's rank at `from`, earlier, was at most.
inline double most_sunk(Time from, Time until, Aging aging) {
    constexpr double kMonth = 30 * 86'400e6;
    return aging == Aging::none || until <= from
               ? 1
               : std::exp2(static_cast<double>(until.us - from.us) / kMonth);
}

// What every reader's score has in common.
inline double rank(const Counts& counts, std::int64_t created_at_us, Aging aging, Time now) {
    return boost(counts.popularity()) * (aging == Aging::halves ? freshness(created_at_us, now) : 1);
}

}  // namespace grover::search
