// Collections of posts: what others may name. contract/collections.md.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/api/api.hpp"
#include "platform/api/caller.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/base/page.hpp"
#include "platform/db/db.hpp"
#include "platform/wire/fields.hpp"

namespace grover::collections {

struct CollectionTag {
    static constexpr std::string_view prefix = "collection_", kind = "collection_id";
};
using CollectionId = Id<CollectionTag>;

// ---- events -------------------------------------------------------------------------------------------------------

// `notifies`: the owner is to be told (type follow), once for a follower and collection, however often they follow again.
struct CollectionFollowed {
    static constexpr std::string_view name = "collection.followed";
    CollectionId collection_id;
    std::string collection_name;
    UserId owner_id;
    UserId user_id;
    bool notifies = false;
    Time created_at;
    static constexpr auto fields = Pack{
        wire::field("collection_id", &CollectionFollowed::collection_id),
        wire::field("collection_name", &CollectionFollowed::collection_name),
        wire::field("owner_id", &CollectionFollowed::owner_id),
        wire::field("user_id", &CollectionFollowed::user_id),
        wire::field("notifies", &CollectionFollowed::notifies),
        wire::field("created_at", &CollectionFollowed::created_at),
    };
};

// Its notification goes while it is unread.
struct CollectionUnfollowed {
    static constexpr std::string_view name = "collection.unfollowed";
    CollectionId collection_id;
    UserId owner_id;
    UserId user_id;
    static constexpr auto fields = Pack{
        wire::field("collection_id", &CollectionUnfollowed::collection_id),
        wire::field("owner_id", &CollectionUnfollowed::owner_id),
        wire::field("user_id", &CollectionUnfollowed::user_id),
    };
};

// `user_id` is to be told (type collection_invite).
struct CollaboratorInvited {
    static constexpr std::string_view name = "collection.collaborator_invited";
    CollectionId collection_id;
    std::string collection_name;
    UserId owner_id;
    UserId user_id;
    Time created_at;
    static constexpr auto fields = Pack{
        wire::field("collection_id", &CollaboratorInvited::collection_id),
        wire::field("collection_name", &CollaboratorInvited::collection_name),
        wire::field("owner_id", &CollaboratorInvited::owner_id),
        wire::field("user_id", &CollaboratorInvited::user_id),
        wire::field("created_at", &CollaboratorInvited::created_at),
    };
};

// Notifications that point at it go.
struct CollectionDeleted {
    static constexpr std::string_view name = "collection.deleted";
    CollectionId collection_id;
    UserId user_id;
    static constexpr auto fields = Pack{
        wire::field("collection_id", &CollectionDeleted::collection_id),
        wire::field("user_id", &CollectionDeleted::user_id),
    };
};

// ---- the service --------------------------------------------------------------------------------------------------

struct Message;  // all requests and answers: collections_api.hpp
struct Collection;
struct CollectionAddAnswer;
struct CollectionAddMany;
struct CollectionCollaborator;
struct CollectionCreate;
struct CollectionCreateAnswer;
struct CollectionFollower;
struct CollectionFollowAnswer;
struct CollectionGet;
struct CollectionList;
struct CollectionListPublic;
struct CollectionManyAnswer;
struct CollectionMove;
struct CollectionOrder;
struct CollectionPage;
struct CollectionRemoveAnswer;
struct CollectionRemoveMany;
struct CollectionRemoveManyAnswer;
struct CollectionRow;
struct CollectionUpdate;
struct CollectionUpdateAnswer;
struct PostCollectionsAnswer;
struct PostCollectionsSet;

enum class FollowChange : std::uint8_t { toggle, set, clear };

// Any thread. Errors are those of the contract.
class CollectionsService final : public posts::PostHolder {
public:
    // References outlive the service.
    CollectionsService(db::Database& db, const Clock& clock, users::UsersService& users,
                       const posts::PostGate& gate, posts::PostViews& posts, posts::PostLists& lists)
        : db_(db), clock_(clock), users_(users), gate_(gate), posts_(posts), post_lists_(lists) {}

    CollectionCreateAnswer create(const Caller& me, const CollectionCreate& in);
    CollectionUpdateAnswer update(const Caller& me, const CollectionUpdate& in);
    Message remove(const Caller& me, const CollectionId& id);

    Page<Collection> mine(const Caller& me, const CollectionList& in);
    Page<Collection> everybodys(const Caller& me, const CollectionListPublic& in);
    Page<Collection> followed(const Caller& me, const PageRequest& page);
    // `is_private` tells of an account whose collections are closed to the caller (users.md §1).
    Page<Collection> of_user(const Caller& me, const UserId& user, const PageRequest& page, bool& is_private);
    CollectionPage get(const Caller& me, const CollectionGet& in);

    // --- For posts ---
    void post_leaves(db::Write& tx, const PostId& post) override;

    CollectionAddAnswer add(const Caller& me, const CollectionId& id, const PostId& post);
    CollectionManyAnswer add_many(const Caller& me, const CollectionAddMany& in);
    CollectionRemoveAnswer take_out(const Caller& me, const CollectionId& id, const PostId& post);
    CollectionRemoveManyAnswer take_out_many(const Caller& me, const CollectionRemoveMany& in);
    Message move(const Caller& me, const CollectionMove& in);
    Message reorder(const Caller& me, const CollectionOrder& in);
    PostCollectionsAnswer set_collections_of(const Caller& me, const PostCollectionsSet& in);

    CollectionFollowAnswer follow(const Caller& me, const CollectionId& id, FollowChange change);
    Page<CollectionFollower> followers(const Caller& me, const CollectionId& id, const PageRequest& page);
    api::RawPage<posts::Post> news(const Caller& me, const PageRequest& page);
    Message invite(const Caller& me, const CollectionId& id, const UserId& user);
    Message drop_collaborator(const Caller& me, const CollectionId& id, const UserId& user);
    Message accept_invitation(const Caller& me, const CollectionId& id);

private:
    Collection view(const Caller& me, const CollectionId& id);
    struct PutIn {
        std::vector<PostId> added;
        std::vector<std::string> skipped;
        Time at{};
    };
    // Both expect the collection to be locked; the posts' counters follow.
    PutIn put_in(db::Write& tx, const Caller& me, const CollectionRow& row,
                 const std::vector<PostId>& wanted);
    std::vector<PostId> take(db::Write& tx, const Caller& me, const CollectionRow& row,
                             const std::vector<PostId>& wanted);

    db::Database& db_;
    const Clock& clock_;
    users::UsersService& users_;
    const posts::PostGate& gate_;
    posts::PostViews& posts_;
    posts::PostLists& post_lists_;
};

void add_collections_api(api::Api& api, CollectionsService& collections);

// For app to give to users.
std::unique_ptr<users::AccountEraser> collections_eraser(const posts::PostGate& gate);
std::unique_ptr<users::ExportContributor> collections_export(db::Database& db);

}  // namespace grover::collections
