// Requests and answers of the collection endpoints. contract/collections.md.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "domains/collections/collections.hpp"
#include "platform/api/api.hpp"
#include "platform/api/bind.hpp"
#include "platform/api/route.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::collections {

using api::RateClass;
using api::Route;
using http::Method;
using wire::field;
using wire::in_body;
using wire::in_path;
using wire::in_query;

inline constexpr int kPageSize = 100;  // of every list here
inline constexpr std::uint32_t kMaxPostsAtOnce = 50;

struct Message {
    std::string message;
    static constexpr auto fields = Pack{field("message", &Message::message)};
};

struct Collection {
    CollectionId collection_id;
    UserId user_id;
    std::string name;
    std::optional<std::string> description;
    bool is_public = false;
    std::int64_t post_count = 0;
    std::vector<PostId> post_ids;
    std::int64_t followers_count = 0;
    bool is_following = false;
    bool is_owner = false;
    wire::Raw<users::UserSummary> user;
    std::optional<std::string> cover_url;
    Time created_at;
    Time updated_at;
    std::optional<bool> contains_post;  // only when the list was asked for a post
    std::optional<Time> followed_at;    // only in the list of followed ones

    static constexpr auto fields = Pack{
        field("collection_id", &Collection::collection_id),
        field("user_id", &Collection::user_id),
        field("name", &Collection::name, wire::also("title")),
        field("description", &Collection::description),
        field("is_public", &Collection::is_public),
        field("post_count", &Collection::post_count),
        field("post_ids", &Collection::post_ids),
        field("followers_count", &Collection::followers_count),
        field("is_following", &Collection::is_following),
        field("is_owner", &Collection::is_owner),
        field("user", &Collection::user),
        field("cover_url", &Collection::cover_url),
        field("created_at", &Collection::created_at),
        field("updated_at", &Collection::updated_at),
        field("contains_post", &Collection::contains_post, wire::absent_when_null),
        field("followed_at", &Collection::followed_at, wire::absent_when_null),
    };
};
static_assert(wire::describes_every_member<Collection>);

inline constexpr std::uint32_t kMaxNameLength = 100;

struct CollectionCreate {
    std::string name;
    std::optional<std::string> description;
    bool is_public = false;
    std::vector<std::string> posts;

    static constexpr api::RouteError errors[] = {{400, "Collection limit reached"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/collections",
                                 .summary = "Make a collection, with some posts in it.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("name", &CollectionCreate::name, in_body | in_query, wire::trimmed_length(1, kMaxNameLength),
              wire::also("title")),
        field("description", &CollectionCreate::description, in_body | in_query,
              wire::trimmed_length(0, 10'000)),
        field("is_public", &CollectionCreate::is_public, in_body | in_query, wire::or_default),
        field("posts", &CollectionCreate::posts, in_body, wire::length(0, kMaxPostsAtOnce)),
    };
};
static_assert(wire::describes_every_member<CollectionCreate>);

struct CollectionCreateAnswer : Collection {
    std::string message = "Collection created";
    std::vector<std::string> skipped;
    static constexpr auto fields =
        join(Collection::fields, Pack{field("message", &CollectionCreateAnswer::message),
                                      field("skipped", &CollectionCreateAnswer::skipped)});
};

struct CollectionList {
    PageRequest page{.limit = kPageSize, .skip = 0, .after = {}};
    std::optional<PostId> post_id;

    static constexpr Route route{
        .method = Method::get, .path = "/collections", .summary = "One's own collections."};
    static constexpr auto fields = Pack{
        api::page(&CollectionList::page, kPageSize),
        field("post_id", &CollectionList::post_id, in_query,
              wire::summary("each item says whether it holds this post")),
    };
};

enum class CollectionSort : std::uint8_t { newest, followers };
constexpr std::array<std::string_view, 2> enum_names(CollectionSort) { return {"newest", "followers"}; }

struct CollectionListPublic {
    PageRequest page{.limit = kPageSize, .skip = 0, .after = {}};
    std::optional<std::string> q;
    CollectionSort sort = CollectionSort::newest;

    static constexpr Route route{
        .method = Method::get, .path = "/collections/public", .summary = "Everybody's public collections."};
    static constexpr auto fields = Pack{
        api::page(&CollectionListPublic::page, kPageSize),
        field("q", &CollectionListPublic::q, in_query, wire::trimmed_length(0, 100)),
        field("sort", &CollectionListPublic::sort, in_query, wire::or_default),
    };
};

struct CollectionListFollowed {
    PageRequest page{.limit = kPageSize, .skip = 0, .after = {}};
    static constexpr Route route{
        .method = Method::get, .path = "/collections/following", .summary = "Collections one follows."};
    static constexpr auto fields = Pack{api::page(&CollectionListFollowed::page, kPageSize)};
};

struct UserCollections {
    UserId user_id;
    PageRequest page{.limit = kPageSize, .skip = 0, .after = {}};
    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/users/{user_id}/collections",
                                 .summary = "Somebody's public collections."};
    static constexpr auto fields = Pack{
        field("user_id", &UserCollections::user_id, in_path),
        api::page(&UserCollections::page, kPageSize),
    };
};

struct CollectionGet {
    CollectionId collection_id;
    PageRequest page{.limit = kPageSize, .skip = 0, .after = {}};
    static constexpr api::RouteError errors[] = {{404, "Collection not found"},
                                                 {403, "Collection is private"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/collections/{collection_id}",
                                 .summary = "A collection with its posts."};
    static constexpr auto fields = Pack{
        field("collection_id", &CollectionGet::collection_id, in_path),
        api::page(&CollectionGet::page, kPageSize),
    };
};

// A post of a collection: `saved` is true for the owner.
struct CollectedPost : posts::Post {
    UserId added_by;
    Time added_at;
    static constexpr auto fields =
        join(posts::Post::fields,
             Pack{field("added_by", &CollectedPost::added_by), field("added_at", &CollectedPost::added_at)});
};

struct CollectionWithPosts : Collection {
    std::vector<wire::Raw<CollectedPost>> posts;
    static constexpr auto fields =
        join(Collection::fields, Pack{field("posts", &CollectionWithPosts::posts)});
};

struct CollectionPage {
    using described = CollectionWithPosts;
    std::string json;
    std::string next;
};

struct CollectionUpdate {
    CollectionId collection_id;
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<bool> is_public;
    std::optional<std::string> cover_post_id;

