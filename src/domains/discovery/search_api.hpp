// The wire of search (contract/discovery.md §1).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domains/discovery/search_highlights.hpp"
#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/api/api.hpp"
#include "platform/search/match.hpp"

namespace grover::discovery {

using api::RateClass;
using api::Route;
using http::Method;
using wire::field;
using wire::in_path;
using wire::in_query;

inline constexpr std::uint32_t kMaxQueryLength = 100;

enum class SearchKind : std::uint8_t { all, users, posts, hashtags, products, communities, streams };
constexpr std::array<std::string_view, 7> enum_names(SearchKind) {
    return {"all", "users", "posts", "hashtags", "products", "communities", "streams"};
}
enum class SearchSort : std::uint8_t { relevance, recent, popular };
constexpr std::array<std::string_view, 3> enum_names(SearchSort) {
    return {"relevance", "recent", "popular"};
}
enum class MediaFilter : std::uint8_t { image, video, audio, none, any };
constexpr std::array<std::string_view, 5> enum_names(MediaFilter) {
    return {"image", "video", "audio", "none", "any"};
}

struct FoundUser : users::UserSummary {
    std::string bio;
    std::int64_t followers_count = 0;
    bool is_following = false;

    static constexpr auto fields =
        join(users::UserSummary::fields,
             Pack{
                 field("bio", &FoundUser::bio),
                 field("followers_count", &FoundUser::followers_count, wire::also("follower_count")),
                 field("is_following", &FoundUser::is_following),
             });
};

struct FoundPerson : FoundUser {
    bool follows_you = false;
    std::int64_t mutual_followers = 0;

    static constexpr auto fields =
        join(FoundUser::fields, Pack{
                                    field("follows_you", &FoundPerson::follows_you),
                                    field("mutual_followers", &FoundPerson::mutual_followers),
                                });
};

struct FoundHashtag {
    std::string tag;   // "#music"
    std::string name;  // "music"
    std::int64_t post_count = 0;

    static constexpr auto fields = Pack{
        field("tag", &FoundHashtag::tag),
        field("name", &FoundHashtag::name),
        field("post_count", &FoundHashtag::post_count),
    };
};
static_assert(wire::describes_every_member<FoundHashtag>);

// What can be asked of posts beside words.
struct SearchFilters {
    std::optional<MediaFilter> media_type;
    std::optional<std::string> from_date, to_date;
    std::optional<std::int64_t> min_likes, min_comments;
    std::optional<UserId> user_id;
    std::optional<bool> following_only;
    std::optional<std::string> hashtag;
    std::optional<posts::Category> category;
    std::optional<bool> has_poll, is_paid;
    std::optional<std::string> location;

    bool any() const {
        return media_type || from_date || to_date || min_likes || min_comments || user_id || following_only ||
               hashtag || category || has_poll || is_paid || location;
    }
    static constexpr auto fields = Pack{
        field("media_type", &SearchFilters::media_type, in_query),
        field("from_date", &SearchFilters::from_date, in_query,
              wire::summary("A time, or YYYY-MM-DD in UTC.")),
        field("to_date", &SearchFilters::to_date, in_query,
              wire::summary("As from_date; a day counts whole.")),
        field("min_likes", &SearchFilters::min_likes, in_query, wire::range(0, 1e15)),
        field("min_comments", &SearchFilters::min_comments, in_query, wire::range(0, 1e15)),
        field("user_id", &SearchFilters::user_id, in_query),
        field("following_only", &SearchFilters::following_only, in_query),
        field("hashtag", &SearchFilters::hashtag, in_query),
        field("category", &SearchFilters::category, in_query),
        field("has_poll", &SearchFilters::has_poll, in_query),
        field("is_paid", &SearchFilters::is_paid, in_query),
        field("location", &SearchFilters::location, in_query, wire::trimmed_length(1, kMaxQueryLength)),
    };
};

struct SearchAll : SearchFilters {
    std::optional<std::string> q;
    std::vector<std::string> type;
    PageRequest page;
    SearchSort sort = SearchSort::relevance;

