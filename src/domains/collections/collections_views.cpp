#include "domains/collections/collections_views.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "platform/base/error.hpp"

namespace grover::collections {

bool may_see(const users::Relations& viewer, const CollectionRow& row, const users::UserCard& owner) {
    if (row.user_id == viewer.viewer()) return true;
    return row.is_public && users::UsersService::may_see_content_of(viewer, owner);
}

CollectionRow require_visible(db::Read& tx, users::UsersService& users, const Caller& me,
                              const CollectionId& id) {
    const auto row = find(tx, id);
    if (!row) throw not_found("Collection not found");
    if (row->user_id == me.id) return *row;
    const auto owner = users.card(tx, row->user_id, me.base_url);
    const auto bond = users.bond(tx, me.id, row->user_id);
    if (owner->is_hidden || bond.is_cut()) throw not_found("Collection not found");
    const bool is_open = row->is_public && (!owner->is_private || bond.is_following);
    if (!is_open && !is_collaborator(tx, id, me.id)) throw not_authorized("Collection is private");
    return *row;
}

ViewedCollections views_of(db::Read& tx, users::UsersService& users, posts::PostViews& posts,
                           const Caller& me, std::span<const CollectionRow> rows) {
    ViewedCollections out;
    if (rows.empty()) return out;
    std::vector<CollectionId> ids;
    std::vector<UserId> owners;
    std::unordered_map<CollectionId, std::size_t> place;
    for (const auto& row : rows) {
        place.emplace(row.collection_id, ids.size());
        ids.push_back(row.collection_id);
        owners.push_back(row.user_id);
    }
    const auto owner_cards = users.cards(tx, owners, me.base_url);
    const auto followed = followed_of(tx, me.id, ids);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Collection view;
        view.collection_id = rows[i].collection_id;
        view.user_id = rows[i].user_id;
        view.name = rows[i].name;
        view.description = rows[i].description;
        view.is_public = rows[i].is_public;
        view.followers_count = rows[i].followers_count;
        view.is_following = followed.contains(rows[i].collection_id);
        view.is_owner = rows[i].user_id == me.id;
        view.user.json = owner_cards[i]->json;
        view.created_at = rows[i].created_at;
        view.updated_at = rows[i].updated_at;
        out.collections.push_back(std::move(view));
    }

    const auto entries = entries_of(tx, ids);
    std::vector<PostId> post_ids;
    std::unordered_map<PostId, std::size_t> facts_at;
    for (const auto& entry : entries) {
        if (facts_at.emplace(entry.post_id, post_ids.size()).second) post_ids.push_back(entry.post_id);
    }
    const auto facts = posts.visible_facts(tx, me, post_ids);
    // The cover: what the owner chose, else the newest with a picture.
    std::vector<PostId> covers(rows.size());
    for (const auto& entry : entries) {
        const auto at = place.at(entry.collection_id);
        auto& view = out.collections[at];
        ++view.post_count;
        const auto& post = facts[facts_at.at(entry.post_id)];
        if (!post) continue;
        view.post_ids.push_back(entry.post_id);
        out.entries.push_back(entry);
        const bool chosen = rows[at].cover_post_id == entry.post_id;
        if (chosen || (covers[at].empty() && post->media_type)) covers[at] = entry.post_id;
    }
    std::vector<PostId> with_cover;
    for (const auto& cover : covers) {
        if (!cover.empty()) with_cover.push_back(cover);
    }
    const auto cards = posts.visible(tx, me, with_cover, posts::Muted::shown);
    std::size_t next = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (covers[i].empty()) continue;
        if (const auto& post = cards[next++]) out.collections[i].cover_url = post->thumbnail;
    }
    return out;
}

}  // namespace grover::collections
