// Putting posts into collections and taking them out.
#include <algorithm>
#include <set>

#include "domains/collections/collections_more_api.hpp"
#include "domains/collections/collections_store.hpp"
#include "domains/collections/collections_views.hpp"
#include "platform/api/inputs.hpp"
#include "platform/base/error.hpp"
#include "sql/collections.hpp"
#include "sql/collections_posts.hpp"

namespace grover::collections {
namespace {

namespace entries = sql::collections_posts;

template <class Id>
std::vector<Id> ids_from(const std::vector<std::string>& texts, std::string_view field, std::size_t most) {
    if (texts.size() > most) {
        throw invalid_input({"body", std::string(field)},
                            "List should have at most " + std::to_string(most) + " items", "too_long");
    }
    std::vector<Id> out;
    for (const auto& text : texts) {
        if (auto problem = api::id_problem(text, Id::tag::kind)) throw validation_error(std::move(*problem));
        if (std::ranges::find(out, Id(text)) == out.end()) out.emplace_back(text);
    }
    return out;
}

// What may be put in and taken out by whom: the owner everything, collaborators what they added themselves.
struct Hand {
    CollectionRow row;
    bool is_owner = false;
};

Hand require_hand(db::Write& tx, users::UsersService& users, const Caller& me, const CollectionId& id) {
    const auto row = find(tx, id);
    if (!row) throw not_found("Collection not found");
    lock(tx, id);
    if (row->user_id == me.id) return {*row, true};
    if (users.bond(tx, me.id, row->user_id).is_cut()) throw not_found("Collection not found");
    if (!is_collaborator(tx, id, me.id)) throw not_authorized();
    return {*row, false};
}

void touch(db::Write& tx, const CollectionId& id, Time now) {
    const std::vector<std::string_view> ids{id.view()};
    tx.exec(sql::collections::touch_collections{.now = now, .ids = ids});
}

}  // namespace

std::vector<PostId> post_ids_of(const std::vector<std::string>& texts, std::string_view field) {
    return ids_from<PostId>(texts, field, kMaxPostsAtOnce);
}

void CollectionsService::post_leaves(db::Write& tx, const PostId& post) {
    tx.exists(entries::lock_collections_with{.post_id = post});
    tx.exec(entries::touch_collections_with{.now = clock_.now(), .post_id = post});
}

CollectionsService::PutIn CollectionsService::put_in(db::Write& tx, const Caller& me,
                                                     const CollectionRow& row,
                                                     const std::vector<PostId>& wanted) {
    PutIn out;
    if (wanted.empty()) return out;
    const auto facts = posts_.visible_facts(tx, me, wanted);
    const auto now = out.at = clock_.now();
    // The last one given is the newest, also among those of one moment.
    auto position = std::max(
        now.us, tx.value<std::int64_t>(entries::top_position{.collection_id = row.collection_id}) + 1);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const bool is_new = facts[i] && tx.exists(entries::insert_entry{.collection_id = row.collection_id,
                                                                        .post_id = wanted[i],
                                                                        .added_by = me.id,
                                                                        .now = now,
                                                                        .position = position++});
        if (is_new) {
            out.added.push_back(wanted[i]);
        } else {
            out.skipped.push_back(wanted[i].str());
        }
    }
    if (out.added.empty()) return out;
    if (count_entries(tx, row.collection_id) > kMaxPosts) throw validation_error("Collection is full");
    gate_.change_collection_counts(tx, out.added, 1);
    touch(tx, row.collection_id, now);
    return out;
}

CollectionAddAnswer CollectionsService::add(const Caller& me, const CollectionId& id, const PostId& post) {
    return db_.write([&](db::Write& tx) {
        const auto hand = require_hand(tx, users_, me, id);
        if (!posts_.visible_facts(tx, me, std::span(&post, 1)).front()) throw not_found("Post not found");
        const auto done = put_in(tx, me, hand.row, {post});
        if (done.added.empty()) throw validation_error("Post already in collection");
        CollectionAddAnswer answer;
        answer.post_count = count_entries(tx, id);
        answer.added_at = done.at;
        return answer;
    });
}

CollectionManyAnswer CollectionsService::add_many(const Caller& me, const CollectionAddMany& in) {
    const auto wanted = post_ids_of(in.post_ids, "post_ids");
    return db_.write([&](db::Write& tx) {
        const auto hand = require_hand(tx, users_, me, in.collection_id);
        auto done = put_in(tx, me, hand.row, wanted);
        CollectionManyAnswer answer;
        for (const auto& post : done.added) answer.added.push_back(post.str());
        answer.skipped = std::move(done.skipped);
        answer.post_count = count_entries(tx, in.collection_id);
        return answer;
    });
}

