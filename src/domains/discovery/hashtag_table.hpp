// Hashtags in numbers: how many public posts of public accounts carry each, and what is trending. Counted anew from the
// index in memory, so nothing can drift; immutable.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/search/segment.hpp"
#include "platform/text/profanity.hpp"

namespace grover::discovery {

class People;

enum class TrendWindow : std::uint8_t { day, week, month };
constexpr std::array<std::string_view, 3> enum_names(TrendWindow) { return {"24h", "7d", "30d"}; }

struct HashtagRules {
    int min_authors = 1;                            // TRENDING_MIN_AUTHORS
    std::shared_ptr<const text::WordList> blocked;  // words that never trend
};

struct HashtagCount {
    std::string tag;  // in stored form
    std::int64_t post_count = 0;
};

// Over the posts made in a window: score = 2 × posts + likes (contract/discovery.md §2).
struct HashtagTrend {
    std::string tag;
    std::int64_t post_count = 0;
    std::int64_t total_likes = 0;
    std::int64_t score = 0;
    std::optional<double> change;  // of the score against the window before, in percent
    std::string json;              // as TrendingTag
};

inline constexpr int kMostTrends = 1'000;

class HashtagTable {
public:
    // Those beginning with `prefix` (in stored form), most used first, ties alphabetical.
    std::vector<HashtagCount> beginning_with(std::string_view prefix, std::size_t limit) const;
    std::int64_t count_of(std::string_view tag) const;
    const std::vector<HashtagTrend>& trends(TrendWindow window) const {
        return trends_[static_cast<std::size_t>(window)];
    }

private:
    friend HashtagTable count_hashtags(const std::vector<std::shared_ptr<search::Segment>>&, const People&,
                                       const HashtagRules&, Time);

    std::vector<HashtagCount> counts_;  // by tag
    std::array<std::vector<HashtagTrend>, 3> trends_;
};

HashtagTable count_hashtags(const std::vector<std::shared_ptr<search::Segment>>& posts, const People& people,
                            const HashtagRules& rules, Time now);

}  // namespace grover::discovery
