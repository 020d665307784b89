// Rows of collections and the statements on them. Private to domains/collections.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "domains/collections/collections.hpp"

namespace grover::collections {

inline constexpr std::int64_t kMaxCollections = 100;
inline constexpr std::int64_t kMaxPosts = 500;
inline constexpr std::int64_t kMaxCollaborators = 20;

struct CollectionRow {
    CollectionId collection_id;
    UserId user_id;
    std::string name;
    std::optional<std::string> description;
    bool is_public = false;
    std::optional<PostId> cover_post_id;
    std::int64_t followers_count = 0;
    Time created_at;
    Time updated_at;
    Time listed_at;  // by what the list is ordered: of followed ones, when that was

    // What its owner decides.
    auto settings() const { return std::tie(name, description, is_public, cover_post_id); }

    static constexpr auto columns = Pack{
        db::column("collection_id", &CollectionRow::collection_id),
        db::column("user_id", &CollectionRow::user_id),
        db::column("name", &CollectionRow::name),
        db::column("description", &CollectionRow::description),
        db::column("is_public", &CollectionRow::is_public),
        db::column("cover_post_id", &CollectionRow::cover_post_id),
        db::column("followers_count", &CollectionRow::followers_count),
        db::column("created_at", &CollectionRow::created_at),
        db::column("updated_at", &CollectionRow::updated_at),
        db::column("listed_at", &CollectionRow::listed_at),
    };
};

struct EntryRow {
    CollectionId collection_id;
    PostId post_id;
    UserId added_by;
    Time added_at;
    std::int64_t position = 0;

    static constexpr auto columns = Pack{
        db::column("collection_id", &EntryRow::collection_id), db::column("post_id", &EntryRow::post_id),
        db::column("added_by", &EntryRow::added_by),           db::column("added_at", &EntryRow::added_at),
        db::column("position", &EntryRow::position),
    };
};

// A place in a list of collections, or of people: the start, when default.
struct Place {
    std::int64_t followers = INT64_MAX;
    Time at{INT64_MAX};
    std::string id = "~";  // behind every id
};
Place place_of(const CollectionRow& row);
std::string to_text(const Place& place);
// Throws 400 "Invalid cursor".
Place place_from(const std::string& text);

// Post ids of an input list, each once. Throws 422 when there are too many, 400 for a malformed one.
std::vector<PostId> post_ids_of(const std::vector<std::string>& texts, std::string_view field);

std::optional<CollectionRow> find(db::Read& tx, const CollectionId& id);
// Changes of one collection follow each other from here on.
void lock(db::Write& tx, const CollectionId& id);
// All posts in the given collections: the newest addition, or the first of the owner's order, first.
std::vector<EntryRow> entries_of(db::Read& tx, const std::vector<CollectionId>& ids);
std::int64_t count_entries(db::Read& tx, const CollectionId& id);
bool is_collaborator(db::Read& tx, const CollectionId& id, const UserId& user);
// Those of `ids` that the user follows.
std::set<CollectionId> followed_of(db::Read& tx, const UserId& user, const std::vector<CollectionId>& ids);

// 404 "Collection not found", 403 "Not authorized".
CollectionRow require_own(db::Read& tx, users::UsersService& users, const Caller& me, const CollectionId& id);
// Deletes it with its entries and follows; the posts' counters follow.
void erase(db::Write& tx, const posts::PostGate& gate, const CollectionRow& row);

}  // namespace grover::collections
