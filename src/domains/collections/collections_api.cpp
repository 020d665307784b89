// The collection endpoints.
#include "domains/collections/collections_api.hpp"

#include "domains/collections/collections_more_api.hpp"

namespace grover::collections {

void add_collections_api(Api& api, CollectionsService& collections) {
    api.on<CollectionCreate>(
        [&](const Caller& me, const CollectionCreate& in) { return collections.create(me, in); });
    api.on<CollectionUpdate>(
        [&](const Caller& me, const CollectionUpdate& in) { return collections.update(me, in); });
    api.on<CollectionDelete>([&](const Caller& me, const CollectionDelete& in) {
        return collections.remove(me, in.collection_id);
    });

    api.on<CollectionList>(
        [&](const Caller& me, const CollectionList& in) { return collections.mine(me, in); });
    api.on<CollectionListPublic>(
        [&](const Caller& me, const CollectionListPublic& in) { return collections.everybodys(me, in); });
    api.on<CollectionListFollowed>([&](const Caller& me, const CollectionListFollowed& in) {
        return collections.followed(me, in.page);
    });
    api.on<UserCollections>([&](const Caller& me, const UserCollections& in, api::Reply& reply) {
        bool is_private = false;
        auto page = collections.of_user(me, in.user_id, in.page, is_private);
        if (is_private) reply.header("X-Account-Private", "true");
        return page;
    });
    api.on<CollectionGet>([&](const Caller& me, const CollectionGet& in) { return collections.get(me, in); });

    api.on<CollectionAdd>([&](const Caller& me, const CollectionAdd& in) {
        return collections.add(me, in.collection_id, in.post_id);
    });
    api.on<CollectionRemove>([&](const Caller& me, const CollectionRemove& in) {
        return collections.take_out(me, in.collection_id, in.post_id);
    });
    api.on<CollectionAddMany>(
        [&](const Caller& me, const CollectionAddMany& in) { return collections.add_many(me, in); });
    api.on<CollectionRemoveMany>(
        [&](const Caller& me, const CollectionRemoveMany& in) { return collections.take_out_many(me, in); });
    api.on<CollectionMove>(
        [&](const Caller& me, const CollectionMove& in) { return collections.move(me, in); });
    api.on<CollectionOrder>(
        [&](const Caller& me, const CollectionOrder& in) { return collections.reorder(me, in); });
    api.on<PostCollectionsSet>([&](const Caller& me, const PostCollectionsSet& in) {
        return collections.set_collections_of(me, in);
    });

    api.on<CollectionFollowToggle>([&](const Caller& me, const CollectionFollowToggle& in) {
        return collections.follow(me, in.collection_id, FollowChange::toggle);
    });
    api.on<CollectionFollowSet>([&](const Caller& me, const CollectionFollowSet& in) {
        return collections.follow(me, in.collection_id, FollowChange::set);
    });
    api.on<CollectionFollowClear>([&](const Caller& me, const CollectionFollowClear& in) {
        return collections.follow(me, in.collection_id, FollowChange::clear);
    });
    api.on<CollectionFollowers>([&](const Caller& me, const CollectionFollowers& in) {
        return collections.followers(me, in.collection_id, in.page);
    });
    api.on<CollectionNews>(
        [&](const Caller& me, const CollectionNews& in) { return collections.news(me, in.page); });
    api.on<CollaboratorInvite>([&](const Caller& me, const CollaboratorInvite& in) {
        return collections.invite(me, in.collection_id, in.user_id);
    });
    api.on<CollaboratorRemove>([&](const Caller& me, const CollaboratorRemove& in) {
        return collections.drop_collaborator(me, in.collection_id, in.user_id);
    });
    api.on<CollaboratorAccept>([&](const Caller& me, const CollaboratorAccept& in) {
        return collections.accept_invitation(me, in.collection_id);
    });
}

}  // namespace grover::collections
