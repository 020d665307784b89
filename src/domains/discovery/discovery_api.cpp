// The endpoints of discovery without search.
#include "domains/discovery/discovery_api.hpp"

#include "platform/api/api.hpp"

namespace grover::discovery {

void add_discovery_api(Api& api, DiscoveryService& discovery) {
    api.on<Categories>([&](const Caller&, const Categories&) {
        return wire::Raw<std::vector<CategoryItem>>{discovery.categories()};
    });
    api.on<CategoryPosts>(
        [&](const Caller& me, const CategoryPosts& in) { return discovery.category_posts(me, in); });
    api.on<TrendingCreators>(
        [&](const Caller& me, const TrendingCreators& in) { return discovery.creators(me, in.page); });
    api.on<Trending>([&](const Caller& me, const Trending&, api::Reply& reply) {
        // Asked first: what became complete meanwhile is rather called partial than the other way round.
        if (discovery.is_trending_partial()) reply.header("X-Search-Partial", "true");
        return wire::Raw<TrendingAnswer>{discovery.trending(me)};
    });
    api.on<ForYouPosts>(
        [&](const Caller& me, const ForYouPosts& in) { return discovery.for_you(me, in.page); });
    api.on<SuggestedUsers>(
        [&](const Caller& me, const SuggestedUsers& in) { return discovery.suggested_users(me, in.page); });
    api.on<SuggestionDismiss>([&](const Caller& me, const SuggestionDismiss& in) {
        discovery.dismiss(me, in.user_id);
        return Message{"Dismissed"};
    });
    api.on<Feedback>([&](const Caller& me, const Feedback& in) { return discovery.feedback(me, in); });
    api.on<SeenReport>([&](const Caller& me, const SeenReport& in) { return discovery.seen(me, in); });
    api.on<SimilarPosts>(
        [&](const Caller& me, const SimilarPosts& in) { return discovery.similar(me, in.post_id, in.page); });
}

}  // namespace grover::discovery
