// Making, changing and deleting collections.
#include <algorithm>

#include "domains/collections/collections_api.hpp"
#include "domains/collections/collections_store.hpp"
#include "domains/collections/collections_views.hpp"
#include "platform/api/inputs.hpp"
#include "platform/base/error.hpp"
#include "platform/text/sanitize.hpp"
#include "sql/collections.hpp"
#include "sql/collections_posts.hpp"

namespace grover::collections {
namespace {

std::string clean_name(const std::string& given) {
    return text::required_text(given, kMaxNameLength, "name");
}

std::optional<std::string> clean_description(const std::optional<std::string>& given) {
    auto text = text::sanitize_string(given.value_or(""));
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

}  // namespace

Collection CollectionsService::view(const Caller& me, const CollectionId& id) {
    return db_.read([&](db::Read& tx) {
        const auto row = require_visible(tx, users_, me, id);
        return std::move(views_of(tx, users_, posts_, me, std::span(&row, 1)).collections.front());
    });
}

CollectionCreateAnswer CollectionsService::create(const Caller& me, const CollectionCreate& in) {
    const auto name = clean_name(in.name);
    const auto description = clean_description(in.description);
    const auto wanted = post_ids_of(in.posts, "posts");
    CollectionCreateAnswer answer;
    const auto id = db_.write([&](db::Write& tx) {
        tx.exists(sql::collections::lock_owner{.user_id = me.id});
        if (tx.value<std::int64_t>(sql::collections::count_of_user{.user_id = me.id}) >= kMaxCollections)
            throw validation_error("Collection limit reached");
        CollectionRow row;
        const auto now = clock_.now();
        row.collection_id = IdSource::next_at<CollectionId>(now);
        tx.exec(sql::collections::insert_collection{.collection_id = row.collection_id,
                                                    .user_id = me.id,
                                                    .name = name,
                                                    .description = description,
                                                    .is_public = in.is_public,
                                                    .now = now});
        answer.skipped = put_in(tx, me, row, wanted).skipped;
        return row.collection_id;
    });
    static_cast<Collection&>(answer) = view(me, id);
    return answer;
}

CollectionUpdateAnswer CollectionsService::update(const Caller& me, const CollectionUpdate& in) {
    const auto name = in.name ? std::optional(clean_name(*in.name)) : std::nullopt;
    std::optional<PostId> cover;
    if (in.cover_post_id && !in.cover_post_id->empty()) {
        if (auto problem = api::id_problem(*in.cover_post_id, "post_id"))
            throw validation_error(std::move(*problem));
        cover = PostId(*in.cover_post_id);
    }
    db_.write([&](db::Write& tx) {
        require_own(tx, users_, me, in.collection_id);
        // Read again behind the lock: of two changes of different fields both stay.
        lock(tx, in.collection_id);
        const auto before = require_own(tx, users_, me, in.collection_id);
        auto row = before;
        if (name) row.name = *name;
        if (in.description) row.description = clean_description(in.description);
        if (in.is_public) row.is_public = *in.is_public;
        if (in.cover_post_id) row.cover_post_id = cover;
        if (cover && !tx.exists(sql::collections_posts::find_entry{.collection_id = row.collection_id,
                                                                   .post_id = *cover}))
            throw validation_error("Post not in collection");
        if (row.settings() == before.settings()) return;
        tx.exec(sql::collections::update_collection{.name = row.name,
                                                    .description = row.description,
                                                    .is_public = row.is_public,
                                                    .cover_post_id = row.cover_post_id,
                                                    .now = clock_.now(),
                                                    .collection_id = row.collection_id});
    });
    CollectionUpdateAnswer answer;
    static_cast<Collection&>(answer) = view(me, in.collection_id);
    return answer;
}

Message CollectionsService::remove(const Caller& me, const CollectionId& id) {
    db_.write([&](db::Write& tx) { erase(tx, gate_, require_own(tx, users_, me, id)); });
    return {"Collection deleted"};
}

}  // namespace grover::collections
