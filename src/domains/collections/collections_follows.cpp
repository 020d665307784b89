// Following collections, and sharing one with collaborators.
#include "domains/collections/collections_more_api.hpp"
#include "domains/collections/collections_store.hpp"
#include "domains/collections/collections_views.hpp"
#include "platform/base/error.hpp"
#include "sql/collections.hpp"
#include "sql/collections_people.hpp"

namespace grover::collections {
namespace {

namespace people = sql::collections_people;

std::int64_t add_followers(db::Write& tx, const CollectionId& id, int delta) {
    return tx.value<std::int64_t>(sql::collections::add_followers{.delta = delta, .collection_id = id});
}

}  // namespace

CollectionFollowAnswer CollectionsService::follow(const Caller& me, const CollectionId& id,
                                                  FollowChange change) {
    return db_.write([&](db::Write& tx) -> CollectionFollowAnswer {
        const auto row = find(tx, id);
        if (!row) throw not_found("Collection not found");
        lock(tx, id);
        const bool follows = followed_of(tx, me.id, {id}).contains(id);
        const bool should = change == FollowChange::toggle ? !follows : change == FollowChange::set;
        if (should) {
            // Also of who follows already: what became private or blocked answers as if for the first time.
            require_visible(tx, users_, me, id);
            if (row->user_id == me.id) throw validation_error("Cannot follow your own collection");
        }
        CollectionFollowAnswer answer{.message = should ? "Collection followed" : "Collection unfollowed",
                                      .following = should};
        if (should == follows) {
            answer.followers_count =
                tx.value<std::int64_t>(sql::collections::get_followers_count{.collection_id = id});
        } else if (should) {
            const auto now = clock_.now();
            tx.exists(people::insert_follow{.user_id = me.id, .collection_id = id, .now = now});
            answer.followers_count = add_followers(tx, id, 1);
            tx.publish(CollectionFollowed{
                .collection_id = id,
                .collection_name = row->name,
                .owner_id = row->user_id,
                .user_id = me.id,
                .notifies = tx.exists(people::insert_notice{.collection_id = id, .user_id = me.id}),
                .created_at = now});
        } else {
            tx.exec(people::delete_follow{.user_id = me.id, .collection_id = id});
            answer.followers_count = add_followers(tx, id, -1);
            tx.publish(CollectionUnfollowed{.collection_id = id, .owner_id = row->user_id, .user_id = me.id});
        }
        return answer;
    });
}

Message CollectionsService::invite(const Caller& me, const CollectionId& id, const UserId& user) {
    db_.write([&](db::Write& tx) {
        require_own(tx, users_, me, id);
        lock(tx, id);
        const auto row = require_own(tx, users_, me, id);
        const auto sight = users_.require_sight(tx, me.id, user);
        if (user == me.id) throw validation_error("You own this collection");
        if (sight == users::Sight::blocked) throw not_authorized("You have blocked this user");
        const auto now = clock_.now();
        if (!tx.exists(people::insert_collaborator{.collection_id = id, .user_id = user, .now = now})) return;
        if (tx.value<std::int64_t>(people::count_collaborators{.collection_id = id}) > kMaxCollaborators)
            throw validation_error("A collection can have at most 20 collaborators");
        tx.publish(CollaboratorInvited{.collection_id = id,
                                       .collection_name = row.name,
                                       .owner_id = me.id,
                                       .user_id = user,
                                       .created_at = now});
    });
    return {"Collaborator invited"};
}

Message CollectionsService::drop_collaborator(const Caller& me, const CollectionId& id, const UserId& user) {
    db_.write([&](db::Write& tx) {
        const auto row = find(tx, id);
        if (!row) throw not_found("Collection not found");
        if (row->user_id != me.id && user != me.id) throw not_authorized();
        if (tx.exec(people::delete_collaborator{.collection_id = id, .user_id = user}) == 0)
            throw not_found("Collaborator not found");
    });
    return {"Collaborator removed"};
}

Message CollectionsService::accept_invitation(const Caller& me, const CollectionId& id) {
    db_.write([&](db::Write& tx) {
        const auto row = find(tx, id);
        if (!row || users_.bond(tx, me.id, row->user_id).is_cut()) throw not_found("Collection not found");
        if (tx.exec(people::accept_invitation{.now = clock_.now(), .collection_id = id, .user_id = me.id}) ==
                0 &&
            !is_collaborator(tx, id, me.id))
            throw not_found("Invitation not found");
    });
    return {"Invitation accepted"};
}

}  // namespace grover::collections
