#include <algorithm>
#include <chrono>
#include <cmath>

#include "domains/discovery/hashtags_api.hpp"
#include "domains/discovery/search.hpp"
#include "domains/discovery/search_documents.hpp"
#include "domains/discovery/search_find.hpp"
#include "domains/discovery/search_highlights.hpp"
#include "domains/discovery/search_mutuals.hpp"
#include "platform/observability/metrics.hpp"
#include "platform/text/hashtags.hpp"

namespace grover::discovery {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLongest{500};
// Hits beyond a page, for those that turn out to be hidden by now.
constexpr std::size_t kSpare = 8;

search::Order order_of(SearchSort sort) { return static_cast<search::Order>(sort); }

std::array<bool, 7> kinds_of(const SearchAll& in) {
    std::array<bool, 7> kinds{};
    for (const auto& name : in.type) {
        const auto kind = wire::enum_of<SearchKind>(name);
        if (!kind)
            throw invalid_input(
                {"query", "type"},
                "Input should be all, users, posts, hashtags, products, communities or streams", "enum");
        kinds[static_cast<std::size_t>(*kind)] = true;
    }
    if (in.type.empty() || kinds[0]) kinds[1] = kinds[2] = kinds[3] = true;
    return kinds;
}

void require_something(const std::optional<std::string>& q, const SearchFilters& filters) {
    if (!q && !filters.any()) throw invalid_input({"query", "q"}, "Field required", "missing");
}

FoundHashtag found_hashtag(const HashtagCount& count) {
    return {'#' + count.tag, count.tag, count.post_count};
}

// For the metrics: how long a search of a kind took, and whether it found nothing.
class Watched {
public:
    explicit Watched(const char* kind)
        : seconds_(metrics::histogram("grover_search_seconds", "Time of searches.", {{"kind", kind}},
                                      kSearchBuckets)),
          nothing_(metrics::counter("grover_search_zero_results_total", "Searches that found nothing.")) {}

    void took(Steady::time_point begin, int found) const {
        seconds_.observe(std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begin));
        if (found == 0) nothing_.add();
    }

private:
    static constexpr std::array<std::int64_t, 9> kSearchBuckets{250,    1'000,   5'000,   10'000, 25'000,
                                                                50'000, 100'000, 250'000, 500'000};
    metrics::Histogram seconds_;
    metrics::Counter nothing_;
};

// The hashtag that the query would be, or nothing.
std::string as_tag(std::string_view typed) {
    try {
        return text::sanitize_hashtag(typed);
    } catch (const Error&) {
        return {};
    }
}

}  // namespace

// What one list is made from.
struct SearchService::Asked {
    std::shared_ptr<const SearchSnapshot> snapshot;
    std::shared_ptr<const users::Relations> relations;
    const SearchViewer& viewer;
    const SearchFinder& finder;
    SearchRequest request;
    const PageRequest& page;

    // `write` is called with the request, then with what follows the hits it found: a page is short only when there are no
    // more of them.
    void each_round(const Written& page,
                    FunctionRef<SearchResult(const SearchRequest&, std::size_t skip)> write) const;
};

// The first round says how many there are.
void SearchService::Written::begin(const SearchResult& result) {
    if (rounds++ == 0) {
        total = result.total;
        with_typos = result.with_typos;
    }
    is_partial = is_partial || result.is_partial;
}

// Hidden since the index heard last: they are not there, so they are not counted either.
void SearchService::Written::leave_out(std::size_t count) {
    if (total < search::kMostCounted) total = std::max(0, total - static_cast<int>(count));
}

void SearchService::Written::end_at(Time as_of) {
    next = SearchPosition::text(as_of, with_typos, hits.back());
}

void SearchService::Asked::each_round(
    const Written& written, FunctionRef<SearchResult(const SearchRequest&, std::size_t skip)> write) const {
    auto round = request;
    auto skip = request.position ? 0 : static_cast<std::size_t>(page.skip);
    while (true) {
        const auto result = write(round, skip);
        if (!written.next.empty() || result.hits.size() < round.wanted || result.is_partial) return;
        const auto& last = result.hits.back();
        round.position = SearchPosition{
            request.as_of(), result.with_typos, {last.score, last.created_at, std::string(last.id())}};
        skip = 0;
    }
}

SearchViewer::MayRead SearchService::reader_of(db::Read& tx, const Caller& me) const {
    return [this, &tx, viewer = me.id](const CommunityId& community) {
        return gate_.community(tx, viewer, community).may_read;
    };
}

