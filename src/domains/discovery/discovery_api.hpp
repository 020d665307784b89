// Requests and answers of discovery without search. contract/discovery.md §2 to §5.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "domains/discovery/discovery.hpp"
#include "domains/discovery/ranks.hpp"
#include "platform/api/bind.hpp"
#include "platform/api/route.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::discovery {

using api::RateClass;
using api::Route;
using http::Method;
using wire::field;
using wire::in_body;
using wire::in_path;
using wire::in_query;

struct CategoryItem {
    std::string id;
    std::string category_id;
    std::string name;
    std::string icon;
    std::string color;
    std::string emoji;
    std::int64_t post_count = 0;
    static constexpr auto fields = Pack{
        field("id", &CategoryItem::id),
        field("category_id", &CategoryItem::category_id),
        field("name", &CategoryItem::name),
        field("icon", &CategoryItem::icon),
        field("color", &CategoryItem::color),
        field("emoji", &CategoryItem::emoji),
        field("post_count", &CategoryItem::post_count),
    };
};

struct Categories {
    static constexpr Route route{.method = Method::get,
                                 .path = "/categories",
                                 .summary = "The categories of posts.",
                                 .cache_control = "private, max-age=60"};
    static constexpr auto fields = Pack{};
};

enum class CategorySort : std::uint8_t { recent, popular };
constexpr std::array<std::string_view, 2> enum_names(CategorySort) { return {"recent", "popular"}; }

struct CategoryPosts {
    std::string category_id;
    PageRequest page;
    CategorySort sort = CategorySort::recent;
    static constexpr api::RouteError errors[] = {{404, "Category not found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/categories/{category_id}/posts",
                                 .summary = "The posts of a category."};
    static constexpr auto fields = Pack{
        field("category_id", &CategoryPosts::category_id, in_path),
        api::page(&CategoryPosts::page),
        field("sort", &CategoryPosts::sort, in_query, wire::or_default),
    };
};

struct TrendingCreator : users::UserSummary {
    std::string bio;
    std::int64_t post_count = 0;
    std::int64_t total_likes = 0;
    std::int64_t total_comments = 0;
    std::int64_t engagement_score = 0;
    std::int64_t followers_count = 0;
    bool is_following = false;
    static constexpr auto fields =
        join(users::UserSummary::fields,
             Pack{
                 field("bio", &TrendingCreator::bio),
                 field("post_count", &TrendingCreator::post_count),
                 field("total_likes", &TrendingCreator::total_likes),
                 field("total_comments", &TrendingCreator::total_comments),
                 field("engagement_score", &TrendingCreator::engagement_score),
                 field("followers_count", &TrendingCreator::followers_count, wire::also("follower_count")),
                 field("is_following", &TrendingCreator::is_following),
             });
};

struct TrendingCreators {
    PageRequest page;
    static constexpr Route route{.method = Method::get,
                                 .path = "/trending/creators",
                                 .summary = "Whose posts of the last 7 days people liked and commented on.",
                                 .limit = RateClass::search};
    static constexpr auto fields = Pack{api::page(&TrendingCreators::page, 10)};
};

struct RisingCreator : users::UserSummary {
    std::string bio;
    std::int64_t followers_count = 0;
    double engagement_rate = 0;  // percent, per follower
    std::int64_t followers_gained = 0;
    bool is_following = false;
    Time created_at;
    static constexpr auto fields =
        join(users::UserSummary::fields,
             Pack{
                 field("bio", &RisingCreator::bio),
                 field("followers_count", &RisingCreator::followers_count, wire::also("follower_count")),
                 field("engagement_rate", &RisingCreator::engagement_rate),
                 field("followers_gained", &RisingCreator::followers_gained),
                 field("is_following", &RisingCreator::is_following),
                 field("created_at", &RisingCreator::created_at),
             });
};

struct TrendingAnswer {
    std::vector<wire::Raw<posts::Post>> trending_posts;
    std::vector<RisingCreator> rising_creators;
    std::vector<TrendingTag> trending_tags;
    Window window = Window::day;
    static constexpr auto fields = Pack{
        field("trending_posts", &TrendingAnswer::trending_posts),
        field("rising_creators", &TrendingAnswer::rising_creators),
        field("trending_tags", &TrendingAnswer::trending_tags),
        field("window", &TrendingAnswer::window),
    };
};

struct Trending {
    static constexpr Route route{.method = Method::get,
                                 .path = "/discover/trending",
                                 .summary = "Posts, people and hashtags that are trending.",
                                 .limit = RateClass::search};
    static constexpr auto fields = Pack{};
};

struct ForYouPosts {
    PageRequest page{.limit = 30, .skip = 0, .after = {}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/discover/for-you",
                                 .summary = "Posts recommended to the caller.",
                                 .limit = RateClass::search};
    static constexpr auto fields = Pack{api::page(&ForYouPosts::page, 30)};
};

enum class Reason : std::uint8_t { mutual, interests, popular, new_ };
constexpr std::array<std::string_view, 4> enum_names(Reason) {
    return {"mutual", "interests", "popular", "new"};
}

struct SuggestedUser : users::UserSummary {
    std::string bio;
    std::int64_t mutual_followers = 0;
    std::int64_t followers_count = 0;
    bool is_following = false;
    Reason reason = Reason::mutual;
    static constexpr auto fields =
        join(users::UserSummary::fields,
             Pack{
                 field("bio", &SuggestedUser::bio),
                 field("mutual_followers", &SuggestedUser::mutual_followers),
                 field("followers_count", &SuggestedUser::followers_count, wire::also("follower_count")),
                 field("is_following", &SuggestedUser::is_following),
                 field("reason", &SuggestedUser::reason),
             });
};

struct SuggestedUsers {
    PageRequest page;
    static constexpr Route route{.method = Method::get,
                                 .path = "/discover/suggested-users",
                                 .summary = "People the caller may want to follow.",
                                 .limit = RateClass::search};
    static constexpr auto fields = Pack{api::page(&SuggestedUsers::page, 10)};
};

struct Message {
    std::string message;
    static constexpr auto fields = Pack{field("message", &Message::message)};
};

struct SuggestionDismiss {
    UserId user_id;
    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/discover/suggested-users/{user_id}/dismiss",
                                 .summary = "Not to be suggested for 90 days.",
                                 .limit = RateClass::search};
    static constexpr auto fields = Pack{field("user_id", &SuggestionDismiss::user_id, in_path)};
};

