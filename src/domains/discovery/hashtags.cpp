#include "domains/discovery/hashtags.hpp"

#include <algorithm>
#include <charconv>

#include "platform/base/error.hpp"
#include "platform/text/hashtags.hpp"
#include "platform/text/utf8.hpp"

namespace grover::discovery {
namespace {

FoundHashtag found_hashtag(const std::string& tag, std::int64_t count) { return {'#' + tag, tag, count}; }

}  // namespace

std::size_t start_of(const PageRequest& page) {
    if (page.after.empty()) return static_cast<std::size_t>(page.skip);
    std::size_t place = 0;
    const auto* end = page.after.data() + page.after.size();
    if (page.after[0] != '#' || std::from_chars(page.after.data() + 1, end, place).ptr != end)
        throw validation_error("Invalid cursor");
    return place;
}

std::string position_at(std::size_t place) { return '#' + std::to_string(place); }

Page<FoundHashtag> HashtagsService::beginning_with(const HashtagSearch& in) const {
    const auto snapshot = index_.snapshot();
    const auto& table = *snapshot->hashtags;
    const auto start = start_of(in.page);
    std::vector<FoundHashtag> found;
    if (text::trim(in.q) == "#") {
        for (const auto& trend : table.trends(TrendWindow::week))
            found.push_back(found_hashtag(trend.tag, table.count_of(trend.tag)));
    } else {
        std::string prefix;
        try {
            prefix = text::sanitize_hashtag(in.q);
        } catch (const Error&) {
            return {};  // no hashtag begins so
        }
        for (const auto& count :
             table.beginning_with(prefix, start + static_cast<std::size_t>(in.page.limit) + 1))
            found.push_back(found_hashtag(count.tag, count.post_count));
    }
    const auto end = std::min(found.size(), start + static_cast<std::size_t>(in.page.limit));
    Page<FoundHashtag> page;
    for (auto i = start; i < end; ++i) page.items.push_back(std::move(found[i]));
    if (end < found.size() && end > start) page.next = position_at(end);
    return page;
}

FoundPage<posts::Post> HashtagsService::posts(const Caller& me, const HashtagPosts& in) const {
    const auto order = in.sort == HashtagSort::recent ? search::Order::recent : search::Order::popular;
    return search_.posts_of_tag(me, text::sanitize_hashtag(in.tag), order, in.page);
}

api::RawPage<TrendingTag> HashtagsService::trending(TrendWindow window, const PageRequest& page) const {
    const auto snapshot = index_.snapshot();
    const auto& trends = snapshot->hashtags->trends(window);
    const auto first = std::min(start_of(page), trends.size());
    const auto last = std::min(trends.size(), first + static_cast<std::size_t>(page.limit));
    api::RawPage<TrendingTag> out{"[", {}};
    for (auto i = first; i < last; ++i) {
        if (i > first) out.json += ',';
        out.json += trends[i].json;
    }
    out.json += ']';
    if (last < trends.size()) out.next = position_at(last);
    return out;
}

bool HashtagsService::is_partial() const { return !index_.snapshot()->is_complete; }

void add_hashtags_api(api::Api& api, HashtagsService& hashtags) {
    const auto say_if_partial = [&](api::Reply& reply) {
        if (hashtags.is_partial()) reply.header("X-Search-Partial", "true");
    };
    api.on<HashtagSearch>([=, &hashtags](const Caller&, const HashtagSearch& in, api::Reply& reply) {
        say_if_partial(reply);
        return hashtags.beginning_with(in);
    });
    api.on<HashtagPosts>([&hashtags](const Caller& me, const HashtagPosts& in, api::Reply& reply) {
        auto page = hashtags.posts(me, in);
        if (page.is_partial) reply.header("X-Search-Partial", "true");
        return page;
    });
    api.on<TrendingTagsList>([=, &hashtags](const Caller&, const TrendingTagsList& in, api::Reply& reply) {
        say_if_partial(reply);
        return hashtags.trending(in.window, in.page);
    });
}

}  // namespace grover::discovery
