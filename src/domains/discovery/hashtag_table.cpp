#include "domains/discovery/hashtag_table.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

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
    std::array<std::unordered_set<std::uint32_t>, 3> authors;  // no more than have to be told apart
};

class Counter {
public:
    Counter(const People& people, const HashtagRules& rules, Time now)
        : people_(people), rules_(rules), now_(now) {}

    void add(const search::Segment& segment, std::uint32_t term, Counted& counted) const {
        for (search::PostingReader reader(segment, term); reader.document() != search::PostingReader::kEnd;
             reader.next()) {
            const auto document = reader.document();
            if (segment.is_dead(document, UINT32_MAX) || segment.group(document) != 0 ||
                PostTraits::of(segment.flags(document)).visibility != posts::Visibility::public_)
                continue;
            const auto author = segment.owner(document);
            const auto& person = people_.at(author);
            if (person.is_hidden.load(std::memory_order_relaxed) ||
                person.is_private.load(std::memory_order_relaxed))
                continue;
            ++counted.posts;
            add_to_windows(segment.created_at(document), segment.counts(document).likes, author, counted);
        }
    }

private:
    void add_to_windows(std::int64_t created_at, std::int64_t likes, std::uint32_t author,
                        Counted& counted) const {
        const auto age = now_ - Time{created_at};
        for (std::size_t i = kWindows.size(); i-- > 0;) {
            if (age >= 2 * kWindows[i]) return;  // the shorter ones too
            auto& sums = age < kWindows[i] ? counted.now[i] : counted.before[i];
            ++sums.posts;
            sums.likes += likes;
            auto& authors = counted.authors[i];
            if (age < kWindows[i] && std::ssize(authors) < rules_.min_authors) authors.insert(author);
        }
    }

    const People& people_;
    const HashtagRules& rules_;
    Time now_;
};

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
        for (auto term = first; term < last; ++term)
            counter.add(*segment, term, all[vocabulary.at(term).substr(1)]);
    }
    HashtagTable table;
    for (const auto& [tag, counted] : all) {
        if (counted.posts == 0) continue;
        table.counts_.push_back({std::string(tag), counted.posts});
        if (rules.blocked && rules.blocked->occurs_in(tag)) continue;
        for (std::size_t i = 0; i < kWindows.size(); ++i) {
            if (counted.now[i].posts > 0 && std::ssize(counted.authors[i]) >= rules.min_authors)
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
