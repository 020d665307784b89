// Requests and answers about followers, collaborators and many posts at once. contract/collections.md "Beyond".
#pragma once

#include "domains/collections/collections_api.hpp"

namespace grover::collections {

struct CollectionFollowAnswer {
    std::string message;
    bool following = false;
    std::int64_t followers_count = 0;
    static constexpr auto fields = Pack{
        field("message", &CollectionFollowAnswer::message),
        field("following", &CollectionFollowAnswer::following),
        field("followers_count", &CollectionFollowAnswer::followers_count),
    };
};

inline constexpr api::RouteError kFollowErrors[] = {{404, "Collection not found"},
                                                    {403, "Collection is private"},
                                                    {400, "Cannot follow your own collection"}};

struct CollectionFollowToggle {
    CollectionId collection_id;
    static constexpr auto& errors = kFollowErrors;
    static constexpr Route route{.method = Method::post,
                                 .path = "/collections/{collection_id}/follow",
                                 .summary = "Follow a collection, or stop following it.",
                                 .limit = RateClass::write};
    static constexpr auto fields =
        Pack{field("collection_id", &CollectionFollowToggle::collection_id, in_path)};
};

struct CollectionFollowSet {
    CollectionId collection_id;
    static constexpr auto& errors = kFollowErrors;
    static constexpr Route route{.method = Method::put,
                                 .path = "/collections/{collection_id}/follow",
                                 .summary = "Follow a collection; again changes nothing.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("collection_id", &CollectionFollowSet::collection_id, in_path)};
};

struct CollectionFollowClear {
    CollectionId collection_id;
    static constexpr api::RouteError errors[] = {{404, "Collection not found"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/collections/{collection_id}/follow",
                                 .summary = "Stop following a collection; again changes nothing.",
                                 .limit = RateClass::write};
    static constexpr auto fields =
        Pack{field("collection_id", &CollectionFollowClear::collection_id, in_path)};
};

struct CollectionFollower {
    wire::Raw<users::UserSummary> user;
    Time followed_at;
    static constexpr auto fields = Pack{field("user", &CollectionFollower::user),
                                        field("followed_at", &CollectionFollower::followed_at)};
};

struct CollectionFollowers {
    CollectionId collection_id;
    PageRequest page;
    static constexpr api::RouteError errors[] = {{404, "Collection not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/collections/{collection_id}/followers",
                                 .summary = "Who follows one's own collection, newest first."};
    static constexpr auto fields = Pack{field("collection_id", &CollectionFollowers::collection_id, in_path),
                                        api::page(&CollectionFollowers::page)};
};

struct CollectionNews {
    PageRequest page;
    static constexpr Route route{.method = Method::get,
                                 .path = "/collections/following/feed",
                                 .summary = "Posts added to collections one follows, newest first."};
    static constexpr auto fields = Pack{api::page(&CollectionNews::page)};
};

struct CollectionAddMany {
    CollectionId collection_id;
    std::vector<std::string> post_ids;
    static constexpr api::RouteError errors[] = {
        {404, "Collection not found"}, {403, "Not authorized"}, {400, "Collection is full"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/collections/{collection_id}/posts",
                                 .summary = "Put several posts into a collection.",
                                 .limit = RateClass::write};
    static constexpr auto fields =
        Pack{field("collection_id", &CollectionAddMany::collection_id, in_path),
             field("post_ids", &CollectionAddMany::post_ids, in_body, wire::length(1, kMaxPostsAtOnce))};
};

struct CollectionRemoveMany {
    CollectionId collection_id;
    std::vector<std::string> post_ids;
    static constexpr api::RouteError errors[] = {{404, "Collection not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/collections/{collection_id}/posts",
                                 .summary = "Take several posts out of a collection.",
                                 .limit = RateClass::write};
    static constexpr auto fields =
        Pack{field("collection_id", &CollectionRemoveMany::collection_id, in_path),
             field("post_ids", &CollectionRemoveMany::post_ids, in_body, wire::length(1, kMaxPostsAtOnce))};
};

struct CollectionManyAnswer {
    std::vector<std::string> added;  // for a removal: `removed`
    std::vector<std::string> skipped;
    std::int64_t post_count = 0;
    static constexpr auto fields =
        Pack{field("added", &CollectionManyAnswer::added), field("skipped", &CollectionManyAnswer::skipped),
             field("post_count", &CollectionManyAnswer::post_count)};
};

struct CollectionRemoveManyAnswer {
    std::vector<std::string> removed;
    std::vector<std::string> skipped;
    std::int64_t post_count = 0;
    static constexpr auto fields = Pack{field("removed", &CollectionRemoveManyAnswer::removed),
                                        field("skipped", &CollectionRemoveManyAnswer::skipped),
                                        field("post_count", &CollectionRemoveManyAnswer::post_count)};
};

struct CollectionMove {
    CollectionId collection_id;
    PostId post_id;
    CollectionId to;
    static constexpr api::RouteError errors[] = {{404, "Collection not found"},
                                                 {403, "Not authorized"},
                                                 {404, "Post not in collection"},
                                                 {400, "Post already in collection"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/collections/{collection_id}/posts/{post_id}/move",
                                 .summary = "Move a post into another of one's collections.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("collection_id", &CollectionMove::collection_id, in_path),
                                        field("post_id", &CollectionMove::post_id, in_path),
                                        field("to", &CollectionMove::to, in_body | in_query)};
};

// These lists may be empty, but not absent.
inline std::optional<FieldError> misfit_of_list(const std::optional<std::vector<std::string>>& list,
                                                std::string_view name) {
    if (list) return std::nullopt;
    return FieldError{{"body", std::string(name)}, "Field required", "missing"};
}

struct CollectionOrder {
    CollectionId collection_id;
    std::optional<std::vector<std::string>> post_ids;
    static constexpr api::RouteError errors[] = {
        {404, "Collection not found"},
        {403, "Not authorized"},
        {400, "post_ids must be all posts of the collection, each once"}};
    static constexpr Route route{.method = Method::put,
                                 .path = "/collections/{collection_id}/order",
                                 .summary = "Put all posts of a collection into another order.",
                                 .limit = RateClass::write};
    static constexpr auto fields =
        Pack{field("collection_id", &CollectionOrder::collection_id, in_path),
             field("post_ids", &CollectionOrder::post_ids, in_body, wire::length(0, 500))};
    std::optional<FieldError> misfit() const { return misfit_of_list(post_ids, "post_ids"); }
};

struct PostCollectionsAnswer {
    std::vector<CollectionId> collection_ids;
    static constexpr auto fields = Pack{field("collection_ids", &PostCollectionsAnswer::collection_ids)};
};

struct PostCollectionsSet {
    PostId post_id;
    std::optional<std::vector<std::string>> collection_ids;
    static constexpr api::RouteError errors[] = {
        {404, "Post not found"}, {404, "Collection not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::put,
                                 .path = "/posts/{post_id}/collections",
                                 .summary = "Put a post into exactly these of one's collections.",
                                 .limit = RateClass::write};
    static constexpr auto fields =
        Pack{field("post_id", &PostCollectionsSet::post_id, in_path),
             field("collection_ids", &PostCollectionsSet::collection_ids, in_body, wire::length(0, 100))};
    std::optional<FieldError> misfit() const { return misfit_of_list(collection_ids, "collection_ids"); }
};

struct CollaboratorInvite {
    CollectionId collection_id;
    UserId user_id;
    static constexpr api::RouteError errors[] = {{404, "Collection not found"},
                                                 {403, "Not authorized"},
                                                 {404, "User not found"},
                                                 {400, "A collection can have at most 20 collaborators"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/collections/{collection_id}/collaborators/{user_id}",
                                 .summary = "Invite somebody to add posts to one's collection.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("collection_id", &CollaboratorInvite::collection_id, in_path),
                                        field("user_id", &CollaboratorInvite::user_id, in_path)};
};

struct CollaboratorRemove {
    CollectionId collection_id;
    UserId user_id;
    static constexpr api::RouteError errors[] = {
        {404, "Collection not found"}, {403, "Not authorized"}, {404, "Collaborator not found"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/collections/{collection_id}/collaborators/{user_id}",
                                 .summary = "End a collaboration: the owner's, or one's own.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("collection_id", &CollaboratorRemove::collection_id, in_path),
                                        field("user_id", &CollaboratorRemove::user_id, in_path)};
};

struct CollaboratorAccept {
    CollectionId collection_id;
    static constexpr api::RouteError errors[] = {{404, "Collection not found"},
                                                 {404, "Invitation not found"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/collections/{collection_id}/collaborators/accept",
                                 .summary = "Accept an invitation to add posts.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("collection_id", &CollaboratorAccept::collection_id, in_path)};
};

}  // namespace grover::collections
