// Requests and answers of communities and their posts; of members: communities_members_api.hpp. contract/communities.md.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "domains/communities/communities.hpp"
#include "domains/media/media.hpp"
#include "platform/api/api.hpp"
#include "platform/text/sanitize.hpp"

namespace grover::communities {

using api::RateClass;
using api::Route;
using http::Method;
using wire::in_body;
using wire::in_path;
using wire::in_query;

enum class RequestStatus : std::uint8_t { none, pending, declined };
constexpr std::array<std::string_view, 3> enum_names(RequestStatus) {
    return {"none", "pending", "declined"};
}

struct Rule {
    std::string title;
    std::string description;
    static constexpr auto fields =
        Pack{field("title", &Rule::title), field("description", &Rule::description)};
};

struct Community {
    CommunityId community_id;
    std::string name;
    std::string description;
    std::string category;
    bool is_private = false;
    std::optional<std::string> cover_image;
    UserId owner_id;
    std::vector<UserId> moderator_ids;  // owner included
    std::int64_t member_count = 0;
    std::int64_t post_count = 0;
    wire::Raw<std::vector<Rule>> rules;
    bool is_member = false;
    bool is_moderator = false;
    bool is_owner = false;
    RequestStatus request_status = RequestStatus::none;
    Time created_at;

    static constexpr auto fields = Pack{
        field("community_id", &Community::community_id),
        field("name", &Community::name),
        field("description", &Community::description),
        field("category", &Community::category),
        field("is_private", &Community::is_private),
        field("cover_image", &Community::cover_image),
        field("owner_id", &Community::owner_id, wire::also("creator_id")),
        field("moderator_ids", &Community::moderator_ids),
        field("member_count", &Community::member_count),
        field("post_count", &Community::post_count),
        field("rules", &Community::rules),
        field("is_member", &Community::is_member),
        field("is_moderator", &Community::is_moderator),
        field("is_owner", &Community::is_owner),
        field("request_status", &Community::request_status),
        field("created_at", &Community::created_at),
    };
};
static_assert(wire::describes_every_member<Community>);

struct Message {
    std::string message;
    static constexpr auto fields = Pack{field("message", &Message::message)};
};

// ---- communities themselves

inline constexpr std::uint32_t kMaxNameLength = 100;
inline constexpr std::uint32_t kMaxDescriptionLength = 10'000;
inline constexpr std::uint32_t kMaxCategoryLength = 100;

struct CommunityCreateAnswer : Community {
    std::string message = "Community created";
    static constexpr auto fields =
        join(Community::fields, Pack{field("message", &CommunityCreateAnswer::message)});
};

struct CommunityCreate {
    std::string name;
    std::string description;
    std::string category = "General";
    bool is_private = false;
    std::optional<http::UploadedFile> cover_image;
    std::optional<std::string> cover_image_text;  // base64 where a file belongs

    static constexpr auto errors =
        api::join({{400, "You can own at most 20 communities"}}, media::kUploadErrors);
    static constexpr Route route{.method = Method::post,
                                 .path = "/communities/create",
                                 .summary = "Found a community.",
                                 .limit = RateClass::write,
                                 .takes_base64 = true};
    static constexpr auto fields = Pack{
        field("name", &CommunityCreate::name, in_body | in_query, wire::trimmed_length(1, kMaxNameLength)),
        field("description", &CommunityCreate::description, in_body | in_query,
              wire::trimmed_length(1, kMaxDescriptionLength)),
        field("category", &CommunityCreate::category, in_body | in_query, wire::or_default,
              wire::trimmed_length(0, kMaxCategoryLength)),
        field("is_private", &CommunityCreate::is_private, in_body | in_query, wire::or_default),
        api::file("cover_image", &CommunityCreate::cover_image, "image"),
        field("cover_image", &CommunityCreate::cover_image_text, in_body, wire::also("image")),
    };
};

struct CommunityGet {
    CommunityId community_id;
    static constexpr api::RouteError errors[] = {{404, "Community not found"}, {403, "Private community"}};
    static constexpr Route route{
        .method = Method::get, .path = "/communities/{community_id}", .summary = "One community."};
    static constexpr auto fields = Pack{field("community_id", &CommunityGet::community_id, in_path)};
};

struct CommunityUpdate {
    CommunityId community_id;
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<std::string> category;
    std::optional<bool> is_private;
    std::optional<std::vector<Rule>> rules;
    std::optional<http::UploadedFile> cover_image;
    std::optional<std::string> cover_image_text;

    static constexpr auto errors =
        api::join({{404, "Community not found"}, {403, "Not authorized"}}, media::kUploadErrors);
    static constexpr Route route{.method = Method::put,
                                 .path = "/communities/{community_id}",
                                 .summary = "Change a community that one owns or moderates.",
                                 .limit = RateClass::write,
                                 .takes_base64 = true};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityUpdate::community_id, in_path),
        field("name", &CommunityUpdate::name, in_body | in_query, wire::trimmed_length(1, kMaxNameLength)),
        field("description", &CommunityUpdate::description, in_body | in_query,
              wire::trimmed_length(1, kMaxDescriptionLength)),
        field("category", &CommunityUpdate::category, in_body | in_query,
              wire::trimmed_length(1, kMaxCategoryLength)),
        field("is_private", &CommunityUpdate::is_private, in_body | in_query),
        field("rules", &CommunityUpdate::rules, in_body, wire::length(0, 20)),
        api::file("cover_image", &CommunityUpdate::cover_image, "image"),
        field("cover_image", &CommunityUpdate::cover_image_text, in_body, wire::also("image")),
    };
    bool has_cover() const { return cover_image || (cover_image_text && !cover_image_text->empty()); }
    std::optional<FieldError> misfit() const {
        auto bad = name ? text::misfit_of_text(*name, "name") : std::nullopt;
        if (!bad && description) bad = text::misfit_of_text(*description, "description");
        if (!bad && category) bad = text::misfit_of_text(*category, "category");
        return bad;
    }
};

