// The rhythm of a community.
#include "app/seed/timeline.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace grover::seed {
namespace {

constexpr std::int64_t kMicrosecond = 1'000'000;
constexpr std::int64_t kHour = 3'600 * kMicrosecond;
constexpr std::int64_t kDay = 24 * kHour;

// How awake people are at each hour of their day.
constexpr std::array<double, 24> kHours = {2,  1, 1, 1, 1, 2,  4,  7,  9,  8,  7, 8,
                                           10, 9, 7, 7, 8, 10, 12, 14, 15, 13, 9, 5};

class Rhythm {
public:
    explicit Rhythm(const Community& community)
        : begin_(community.begin.us), life_(community.now.us - community.begin.us), hours_(kHours) {}

    // When a burst starts. Twice as much happens at the end as at the beginning; `shift` is the member's own time zone.
    std::int64_t start(Random& random, std::int64_t shift) const {
        const double x = random.fraction();
        const double place = random.chance(1.0 / 3) ? std::max(x, random.fraction()) : x;
        const auto at = begin_ + static_cast<std::int64_t>(place * static_cast<double>(life_));
        const auto midnight = at - at % kDay;
        return midnight + hours_.draw(random) * kHour + static_cast<std::int64_t>(random.fraction() * kHour) +
               shift;
    }

    // Moments outside fold back to a random one inside.
    Time inside(Random& random, std::int64_t at) const {
        if (at <= begin_ || at >= begin_ + life_)
            at = begin_ + 1 + static_cast<std::int64_t>(random.fraction() * static_cast<double>(life_ - 1));
        return Time{at};
    }

private:
    std::int64_t begin_;
    std::int64_t life_;
    Weighted hours_;
};

}  // namespace

std::vector<Moment> make_timeline(const SeedOptions& options, const Community& community) {
    Random random(options.random_seed, "timeline");
    const Weighted by_activity(community.activity);
    const Rhythm rhythm(community);
    std::vector<std::int64_t> shifts(community.members.size());
    for (auto& shift : shifts) shift = random.between(-11, 12) * kHour;

    const auto count = static_cast<std::size_t>(options.posts);
    std::vector<Moment> moments;
    moments.reserve(count);
    while (moments.size() < count) {
        const auto author = by_activity.draw(random);
        auto at = rhythm.start(random, shifts[author]);
        do {
            moments.push_back({rhythm.inside(random, at), author});
            at += static_cast<std::int64_t>(random.around(7 * 60) * kMicrosecond);
        } while (moments.size() < count && random.chance(0.55));
    }
    std::ranges::sort(moments, {}, [](const Moment& m) { return std::pair(m.at, m.author); });
    return moments;
}

}  // namespace grover::seed
