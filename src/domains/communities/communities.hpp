// Communities: what others may name. contract/communities.md.
//
// The posts of a community are posts (domains/posts) that name it. Who may see and moderate them posts ask here, through
// posts::CommunityGate.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domains/communities/communities_events.hpp"
#include "domains/media/media.hpp"
#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/api/caller.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"

namespace grover::jobs {
class Events;
}
namespace grover::sockets {
class Hub;
class Sockets;
}  // namespace grover::sockets

namespace grover::communities {

// Member, moderator, owner: each may do what the one before may.
enum class Role : std::uint8_t { member, moderator, owner };
constexpr std::array<std::string_view, 3> enum_names(Role) { return {"member", "moderator", "owner"}; }

// Job: the posts of a deleted community go, then the community.
struct EraseCommunity {
    static constexpr std::string_view name = "communities.erase";
    CommunityId community_id;
    static constexpr auto fields = Pack{field("community_id", &EraseCommunity::community_id)};
};

// All requests and answers: communities_api.hpp.
struct Community;
struct CommunityCreate;
struct CommunityCreateAnswer;
struct CommunityDiscover;
struct CommunityFeed;
struct CommunityInvite;
struct CommunityInviteAnswer;
struct CommunityMember;
struct CommunityMemberRemove;
struct CommunityMemberRole;
struct CommunityMembers;
struct CommunityMine;
struct CommunityPinAdd;
struct CommunityPostAnswer;
struct CommunityPostCreate;
struct CommunityPosts;
struct CommunityRequest;
struct CommunityRequestAnswer;
struct CommunityRequestCreate;
struct CommunityRequests;
struct CommunityUpdate;
struct CategoryCount;
struct JoinAnswer;
struct Message;

// Decides about one domain object each; everything throws as contract/communities.md says, and a refusal changes nothing.
// Any thread that may use the database.
class CommunitiesService final : public posts::CommunityGate {
public:
    // References outlive the service.
    CommunitiesService(db::Database& db, const Clock& clock, users::UsersService& users,
                       media::MediaService& media, posts::PostWriter& writer, posts::PostViews& post_views,
                       posts::PostLists& post_lists);

    CommunityCreateAnswer create(const Caller& me, CommunityCreate& in);
    Community get(const Caller& me, const CommunityId& id);
    Community update(const Caller& me, CommunityUpdate& in);
    Message remove(const Caller& me, const CommunityId& id);

    JoinAnswer join(const Caller& me, const CommunityId& id);
    JoinAnswer leave(const Caller& me, const CommunityId& id);
    Message set_role(const Caller& me, const CommunityMemberRole& in);
    Message remove_member(const Caller& me, const CommunityMemberRemove& in);

    CommunityRequestAnswer request(const Caller& me, const CommunityRequestCreate& in);
    Page<CommunityRequest> requests(const Caller& me, const CommunityRequests& in);
    Message approve(const Caller& me, const CommunityId& id, const UserId& user);
    Message decline(const Caller& me, const CommunityId& id, const UserId& user);
    CommunityInviteAnswer invite(const Caller& me, const CommunityInvite& in);

    wire::Raw<CommunityPostAnswer> post(const Caller& me, CommunityPostCreate& in);
    posts::PostPage posts(const Caller& me, const CommunityPosts& in);
    posts::PostPage feed(const Caller& me, const CommunityFeed& in);
    Message pin(const Caller& me, const CommunityId& id, const PostId& post_id, bool is_pinned);

    Page<Community> discover(const Caller& me, const CommunityDiscover& in);
    // Public ones by their words, most members first, for GET /search; `json` is the page.
    struct Found {
        std::string json = "[]";
        std::string next;
        std::int64_t total = 0;  // up to 1,000
    };
    Found search(const Caller& me, std::string_view q, const PageRequest& page);
    Page<Community> mine(const Caller& me, const CommunityMine& in);
    Page<CommunityMember> members(const Caller& me, const CommunityMembers& in);
    std::vector<CategoryCount> categories();

    // --- For posts ---
    std::vector<posts::CommunityView> views(db::Read& tx, const UserId& viewer,
                                            std::span<const CommunityId> ids) override;
    std::vector<UserId> readers_of(db::Read& tx, const CommunityId& community,
                                   std::span<const UserId> among) override;
    void posts_removed(db::Write& tx, const CommunityId& community, std::int64_t count) override;

    // --- For the audience above ---
    bool may_read(const UserId& user, const CommunityId& id);
    // Those of `users` who may not, while it is private.
    std::vector<UserId> shut_out(std::span<const UserId> users, const CommunityId& id);
    // 404 or 403 when that user may not, as get() answers.
    void require_readable(const UserId& user, const CommunityId& id);
    // Who is in a block with the author of a post, on either side, and so hears nothing of it.
    std::vector<UserId> cut_off(const UserId& author);
    // One for each id, in that order; empty for one that is gone.
    std::vector<std::string> names(db::Read& tx, std::span<const CommunityId> ids);

    // Background; may be run again after a crash at any point.
    void run(const EraseCommunity& job);

private:
    Community shown(db::Read& tx, const Caller& me, const CommunityId& id);

    db::Database& db_;
    const Clock& clock_;
    users::UsersService& users_;
    media::MediaService& media_;
    posts::PostWriter& writer_;
    posts::PostViews& post_views_;
    posts::PostLists& post_lists_;
};

// Sockets that watch posts are looked at again: those of somebody who may see less, or those of a community that closed.
struct WatchersOfPosts {
    std::function<void(const UserId&)> recheck_reader;
    std::function<void(const CommunityId&)> recheck_community;
};
void add_communities_sockets(sockets::Sockets& sockets, sockets::Hub& hub, jobs::Events& events,
                             CommunitiesService& communities, WatchersOfPosts watchers);
// `is_enabled` false: every endpoint answers 503 "Communities are disabled".
void add_communities_api(api::Api& api, CommunitiesService& communities, bool is_enabled);

// What users need when an account ends or is exported. The arguments outlive the result.
std::unique_ptr<users::AccountEraser> communities_eraser(media::MediaService& media,
                                                         posts::PostWriter& writer);
std::unique_ptr<users::ExportContributor> communities_export(db::Database& db);

}  // namespace grover::communities
