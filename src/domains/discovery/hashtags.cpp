#include "domains/discovery/hashtags.hpp"

#include <algorithm>

#include "platform/text/hashtags.hpp"
#include "platform/text/utf8.hpp"

namespace grover::discovery {
namespace {

FoundHashtag found_hashtag(const std::string& tag, std::int64_t count) { return {'#' + tag, tag, count}; }

}  // namespace

Page<FoundHashtag> HashtagsService::beginning_with(const HashtagSearch& in) const {
    const auto snapshot = index_.snapshot();
    const auto& table = *snapshot->hashtags;
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
        const auto start =
            static_cast<std::size_t>(in.page.after.empty() ? in.page.skip : std::stoll(in.page.after));
        for (const auto& count :
             table.beginning_with(prefix, start + static_cast<std::size_t>(in.page.limit) + 1))
            found.push_back(found_hashtag(count.tag, count.post_count));
    }
    const auto start =
        static_cast<std::size_t>(in.page.after.empty() ? in.page.skip : std::stoll(in.page.after));
    const auto end = std::min(found.size(), start + static_cast<std::size_t>(in.page.limit));
    Page<FoundHashtag> page;
    for (auto i = start; i < end; ++i) page.items.push_back(std::move(found[i]));
    if (end < found.size() && end > start) page.next = std::to_string(end);
    return page;
}

FoundPage<posts::Post> HashtagsService::posts(const Caller& me, const HashtagPosts& in) const {
    const auto order = in.sort == HashtagSort::recent ? search::Order::recent : search::Order::popular;
    return search_.posts_of_tag(me, text::sanitize_hashtag(in.tag), order, in.page);
}

wire::Raw<std::vector<TrendingTag>> HashtagsService::trending(TrendWindow window, int limit) const {
    const auto snapshot = index_.snapshot();
    const auto& trends = snapshot->hashtags->trends(window);
    wire::Raw<std::vector<TrendingTag>> out{"["};
    for (std::size_t i = 0; i < std::min(trends.size(), static_cast<std::size_t>(limit)); ++i) {
        if (i > 0) out.json += ',';
        out.json += trends[i].json;
    }
    out.json += ']';
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
        return hashtags.trending(in.window, in.limit);
    });
}

}  // namespace grover::discovery