SearchService::Written SearchService::write_posts(db::Read& tx, const Caller& me, const Asked& asked,
                                                  const SearchFilters* filters) {
    Written out{.json = "[", .snapshot = asked.snapshot};
    auto left = asked.page.limit;
    asked.each_round(out, [&](const SearchRequest& request, std::size_t skip) {
        auto result = asked.finder.posts(tx, request, filters);
        out.begin(result);
        std::vector<PostId> ids;
        for (auto i = skip; i < result.hits.size(); ++i) ids.emplace_back(result.hits[i].id());
        const auto written = views_.write(tx, me, ids, posts::Muted::left_out, 0, left, out.json);
        out.leave_out(written.left_out.size());
        auto hidden = written.left_out.begin();
        for (std::size_t i = 0; written.count > 0 && i <= written.last; ++i) {
            if (hidden != written.left_out.end() && *hidden == i) {
                ++hidden;
            } else {
                out.hits.push_back(result.hits[skip + i]);
            }
        }
        left -= written.count;
        if (written.more) out.end_at(asked.request.as_of());
        return result;
    });
    out.json += ']';
    return out;
}

template <class Entry>
SearchService::Written SearchService::write_users(db::Read& tx, const Caller& me, const Asked& asked) {
    Mutuals mutuals(tx, asked.relations, asked.request.now);
    const auto is_gone = [&](const UserId& id, const users::ProfileCard& card) {
        if (id == me.id) return false;
        return card.is_hidden || asked.relations->is_cut_off_from(id) ||
               (!card.is_discoverable && !asks_for_username(asked.request.query, card.summary.username));
    };
    Written out{.json = "[", .snapshot = asked.snapshot};
    auto left = static_cast<std::size_t>(asked.page.limit);
    asked.each_round(out, [&](const SearchRequest& request, std::size_t skip) {
        auto result = asked.finder.users(tx, request, [&](const UserId& user) { return mutuals.with(user); });
        out.begin(result);
        // Those that are missing and one more, which says that there is another page.
        for (auto first = skip; first < result.hits.size() && out.next.empty();) {
            const auto count = std::min(result.hits.size() - first, left + 1);
            std::vector<UserId> ids;
            for (auto i = first; i < first + count; ++i) ids.emplace_back(result.hits[i].id());
            std::vector<UserId> followers;
            if constexpr (std::is_same_v<Entry, FoundPerson>)
                followers = users::followers_among(tx, me.id, ids);
            const auto cards = users_.profiles(tx, ids, me.base_url);
            for (std::size_t i = 0; i < count; ++i) {
                if (is_gone(ids[i], *cards[i])) {
                    out.leave_out(1);
                    continue;
                }
                if (left == 0) {
                    out.end_at(asked.request.as_of());
                    break;
                }
                Entry entry;
                static_cast<users::UserSummary&>(entry) = cards[i]->summary;
                entry.bio = cards[i]->bio;
                entry.followers_count = cards[i]->followers_count;
                entry.is_following = asked.relations->follows(ids[i]);
                if constexpr (std::is_same_v<Entry, FoundPerson>) {
                    entry.follows_you = std::ranges::find(followers, ids[i]) != followers.end();
                    entry.mutual_followers = mutuals.with(ids[i]);
                }
                if (out.json.back() == '}') out.json += ',';
                wire::write(out.json, entry);
                out.hits.push_back(result.hits[first + i]);
                --left;
            }
            first += count;
        }
        return result;
    });
    out.json += ']';
    return out;
}

