// How collections look to one viewer, and whether they see them at all. Private to domains/collections.
#pragma once

#include <span>
#include <vector>

#include "domains/collections/collections_api.hpp"
#include "domains/collections/collections_store.hpp"

namespace grover::collections {

// Whether a collection is the viewer's to see, when lists leave out what is not.
bool may_see(const users::Relations& viewer, const CollectionRow& row, const users::UserCard& owner);
// The collection, if the caller may see it: else 404 "Collection not found" or 403 "Collection is private".
CollectionRow require_visible(db::Read& tx, users::UsersService& users, const Caller& me,
                              const CollectionId& id);

struct ViewedCollections {
    std::vector<Collection> collections;  // one for each row, in order
    std::vector<EntryRow> entries;        // of all, those that the caller may see
};
// A fixed number of statements, however many collections and posts there are.
ViewedCollections views_of(db::Read& tx, users::UsersService& users, posts::PostViews& posts,
                           const Caller& me, std::span<const CollectionRow> rows);

}  // namespace grover::collections
