#include "domains/discovery/hashtag_table.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <unordered_map>

#include "domains/discovery/hashtags_api.hpp"
#include "domains/discovery/search_documents.hpp"
#include "domains/discovery/search_people.hpp"

namespace grover::discovery {
namespace {

constexpr std::array<std::chrono::hours, 3> kWindows{std::chrono::hours{24}, std::chrono::hours{24 * 7},
                                                     std::chrono::hours{24 * 30}};

struct Sums {
    std::int64_t posts = 0, likes = 0;
    std::int64_t score() const { return 2 * posts + likes; }
};

struct Counted {
    std::int64_t posts = 0;
    std::array<Sums, 3> now, before;
    // Only when fewer authors than some do not count: as many as have to be told apart.
    std::array<std::vector<std::uint32_t>, 3> authors;
};

class Counter {
public:
    Counter(const People& people, const HashtagRules& rules, Time now)
        : people_(people), rules_(rules), now_(now) {}

    // Document by document: that walks through memory in its order. `first` is the segment's first hashtag.
    void add(const search::Segment& segment, std::uint32_t first, std::vector<Counted>& counted) const {
        for (std::uint32_t document = 0; document < segment.size(); ++document) {
            const auto tags = segment.tags(document);
            if (tags.empty() || !counts(segment, document)) continue;
            const auto likes = segment.counts(document).likes;
            const auto age = now_ - Time{segment.created_at(document)};
            for (const auto tag : tags) {
                auto& of_tag = counted[tag - first];
                ++of_tag.posts;
                add_to_windows(age, likes, segment.owner(document), of_tag);
            }
        }
    }

    bool is_enough(const Counted& counted, std::size_t window) const {
        if (counted.now[window].posts == 0) return false;
        return rules_.min_authors <= 1 || std::ssize(counted.authors[window]) >= rules_.min_authors;
    }

private:
    // Public posts of public accounts, outside communities.
    bool counts(const search::Segment& segment, std::uint32_t document) const {
        if (segment.is_dead(document, UINT32_MAX) || segment.group(document) != 0 ||
            PostTraits::of(segment.flags(document)).visibility != posts::Visibility::public_)
            return false;
        const auto& author = people_.at(segment.owner(document));
        return !author.is_hidden.load(std::memory_order_relaxed) &&
               !author.is_private.load(std::memory_order_relaxed);
    }

    void add_to_windows(std::chrono::microseconds age, std::int64_t likes, std::uint32_t author,
                        Counted& counted) const {
        for (std::size_t i = kWindows.size(); i-- > 0;) {
            if (age >= 2 * kWindows[i]) return;  // the shorter ones too
            auto& sums = age < kWindows[i] ? counted.now[i] : counted.before[i];
            ++sums.posts;
            sums.likes += likes;
            if (rules_.min_authors <= 1 || age >= kWindows[i]) continue;
            auto& authors = counted.authors[i];
            if (std::ssize(authors) < rules_.min_authors &&
                std::ranges::find(authors, author) == authors.end())
                authors.push_back(author);
        }
    }

    const People& people_;
    const HashtagRules& rules_;
    Time now_;
};

void add(Counted& sum, const Counted& part, int min_authors) {
    sum.posts += part.posts;
    for (std::size_t i = 0; i < kWindows.size(); ++i) {
        for (auto [to, from] :
             {std::pair{&sum.now[i], &part.now[i]}, std::pair{&sum.before[i], &part.before[i]}})
            to->posts += from->posts, to->likes += from->likes;
        for (const auto author : part.authors[i]) {
            auto& authors = sum.authors[i];
            if (std::ssize(authors) < min_authors && std::ranges::find(authors, author) == authors.end())
                authors.push_back(author);
        }
    }
}

HashtagTrend trend_of(std::string_view tag, const Sums& now, const Sums& before) {
    HashtagTrend trend{std::string(tag), now.posts, now.likes, now.score(), std::nullopt, {}};
    if (before.posts > 0)
        trend.change = std::round(1'000.0 * static_cast<double>(now.score() - before.score()) /
                                  static_cast<double>(before.score())) /
                       10;
    return trend;
}

std::string json_of(const HashtagTrend& trend) {
    return wire::to_json(TrendingTag{'#' + trend.tag, trend.tag, trend.post_count, trend.total_likes,
                                     trend.score, trend.change});
}

bool stands_before(const HashtagTrend& a, const HashtagTrend& b) {
    if (a.score != b.score) return a.score > b.score;
    if (a.post_count != b.post_count) return a.post_count > b.post_count;
    return a.tag < b.tag;
}

}  // namespace

HashtagTable count_hashtags(const std::vector<std::shared_ptr<search::Segment>>& posts, const People& people,
                            const HashtagRules& rules, Time now) {
    std::unordered_map<std::string_view, Counted> all;
    const Counter counter(people, rules, now);
    for (const auto& segment : posts) {
        const auto& vocabulary = segment->vocabulary();
        const auto [first, last] = vocabulary.range("#");
        std::vector<Counted> counted(last - first);
        counter.add(*segment, first, counted);
        for (auto term = first; term < last; ++term)
            add(all[vocabulary.at(term).substr(1)], counted[term - first], rules.min_authors);
    }
    HashtagTable table;
    for (const auto& [tag, counted] : all) {
        if (counted.posts == 0) continue;
        table.counts_.push_back({std::string(tag), counted.posts});
        if (rules.blocked && rules.blocked->occurs_in(tag)) continue;
        for (std::size_t i = 0; i < kWindows.size(); ++i) {
            if (counter.is_enough(counted, i))
                table.trends_[i].push_back(trend_of(tag, counted.now[i], counted.before[i]));
        }
    }
    std::ranges::sort(table.counts_, {}, &HashtagCount::tag);
    for (auto& trends : table.trends_) {
        const auto kept = std::min<std::size_t>(trends.size(), kMostTrends);
        std::ranges::partial_sort(trends, trends.begin() + static_cast<std::ptrdiff_t>(kept), stands_before);
        trends.resize(kept);
        for (auto& trend : trends) trend.json = json_of(trend);
    }
    return table;
}

std::vector<HashtagCount> HashtagTable::beginning_with(std::string_view prefix, std::size_t limit) const {
    const auto first = std::ranges::lower_bound(counts_, prefix, {}, &HashtagCount::tag);
    // UTF-8 never holds 0xFF.
    const auto last = std::ranges::lower_bound(counts_, std::string(prefix) + '\xFF', {}, &HashtagCount::tag);
    std::vector<const HashtagCount*> found;
    found.reserve(static_cast<std::size_t>(last - first));
    for (auto count = first; count != last; ++count) found.push_back(&*count);
    const auto kept = std::min(found.size(), limit);
    std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(kept),
                              [](const HashtagCount* a, const HashtagCount* b) {
                                  return a->post_count != b->post_count ? a->post_count > b->post_count
                                                                        : a->tag < b->tag;
                              });
    std::vector<HashtagCount> out;
    for (std::size_t i = 0; i < kept; ++i) out.push_back(*found[i]);
    return out;
}

std::int64_t HashtagTable::count_of(std::string_view tag) const {
    const auto found = std::ranges::lower_bound(counts_, tag, {}, &HashtagCount::tag);
    return found != counts_.end() && found->tag == tag ? found->post_count : 0;
}

}  // namespace grover::discovery