SearchPage SearchService::all(const Caller& me, const SearchAll& in) {
    const auto begin = Steady::now();
    const auto kinds = kinds_of(in);
    const auto asks = [&](SearchKind kind) { return kinds[static_cast<std::size_t>(kind)]; };
    require_something(in.q, in);
    if (!in.page.after.empty() && std::ranges::count(kinds, true) > 1)
        throw invalid_input({"query", "cursor"}, "A cursor continues one type");

    const auto typed = in.q.value_or("");
    const auto query = search::parse_query(typed);
    const auto now = clock_.now();
    SearchPage page;
    Written found_posts, found_users, found_tags;
    std::optional<std::string> suggestion;
    db_.read([&](db::Read& tx) {
        // The index first: what the tables say is then at least as new.
        const auto snapshot = index_.snapshot();
        const auto relations = users_.relations(tx, me.id);
        const SearchViewer viewer(index_.people(), index_.communities(), index_.roots(), relations,
                                  reader_of(tx, me));
        const SearchFinder finder(*snapshot, viewer);
        const auto position = asks(SearchKind::communities) || asks(SearchKind::hashtags)
                                  ? std::nullopt
                                  : SearchPosition::of(in.page.after);
        const Asked asked{snapshot,
                          relations,
                          viewer,
                          finder,
                          {.query = query,
                           .order = order_of(in.sort),
                           .now = now,
                           .position = position,
                           .wanted = static_cast<std::size_t>(in.page.limit) + kSpare +
                                     (position ? 0 : static_cast<std::size_t>(in.page.skip)),
                           .limit = static_cast<std::size_t>(in.page.limit),
                           .deadline = begin + kLongest},
                          in.page};
        if (asks(SearchKind::posts)) found_posts = write_posts(tx, me, asked, in.any() ? &in : nullptr);
        if (asks(SearchKind::users) && in.q) {
            // What was found among the posts counts when it is asked whether there is too little without typos.
            Asked people = asked;
            people.request.limit -=
                std::min(asked.request.limit, static_cast<std::size_t>(found_posts.total));
            found_users = write_users<FoundUser>(tx, me, people);
        }
        if (asks(SearchKind::hashtags) && in.q) {
            if (const auto prefix = as_tag(typed); !prefix.empty()) {
                const auto start = start_of(in.page);
                const auto end = start + static_cast<std::size_t>(in.page.limit);
                const auto found = snapshot->hashtags->beginning_with(
                    prefix, std::max<std::size_t>(search::kMostCounted, end + 1));
                found_tags.total = std::min(static_cast<int>(found.size()), search::kMostCounted);
                std::vector<FoundHashtag> shown;
                for (auto i = start; i < std::min(end, found.size()); ++i)
                    shown.push_back(found_hashtag(found[i]));
                found_tags.json = wire::to_json(shown);
                if (end < found.size()) found_tags.next = position_at(end);
            }
        }
        if (found_posts.with_typos || found_users.with_typos) {
            auto found = found_posts.hits;
            found.insert(found.end(), found_users.hits.begin(), found_users.hits.end());
            suggestion = finder.suggestion(typed, query, std::move(found));
        }
        page.is_partial = found_posts.is_partial || found_users.is_partial || !snapshot->is_complete;
    });
    Elsewhere found_communities;
    if (asks(SearchKind::communities) && in.q && communities_)
        found_communities = communities_(me, typed, in.page);
    page.next = !found_posts.next.empty()   ? found_posts.next
                : !found_users.next.empty() ? found_users.next
                : !found_tags.next.empty()  ? found_tags.next
                                            : found_communities.next;
    if (std::ranges::count(kinds, true) > 1) page.next.clear();

    auto& out = page.json;
    out = "{\"users\":" + found_users.json + ",\"posts\":" + found_posts.json +
          ",\"hashtags\":" + found_tags.json + ",\"products\":[],\"communities\":" + found_communities.json +
          ",\"streams\":[]";
    wire::append_key(out, "total");
    wire::write(out, std::map<std::string, std::int64_t>{{"users", found_users.total},
                                                         {"posts", found_posts.total},
                                                         {"hashtags", found_tags.total},
                                                         {"products", 0},
                                                         {"communities", found_communities.total},
                                                         {"streams", 0}});
    wire::append_key(out, "suggestion");
    wire::write(out, suggestion);
    wire::append_key(out, "took_ms");
    const auto took = std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
    wire::write(out, std::round(took * 100) / 100);
    out += '}';
    static const Watched watched("all");
    watched.took(begin, found_posts.total + found_users.total + found_tags.total);
    return page;
}

FoundPage<FoundPerson> SearchService::users(const Caller& me, const SearchUsers& in) {
    const auto begin = Steady::now();
    const auto query = search::parse_query(in.q);
    FoundPage<FoundPerson> page;
    db_.read([&](db::Read& tx) {
        const auto snapshot = index_.snapshot();
        const auto relations = users_.relations(tx, me.id);
        const SearchViewer viewer(index_.people(), index_.communities(), index_.roots(), relations,
                                  reader_of(tx, me));
        const SearchFinder finder(*snapshot, viewer);
        const auto position = SearchPosition::of(in.page.after);
        const Asked asked{snapshot,
                          relations,
                          viewer,
                          finder,
                          {.query = query,
                           .now = clock_.now(),
                           .position = position,
                           .wanted = static_cast<std::size_t>(in.page.limit) + kSpare +
                                     (position ? 0 : static_cast<std::size_t>(in.page.skip)),
                           .limit = static_cast<std::size_t>(in.page.limit),
                           .deadline = begin + kLongest},
                          in.page};
        auto written = write_users<FoundPerson>(tx, me, asked);
        static const Watched watched("users");
        watched.took(begin, written.total);
        page = {std::move(written.json), std::move(written.next),
                written.is_partial || !snapshot->is_complete};
    });
    return page;
}