std::vector<PostId> CollectionsService::take(db::Write& tx, const Caller& me, const CollectionRow& row,
                                             const std::vector<PostId>& wanted) {
    std::vector<PostId> taken;
    for (const auto& post : wanted) {
        const auto entry =
            tx.find<EntryRow>(entries::find_entry{.collection_id = row.collection_id, .post_id = post});
        if (!entry) continue;
        if (row.user_id != me.id && entry->added_by != me.id) throw not_authorized();
        if (tx.exec(entries::delete_entry{.collection_id = row.collection_id, .post_id = post}) > 0)
            taken.push_back(post);
    }
    if (taken.empty()) return taken;
    gate_.change_collection_counts(tx, taken, -1);
    touch(tx, row.collection_id, clock_.now());
    return taken;
}

CollectionRemoveAnswer CollectionsService::take_out(const Caller& me, const CollectionId& id,
                                                    const PostId& post) {
    return db_.write([&](db::Write& tx) {
        const auto hand = require_hand(tx, users_, me, id);
        if (take(tx, me, hand.row, {post}).empty()) throw not_found("Post not in collection");
        CollectionRemoveAnswer answer;
        answer.post_count = count_entries(tx, id);
        return answer;
    });
}

CollectionRemoveManyAnswer CollectionsService::take_out_many(const Caller& me,
                                                             const CollectionRemoveMany& in) {
    const auto wanted = post_ids_of(in.post_ids, "post_ids");
    return db_.write([&](db::Write& tx) {
        const auto hand = require_hand(tx, users_, me, in.collection_id);
        const auto taken = take(tx, me, hand.row, wanted);
        CollectionRemoveManyAnswer answer;
        for (const auto& post : wanted) {
            const bool gone = std::ranges::find(taken, post) != taken.end();
            (gone ? answer.removed : answer.skipped).push_back(post.str());
        }
        answer.post_count = count_entries(tx, in.collection_id);
        return answer;
    });
}

Message CollectionsService::move(const Caller& me, const CollectionMove& in) {
    db_.write([&](db::Write& tx) {
        const auto from = require_own(tx, users_, me, in.collection_id);
        const auto to = require_own(tx, users_, me, in.to);
        // Always in the same order, or two moves against each other would wait for each other.
        lock(tx, std::min(in.collection_id, in.to));
        lock(tx, std::max(in.collection_id, in.to));
        if (in.to == in.collection_id) throw validation_error("Post already in collection");
        if (take(tx, me, from, {in.post_id}).empty()) throw not_found("Post not in collection");
        if (!posts_.visible_facts(tx, me, std::span(&in.post_id, 1)).front())
            throw not_found("Post not found");
        if (put_in(tx, me, to, {in.post_id}).added.empty())
            throw validation_error("Post already in collection");
    });
    return {"Post moved"};
}

Message CollectionsService::reorder(const Caller& me, const CollectionOrder& in) {
    const auto wanted =
        ids_from<PostId>(in.post_ids.value(), "post_ids", static_cast<std::size_t>(kMaxPosts));
    db_.write([&](db::Write& tx) {
        require_own(tx, users_, me, in.collection_id);
        lock(tx, in.collection_id);
        std::set<PostId> there;
        for (const auto& entry : entries_of(tx, {in.collection_id})) there.insert(entry.post_id);
        if (wanted.size() != in.post_ids->size() || there != std::set<PostId>(wanted.begin(), wanted.end()))
            throw validation_error("post_ids must be all posts of the collection, each once");
        const auto now = clock_.now();
        // Below the time, so that what is added later still comes first.
        auto position = now.us;
        for (const auto& post : wanted) {
            tx.exec(entries::set_position{
                .position = --position, .collection_id = in.collection_id, .post_id = post});
        }
        touch(tx, in.collection_id, now);
    });
    return {"Collection reordered"};
}

PostCollectionsAnswer CollectionsService::set_collections_of(const Caller& me, const PostCollectionsSet& in) {
    auto wanted = ids_from<CollectionId>(in.collection_ids.value(), "collection_ids",
                                         static_cast<std::size_t>(kMaxCollections));
    return db_.write([&](db::Write& tx) {
        if (!posts_.visible_facts(tx, me, std::span(&in.post_id, 1)).front())
            throw not_found("Post not found");
        auto present =
            tx.list<CollectionId>(entries::collections_with{.post_id = in.post_id, .user_id = me.id});
        std::set<CollectionId> touched(wanted.begin(), wanted.end());
        touched.insert(present.begin(), present.end());
        for (const auto& id : touched) lock(tx, id);
        for (const auto& id : touched) {
            const auto row = require_own(tx, users_, me, id);
            if (std::ranges::find(wanted, id) == wanted.end()) {
                take(tx, me, row, {in.post_id});
            } else {
                put_in(tx, me, row, {in.post_id});
            }
        }
        return PostCollectionsAnswer{std::move(wanted)};
    });
}

}  // namespace grover::collections