    static constexpr Route route{.method = Method::get,
                                 .path = "/search",
                                 .summary = "Search posts, users and hashtags.",
                                 .limit = RateClass::search};
    static constexpr auto fields =
        join(SearchFilters::fields,
             Pack{
                 field("q", &SearchAll::q, in_query, wire::trimmed_length(1, kMaxQueryLength),
                       wire::summary("Words; also \"a phrase\", -word, #tag, @username, from:username.")),
                 field("type", &SearchAll::type, in_query, wire::comma_list,
                       wire::summary("all, users, posts, hashtags, products, communities, streams")),
                 api::page(&SearchAll::page),
                 field("sort", &SearchAll::sort, in_query, wire::or_default),
             });
};

// As communities.md says; the domain above writes it.
struct FoundCommunity {
    CommunityId community_id;
    std::string name, description, category;
    bool is_private = false;
    std::optional<std::string> cover_image;
    UserId owner_id;
    std::int64_t member_count = 0, post_count = 0;
    bool is_member = false;

    static constexpr auto fields = Pack{
        field("community_id", &FoundCommunity::community_id),
        field("name", &FoundCommunity::name),
        field("description", &FoundCommunity::description),
        field("category", &FoundCommunity::category),
        field("is_private", &FoundCommunity::is_private),
        field("cover_image", &FoundCommunity::cover_image),
        field("owner_id", &FoundCommunity::owner_id),
        field("member_count", &FoundCommunity::member_count),
        field("post_count", &FoundCommunity::post_count),
        field("is_member", &FoundCommunity::is_member),
    };
};

struct SearchAnswer {
    std::vector<FoundUser> users;
    std::vector<posts::Post> posts;
    std::vector<FoundHashtag> hashtags;
    std::vector<FoundCommunity> communities;
    std::vector<std::string> products, streams;  // of domains that are not here yet: empty
    std::map<std::string, std::int64_t> total;   // exact up to 1,000, then 1,000
    std::optional<std::string> suggestion;
    double took_ms = 0;

    static constexpr auto fields = Pack{
        field("users", &SearchAnswer::users),
        field("posts", &SearchAnswer::posts),
        field("hashtags", &SearchAnswer::hashtags),
        field("products", &SearchAnswer::products),
        field("communities", &SearchAnswer::communities),
        field("streams", &SearchAnswer::streams),
        field("total", &SearchAnswer::total),
        field("suggestion", &SearchAnswer::suggestion),
        field("took_ms", &SearchAnswer::took_ms),
    };
};
static_assert(wire::describes_every_member<SearchAnswer>);

// An answer that is already written, and where the next page starts.
struct SearchPage {
    using described = SearchAnswer;
    std::string json;
    std::string next;
    bool is_partial = false;  // X-Search-Partial
};

struct SearchUsers {
    std::string q;
    PageRequest page;

    static constexpr Route route{.method = Method::get,
                                 .path = "/search/users",
                                 .summary = "Search users; a leading @ looks at usernames only.",
                                 .limit = RateClass::search};
    static constexpr auto fields =
        Pack{field("q", &SearchUsers::q, in_query, wire::trimmed_length(1, kMaxQueryLength)),
             api::page(&SearchUsers::page)};
};
static_assert(wire::describes_every_member<SearchUsers>);

// A post and where the words stand in it.
struct FoundPost : posts::Post {
    std::vector<Highlight> highlights;

    static constexpr auto fields =
        join(posts::Post::fields, Pack{field("highlights", &FoundPost::highlights)});
};

struct SearchPosts : SearchFilters {
    std::optional<std::string> q;
    PageRequest page;
    SearchSort sort = SearchSort::relevance;

    static constexpr Route route{.method = Method::get,
                                 .path = "/search/posts",
                                 .summary = "Search posts.",
                                 .limit = RateClass::search};
    static constexpr auto fields = join(
        SearchFilters::fields,
        Pack{field("q", &SearchPosts::q, in_query, wire::trimmed_length(1, kMaxQueryLength)),
             api::page(&SearchPosts::page), field("sort", &SearchPosts::sort, in_query, wire::or_default)});
};

// By what the posts say of their place: no coordinates are stored.
struct NearbyPosts {
    std::string location;
    PageRequest page;

    static constexpr Route route{.method = Method::get,
                                 .path = "/discover/nearby",
                                 .summary = "The newest posts of a place.",
                                 .limit = RateClass::search};
    static constexpr auto fields =
        Pack{field("location", &NearbyPosts::location, in_query, wire::trimmed_length(1, kMaxQueryLength)),
             api::page(&NearbyPosts::page)};
};
static_assert(wire::describes_every_member<NearbyPosts>);

// A list of results, and whether time ran out on the way.
template <class T>
struct FoundPage {
    using described = std::vector<T>;
    std::string json;
    std::string next;
    bool is_partial = false;
};

}  // namespace grover::discovery