    static constexpr api::RouteError errors[] = {
        {404, "Collection not found"}, {403, "Not authorized"}, {400, "Post not in collection"}};
    static constexpr Route route{.method = Method::put,
                                 .path = "/collections/{collection_id}",
                                 .summary = "Change one's own collection.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("collection_id", &CollectionUpdate::collection_id, in_path),
        field("name", &CollectionUpdate::name, in_body | in_query, wire::trimmed_length(1, kMaxNameLength),
              wire::also("title")),
        field("description", &CollectionUpdate::description, in_body | in_query,
              wire::trimmed_length(0, 10'000), wire::null_is_empty),
        field("is_public", &CollectionUpdate::is_public, in_body | in_query),
        field("cover_post_id", &CollectionUpdate::cover_post_id, in_body | in_query, wire::null_is_empty,
              wire::summary("one of its posts; empty or null: the newest with a picture")),
    };
    std::optional<FieldError> misfit() const {
        return name ? text::misfit_of_text(*name, "name") : std::nullopt;
    }
};
static_assert(wire::describes_every_member<CollectionUpdate>);

struct CollectionUpdateAnswer : Collection {
    std::string message = "Collection updated";
    static constexpr auto fields =
        join(Collection::fields, Pack{field("message", &CollectionUpdateAnswer::message)});
};

struct CollectionDelete {
    CollectionId collection_id;
    static constexpr api::RouteError errors[] = {{404, "Collection not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/collections/{collection_id}",
                                 .summary = "Delete one's own collection; its posts stay.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("collection_id", &CollectionDelete::collection_id, in_path)};
};

struct CollectionAdd {
    CollectionId collection_id;
    PostId post_id;
    static constexpr api::RouteError errors[] = {{404, "Collection not found"},
                                                 {403, "Not authorized"},
                                                 {404, "Post not found"},
                                                 {400, "Post already in collection"},
                                                 {400, "Collection is full"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/collections/{collection_id}/posts/{post_id}",
                                 .summary = "Put a post into a collection.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("collection_id", &CollectionAdd::collection_id, in_path),
                                        field("post_id", &CollectionAdd::post_id, in_path)};
};

struct CollectionAddAnswer {
    std::string message = "Post added to collection";
    std::int64_t post_count = 0;
    Time added_at;
    static constexpr auto fields = Pack{field("message", &CollectionAddAnswer::message),
                                        field("post_count", &CollectionAddAnswer::post_count),
                                        field("added_at", &CollectionAddAnswer::added_at)};
};

struct CollectionRemove {
    CollectionId collection_id;
    PostId post_id;
    static constexpr api::RouteError errors[] = {
        {404, "Collection not found"}, {403, "Not authorized"}, {404, "Post not in collection"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/collections/{collection_id}/posts/{post_id}",
                                 .summary = "Take a post out of a collection.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("collection_id", &CollectionRemove::collection_id, in_path),
                                        field("post_id", &CollectionRemove::post_id, in_path)};
};

struct CollectionRemoveAnswer {
    std::string message = "Post removed from collection";
    std::int64_t post_count = 0;
    static constexpr auto fields = Pack{field("message", &CollectionRemoveAnswer::message),
                                        field("post_count", &CollectionRemoveAnswer::post_count)};
};

}  // namespace grover::collections