struct CommunityDelete {
    CommunityId community_id;
    static constexpr api::RouteError errors[] = {{404, "Community not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/communities/{community_id}",
                                 .summary = "Delete an own community with everything in it.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("community_id", &CommunityDelete::community_id, in_path)};
};

// ---- posts

struct CommunityPostAnswer : posts::Post {
    std::string message = "Posted to community";
    static constexpr auto fields =
        join(posts::Post::fields, Pack{field("message", &CommunityPostAnswer::message)});
};

struct CommunityPostCreate {
    CommunityId community_id;
    std::string content;
    std::optional<http::UploadedFile> media;
    std::optional<std::string> media_text;  // base64 where a file belongs
    std::optional<std::string> media_url;
    static constexpr auto errors =
        api::join({{404, "Community not found"}, {403, "Not a member"}}, media::kUploadErrors);
    static constexpr Route route{.method = Method::post,
                                 .path = "/communities/{community_id}/posts",
                                 .summary = "Post to a community.",
                                 .limit = RateClass::write,
                                 .takes_base64 = true};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityPostCreate::community_id, in_path),
        field("content", &CommunityPostCreate::content, in_body | in_query, wire::or_default,
              wire::trimmed_length(0, 5'000)),
        api::file("media", &CommunityPostCreate::media, "file", "media_url"),
        field("media", &CommunityPostCreate::media_text, in_body, wire::also("file")),
        field("media_url", &CommunityPostCreate::media_url, in_body),
    };
    bool has_media() const {
        return media || (media_text && !media_text->empty()) || (media_url && !media_url->empty());
    }
    std::optional<FieldError> misfit() const {
        if (has_media() || !text::misfit_of_text(content, "content")) return std::nullopt;
        return FieldError{{"body", "content"}, "A post needs text or media", "missing"};
    }
};

enum class PostSort : std::uint8_t { newest, top };
constexpr std::array<std::string_view, 2> enum_names(PostSort) { return {"newest", "top"}; }

struct CommunityPosts {
    CommunityId community_id;
    PageRequest page{.limit = 50, .skip = 0, .after = {}};
    PostSort sort = PostSort::newest;
    static constexpr api::RouteError errors[] = {{404, "Community not found"}, {403, "Private community"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/communities/{community_id}/posts",
                                 .summary = "Posts of a community, pinned ones first."};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityPosts::community_id, in_path),
        api::page(&CommunityPosts::page, 50),
        field("sort", &CommunityPosts::sort, in_query, wire::or_default),
    };
};

struct CommunityFeed {
    PageRequest page;
    static constexpr Route route{.method = Method::get,
                                 .path = "/communities/feed",
                                 .summary = "Newest posts of all communities one is in."};
    static constexpr auto fields = Pack{api::page(&CommunityFeed::page)};
};

struct CommunityPinAdd {
    CommunityId community_id;
    PostId post_id;
    static constexpr api::RouteError errors[] = {{404, "Community not found"},
                                                 {403, "Not authorized"},
                                                 {404, "Post not found"},
                                                 {400, "At most 3 posts can be pinned"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/communities/{community_id}/pins/{post_id}",
                                 .summary = "Keep a post at the top; at most three.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityPinAdd::community_id, in_path),
        field("post_id", &CommunityPinAdd::post_id, in_path),
    };
};

struct CommunityPinRemove {
    CommunityId community_id;
    PostId post_id;
    static constexpr api::RouteError errors[] = {
        {404, "Community not found"}, {403, "Not authorized"}, {404, "Post not found"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/communities/{community_id}/pins/{post_id}",
                                 .summary = "Let a pinned post go.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("community_id", &CommunityPinRemove::community_id, in_path),
        field("post_id", &CommunityPinRemove::post_id, in_path),
    };
};

// ---- lists

enum class DiscoverSort : std::uint8_t { members, newest, name, active };
constexpr std::array<std::string_view, 4> enum_names(DiscoverSort) {
    return {"members", "newest", "name", "active"};
}

struct CommunityDiscover {
    PageRequest page;
    std::optional<std::string> q;
    std::optional<std::string> category;
    DiscoverSort sort = DiscoverSort::members;
    static constexpr Route route{
        .method = Method::get, .path = "/communities/discover", .summary = "Public communities."};
    static constexpr auto fields = Pack{
        api::page(&CommunityDiscover::page),
        field("q", &CommunityDiscover::q, in_query, wire::trimmed_length(0, 100)),
        field("category", &CommunityDiscover::category, in_query,
              wire::trimmed_length(0, kMaxCategoryLength)),
        field("sort", &CommunityDiscover::sort, in_query, wire::or_default),
    };
};

struct CommunityMine {
    std::optional<Role> role;
    PageRequest page;
    static constexpr Route route{.method = Method::get,
                                 .path = "/communities/mine",
                                 .summary = "Communities one is in, latest activity first."};
    static constexpr auto fields =
        Pack{field("role", &CommunityMine::role, in_query), api::page(&CommunityMine::page)};
};

struct CategoryCount {
    std::string category;
    std::int64_t count = 0;
    static constexpr auto fields =
        Pack{field("category", &CategoryCount::category), field("count", &CategoryCount::count)};
};

struct CommunityCategories {
    static constexpr Route route{.method = Method::get,
                                 .path = "/communities/categories",
                                 .summary = "Categories of public communities, largest first."};
    static constexpr auto fields = Pack{};
};

}  // namespace grover::communities
