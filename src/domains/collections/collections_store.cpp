#include "domains/collections/collections_store.hpp"

#include <charconv>

#include "platform/base/error.hpp"
#include "sql/collections.hpp"
#include "sql/collections_people.hpp"
#include "sql/collections_posts.hpp"

namespace grover::collections {
namespace {

std::int64_t take_number(std::string_view& rest) {
    std::int64_t value = 0;
    const auto dot = rest.find('.');
    const auto parsed = std::from_chars(rest.data(), rest.data() + std::min(dot, rest.size()), value);
    if (dot == std::string_view::npos || parsed.ec != std::errc{}) throw validation_error("Invalid cursor");
    rest.remove_prefix(dot + 1);
    return value;
}

}  // namespace

Place place_of(const CollectionRow& row) {
    return {row.followers_count, row.listed_at, row.collection_id.str()};
}

std::string to_text(const Place& place) {
    return std::to_string(place.followers) + '.' + std::to_string(place.at.us) + '.' + place.id;
}

Place place_from(const std::string& text) {
    if (text.empty()) return {};
    std::string_view rest = text;
    Place place;
    place.followers = take_number(rest);
    place.at = Time{take_number(rest)};
    if (!is_well_formed_id(rest)) throw validation_error("Invalid cursor");
    place.id = rest;
    return place;
}

std::optional<CollectionRow> find(db::Read& tx, const CollectionId& id) {
    return tx.find<CollectionRow>(sql::collections::find_collection{.collection_id = id});
}

void lock(db::Write& tx, const CollectionId& id) {
    tx.exists(sql::collections::lock_collection{.collection_id = id});
}

std::vector<EntryRow> entries_of(db::Read& tx, const std::vector<CollectionId>& ids) {
    if (ids.empty()) return {};
    const auto texts = db::ids_of(ids);
    return tx.list<EntryRow>(sql::collections_posts::entries_of{.ids = texts});
}

std::int64_t count_entries(db::Read& tx, const CollectionId& id) {
    return tx.value<std::int64_t>(sql::collections_posts::count_entries{.collection_id = id});
}

bool is_collaborator(db::Read& tx, const CollectionId& id, const UserId& user) {
    const auto accepted = tx.find<std::optional<Time>>(
        sql::collections_people::find_collaborator{.collection_id = id, .user_id = user});
    return accepted && accepted->has_value();
}

std::set<CollectionId> followed_of(db::Read& tx, const UserId& user, const std::vector<CollectionId>& ids) {
    std::set<CollectionId> out;
    if (ids.empty()) return out;
    const auto texts = db::ids_of(ids);
    tx.each(sql::collections_people::followed_of{.user_id = user, .ids = texts},
            [&](const db::Row& row) { out.insert(row.get<CollectionId>(0)); });
    return out;
}

CollectionRow require_own(db::Read& tx, users::UsersService& users, const Caller& me,
                          const CollectionId& id) {
    const auto row = find(tx, id);
    if (!row) throw not_found("Collection not found");
    if (row->user_id == me.id) return *row;
    // Across a block it does not exist.
    if (users.bond(tx, me.id, row->user_id).is_cut()) throw not_found("Collection not found");
    throw not_authorized();
}

void erase(db::Write& tx, const posts::PostGate& gate, const CollectionRow& row) {
    lock(tx, row.collection_id);
    std::vector<PostId> posts;
    for (const auto& entry : entries_of(tx, {row.collection_id})) posts.push_back(entry.post_id);
    gate.change_collection_counts(tx, posts, -1);
    // The posts are locked by their counters now: what was added meanwhile would be missed, if the collection were not
    // locked first.
    tx.exec(sql::collections::delete_collection{.collection_id = row.collection_id});
    tx.publish(CollectionDeleted{.collection_id = row.collection_id, .user_id = row.user_id});
}

}  // namespace grover::collections