SearchService::Written SearchService::posts_page(const Caller& me, std::string_view q, search::Order order,
                                                 const PageRequest& request, const SearchFilters* filters) {
    const auto begin = Steady::now();
    const auto query = search::parse_query(q);
    return db_.read([&](db::Read& tx) {
        const auto snapshot = index_.snapshot();
        const auto relations = users_.relations(tx, me.id);
        const SearchViewer viewer(index_.people(), index_.communities(), index_.roots(), relations,
                                  reader_of(tx, me));
        const SearchFinder finder(*snapshot, viewer);
        const auto position = SearchPosition::of(request.after);
        const Asked asked{snapshot,
                          relations,
                          viewer,
                          finder,
                          {.query = query,
                           .order = order,
                           .now = clock_.now(),
                           .position = position,
                           .wanted = static_cast<std::size_t>(request.limit) + kSpare +
                                     (position ? 0 : static_cast<std::size_t>(request.skip)),
                           .limit = static_cast<std::size_t>(request.limit),
                           .deadline = begin + kLongest},
                          request};
        auto written = write_posts(tx, me, asked, filters);
        static const Watched watched("posts");
        watched.took(begin, written.total);
        written.is_partial = written.is_partial || !snapshot->is_complete;
        return written;
    });
}

FoundPage<FoundPost> SearchService::posts(const Caller& me, const SearchPosts& in) {
    require_something(in.q, in);
    const auto typed = in.q.value_or("");
    auto written = posts_page(me, typed, order_of(in.sort), in.page, in.any() ? &in : nullptr);
    const auto query = search::parse_query(typed);
    std::map<PostId, std::vector<Highlight>> highlights;
    db_.read([&](db::Read& tx) {
        std::vector<PostId> ids;
        for (const auto& hit : written.hits) ids.emplace_back(hit.id());
        for (const auto& post : posts::indexed_posts(tx, ids)) {
            auto& list = highlights[post.post_id];
            add_highlights(list, "content", post.is_repost ? "" : post.content, query, written.with_typos);
            add_highlights(list, "poll_question", post.poll_question.value_or(""), query, written.with_typos);
            add_highlights(list, "location", post.location.value_or(""), query, written.with_typos);
        }
    });
    return {with_highlights(written.json, highlights), std::move(written.next), written.is_partial};
}

FoundPage<posts::Post> SearchService::posts_of_tag(const Caller& me, std::string_view tag,
                                                   search::Order order, const PageRequest& page) {
    SearchFilters filters;
    filters.hashtag = std::string(tag);
    auto written = posts_page(me, "", order, page, &filters);
    return {std::move(written.json), std::move(written.next), written.is_partial};
}

FoundPage<posts::Post> SearchService::posts_at(const Caller& me, const std::string& location,
                                               const PageRequest& page) {
    SearchFilters filters;
    filters.location = location;
    auto written = posts_page(me, "", search::Order::recent, page, &filters);
    return {std::move(written.json), std::move(written.next), written.is_partial};
}

void add_search_api(api::Api& api, SearchService& search) {
    const auto told = [](auto page, api::Reply& reply) {
        if (page.is_partial) reply.header("X-Search-Partial", "true");
        return page;
    };
    api.on<SearchAll>([&search, told](const Caller& me, const SearchAll& in, api::Reply& reply) {
        return told(search.all(me, in), reply);
    });
    api.on<SearchUsers>([&search, told](const Caller& me, const SearchUsers& in, api::Reply& reply) {
        return told(search.users(me, in), reply);
    });
    api.on<NearbyPosts>([&search, told](const Caller& me, const NearbyPosts& in, api::Reply& reply) {
        return told(search.posts_at(me, in.location, in.page), reply);
    });
    api.on<SearchPosts>([&search, told](const Caller& me, const SearchPosts& in, api::Reply& reply) {
        return told(search.posts(me, in), reply);
    });
}

}  // namespace grover::discovery
