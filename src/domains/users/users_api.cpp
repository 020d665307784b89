#include "domains/users/users_api.hpp"

#include "domains/users/edges_api.hpp"
#include "domains/users/leaving_api.hpp"
#include "domains/users/moderation_api.hpp"
#include "domains/users/users_service.hpp"

namespace grover::users {
namespace {

// An empty list says so when the account is private.
template <class T>
Page<T> shown(Listing<T> listing, api::Reply& reply) {
    if (listing.account_private) reply.header("X-Account-Private", "true");
    return std::move(listing.page);
}

void add_profiles(Api& api, const Profiles& profiles, const NotificationChoices& notifications) {
    api.on<UserGet>([&](const Caller& me, const UserGet& in) { return profiles.get(me, in.user_id); });
    api.on<UserGetByUsername>([&](const Caller& me, const UserGetByUsername& in) {
        return profiles.get_by_username(me, in.username);
    });
    api.on<UsernameAvailable>([&](const Caller& me, const UsernameAvailable& in) {
        return profiles.username_available(me, in.username);
    });
    api.on<UserGetStats>(
        [&](const Caller& me, const UserGetStats& in) { return profiles.stats(me, in.user_id); });
    api.on<UserUpdate>([&](const Caller& me, const UserUpdate& in) { return profiles.update(me, in); });
    api.on<PictureUpload>([&](const Caller& me, PictureUpload& in) { return profiles.set_picture(me, in); });
    api.on<PictureDelete>(
        [&](const Caller& me, const PictureDelete&) { return profiles.remove_picture(me); });
    api.on<NotificationSettingsGet>(
        [&](const Caller& me, const NotificationSettingsGet&) { return notifications.get(me); });
    api.on<NotificationSettingsUpdate>(
        [&](const Caller& me, const NotificationSettingsUpdate& in) { return notifications.update(me, in); });
    api.on<PrivacyGet>([&](const Caller& me, const PrivacyGet&) { return profiles.privacy(me); });
    api.on<PrivacyUpdate>(
        [&](const Caller& me, const PrivacyUpdate& in) { return profiles.update_privacy(me, in); });
}

void add_edges(Api& api, const Follows& follows, const Blocks& blocks) {
    api.on<UserFollowToggle>(
        [&](const Caller& me, const UserFollowToggle& in) { return follows.toggle(me, in.user_id); });
    api.on<UserFollowSet>(
        [&](const Caller& me, const UserFollowSet& in) { return follows.set(me, in.user_id); });
    api.on<UserFollowClear>(
        [&](const Caller& me, const UserFollowClear& in) { return follows.clear(me, in.user_id); });
    api.on<FollowerRemove>(
        [&](const Caller& me, const FollowerRemove& in) { return follows.remove_follower(me, in.user_id); });
    api.on<FollowRequestAccept>(
        [&](const Caller& me, const FollowRequestAccept& in) { return follows.accept(me, in.user_id); });
    api.on<FollowRequestDecline>(
        [&](const Caller& me, const FollowRequestDecline& in) { return follows.decline(me, in.user_id); });
    api.on<FollowRequestsAcceptAll>(
        [&](const Caller& me, const FollowRequestsAcceptAll&) { return follows.accept_all(me); });
    api.on<UserBlock>([&](const Caller& me, const UserBlock& in) { return blocks.block(me, in.user_id); });
    api.on<UserUnblock>(
        [&](const Caller& me, const UserUnblock& in) { return blocks.unblock(me, in.user_id); });
    api.on<UserMute>([&](const Caller& me, const UserMute& in) { return blocks.mute(me, in); });
    api.on<UserUnmute>([&](const Caller& me, const UserUnmute& in) { return blocks.unmute(me, in); });
    api.on<UserReport>([&](const Caller& me, const UserReport& in) { return blocks.report(me, in); });
}

void add_moderation(Api& api, const Moderation& moderation) {
    api.on<ReportList>([&](const Caller&, const ReportList& in) { return moderation.reports(in); });
    api.on<ReportResolve>(
        [&](const Caller& me, const ReportResolve& in) { return moderation.resolve(me, in); });
    api.on<UserSuspend>(
        [&](const Caller& me, const UserSuspend& in) { return moderation.suspend(me, in.user_id); });
    api.on<UserUnsuspend>(
        [&](const Caller& me, const UserUnsuspend& in) { return moderation.unsuspend(me, in.user_id); });
}

void add_lists(Api& api, const Lists& lists) {
    api.on<UserListFollowers>([&](const Caller& me, const UserListFollowers& in, api::Reply& reply) {
        return shown(lists.followers(me, in), reply);
    });
    api.on<UserListFollowing>([&](const Caller& me, const UserListFollowing& in, api::Reply& reply) {
        return shown(lists.following(me, in), reply);
    });
    api.on<UserListMutual>([&](const Caller& me, const UserListMutual& in, api::Reply& reply) {
        return shown(lists.mutual(me, in), reply);
    });
    api.on<FollowRequestList>(
        [&](const Caller& me, const FollowRequestList& in) { return lists.requests(me, in); });
    api.on<BlockedList>([&](const Caller& me, const BlockedList& in) { return lists.blocked(me, in); });
    api.on<MutedList>([&](const Caller& me, const MutedList& in) { return lists.muted(me, in); });
}

void add_leaving(Api& api, const Leaving& leaving, const Exports& exports) {
    api.on<UserDeactivate>(
        [&](const Caller& me, const UserDeactivate& in) { return leaving.deactivate(me, in); });
    api.on<UserDelete>([&](const Caller& me, const UserDelete& in) { return leaving.schedule(me, in); });
    api.on<UserRestore>([&](const Caller& me, const UserRestore&) { return leaving.restore(me); });
    api.on<ExportCreate>([&](const Caller& me, const ExportCreate&) { return exports.create(me); });
    api.on<ExportList>([&](const Caller& me, const ExportList&) { return exports.list(me); });
    api.on<ExportGet>([&](const Caller& me, const ExportGet& in) { return exports.get(me, in.export_id); });
    api.on<ExportDownload>([&](const Caller& me, const ExportDownload& in, api::Reply& reply) {
        exports.download(me, in, reply);
    });
}

}  // namespace

void add_users_api(Api& api, UsersService& users) {
    auto& parts = users.parts();
    add_profiles(api, parts.profiles, parts.notifications);
    add_edges(api, parts.follows, parts.blocks);
    add_lists(api, parts.lists);
    add_moderation(api, parts.moderation);
    add_leaving(api, parts.leaving, parts.exports);
}

}  // namespace grover::users