enum class FeedbackAction : std::uint8_t { not_interested, more, hide_author };
constexpr std::array<std::string_view, 3> enum_names(FeedbackAction) {
    return {"not_interested", "more", "hide_author"};
}

struct Feedback {
    std::optional<PostId> post_id;
    std::optional<UserId> user_id;
    FeedbackAction action = FeedbackAction::not_interested;
    static constexpr api::RouteError errors[] = {{404, "Post not found"}, {404, "User not found"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/discover/feedback",
                                 .summary = "Say what to recommend less or more of.",
                                 .limit = RateClass::search};
    static constexpr auto fields = Pack{
        field("post_id", &Feedback::post_id, in_body | in_query),
        field("user_id", &Feedback::user_id, in_body | in_query),
        field("action", &Feedback::action, in_body | in_query),
    };
};

struct FeedbackAnswer {
    std::string message = "Thanks for the feedback";
    static constexpr auto fields = Pack{field("message", &FeedbackAnswer::message)};
};

struct SeenReport {
    std::vector<std::string> post_ids;
    static constexpr Route route{.method = Method::post,
                                 .path = "/discover/seen",
                                 .summary = "Report posts that were shown.",
                                 .limit = RateClass::search};
    static constexpr auto fields = Pack{field("post_ids", &SeenReport::post_ids, in_body)};
};

struct SeenAnswer {
    std::int64_t recorded = 0;
    static constexpr auto fields = Pack{field("recorded", &SeenAnswer::recorded)};
};

struct SimilarPosts {
    PostId post_id;
    PageRequest page;
    static constexpr api::RouteError errors[] = {{404, "Post not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/posts/{post_id}/similar",
                                 .summary = "Posts about the same, or liked by the same people."};
    static constexpr auto fields =
        Pack{field("post_id", &SimilarPosts::post_id, in_path), api::page(&SimilarPosts::page, 12)};
};

}  // namespace grover::discovery
