// The wire of hashtags (contract/discovery.md §1, §2).
#pragma once

#include <optional>
#include <string>

#include "domains/discovery/hashtag_table.hpp"
#include "domains/discovery/search_api.hpp"

namespace grover::discovery {

struct HashtagSearch {
    std::string q;
    PageRequest page;

    static constexpr Route route{.method = Method::get,
                                 .path = "/search/hashtags",
                                 .summary = "Hashtags that begin so; # alone gives the trending ones.",
                                 .limit = RateClass::search};
    static constexpr auto fields =
        Pack{field("q", &HashtagSearch::q, in_query, wire::trimmed_length(1, kMaxQueryLength)),
             api::page(&HashtagSearch::page)};
};
static_assert(wire::describes_every_member<HashtagSearch>);

enum class HashtagSort : std::uint8_t { recent, popular };
constexpr std::array<std::string_view, 2> enum_names(HashtagSort) { return {"recent", "popular"}; }

struct HashtagPosts {
    std::string tag;
    PageRequest page;
    HashtagSort sort = HashtagSort::recent;

    static constexpr api::RouteError errors[] = {{400, "Invalid hashtag format"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/search/hashtag/{tag}/posts",
                                 .summary = "Posts that carry exactly this hashtag.",
                                 .limit = RateClass::search};
    static constexpr auto fields =
        Pack{field("tag", &HashtagPosts::tag, in_path), api::page(&HashtagPosts::page),
             field("sort", &HashtagPosts::sort, in_query, wire::or_default)};
};
static_assert(wire::describes_every_member<HashtagPosts>);

// Lists of hashtags are short, and made anew all the time: their pages are cut by place.
std::size_t start_of(const PageRequest& page);  // throws 400 "Invalid cursor"
std::string position_at(std::size_t place);

struct TrendingTagsList {
    PageRequest page;
    TrendWindow window = TrendWindow::week;

    static constexpr Route route{.method = Method::get,
                                 .path = "/trending/tags",
                                 .summary = "Hashtags of the posts made lately, by 2 × posts + likes.",
                                 .limit = RateClass::search};
    static constexpr auto fields =
        Pack{api::page(&TrendingTagsList::page),
             field("window", &TrendingTagsList::window, in_query, wire::or_default)};
};
static_assert(wire::describes_every_member<TrendingTagsList>);

struct TrendingTag {
    std::string tag;   // "#x"
    std::string name;  // "x"
    std::int64_t post_count = 0;
    std::int64_t total_likes = 0;
    std::int64_t trending_score = 0;
    std::optional<double> change;

    static constexpr auto fields = Pack{
        field("tag", &TrendingTag::tag),
        field("name", &TrendingTag::name),
        field("post_count", &TrendingTag::post_count),
        field("total_likes", &TrendingTag::total_likes),
        field("trending_score", &TrendingTag::trending_score),
        field("change", &TrendingTag::change),
    };
};
static_assert(wire::describes_every_member<TrendingTag>);

}  // namespace grover::discovery
