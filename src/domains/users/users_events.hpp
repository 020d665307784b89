// What users announce after the commit (contract/users.md). Included through users.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/wire/fields.hpp"

namespace grover::users {

struct UserRegistered {
    UserId user_id;
    Time created_at;
    static constexpr std::string_view name = "user.registered";
    static constexpr auto fields = Pack{
        wire::field("user_id", &UserRegistered::user_id),
        wire::field("created_at", &UserRegistered::created_at),
    };
};

// An edge came to be, by following a public account or by an accepted request (then FollowAccepted is published too).
struct Followed {
    UserId follower_id;
    UserId following_id;
    Time created_at;
    // Whether the followed user is to be told: once for a pair in 24 h, not when they muted the follower or switched
    // notify_followers off, not for an accepted request.
    bool notifies = false;
    static constexpr std::string_view name = "user.followed";
    static constexpr auto fields = Pack{
        wire::field("follower_id", &Followed::follower_id),
        wire::field("following_id", &Followed::following_id),
        wire::field("created_at", &Followed::created_at),
        wire::field("notifies", &Followed::notifies),
    };
};

// An edge is gone: unfollowed, removed by the followed user, or cut by a block.
struct Unfollowed {
    UserId follower_id;
    UserId following_id;
    static constexpr std::string_view name = "user.unfollowed";
    static constexpr auto fields = Pack{
        wire::field("follower_id", &Unfollowed::follower_id),
        wire::field("following_id", &Unfollowed::following_id),
    };
};

struct FollowRequested {
    UserId requester_id;
    UserId target_id;
    Time created_at;
    bool notifies = false;  // as Followed::notifies
    static constexpr std::string_view name = "user.follow_requested";
    static constexpr auto fields = Pack{
        wire::field("requester_id", &FollowRequested::requester_id),
        wire::field("target_id", &FollowRequested::target_id),
        wire::field("created_at", &FollowRequested::created_at),
        wire::field("notifies", &FollowRequested::notifies),
    };
};

// Withdrawn, declined, or cut by a block: a notification about it points nowhere now.
struct FollowRequestEnded {
    UserId requester_id;
    UserId target_id;
    static constexpr std::string_view name = "user.follow_request_ended";
    static constexpr auto fields = Pack{
        wire::field("requester_id", &FollowRequestEnded::requester_id),
        wire::field("target_id", &FollowRequestEnded::target_id),
    };
};

// The requester is to be told (type follow_accepted).
struct FollowAccepted {
    UserId requester_id;
    UserId target_id;
    Time created_at;
    static constexpr std::string_view name = "user.follow_accepted";
    static constexpr auto fields = Pack{
        wire::field("requester_id", &FollowAccepted::requester_id),
        wire::field("target_id", &FollowAccepted::target_id),
        wire::field("created_at", &FollowAccepted::created_at),
    };
};

// Above: remove each from the other's notifications, end their calls, leave the live stream, end renewals.
struct UserBlocked {
    UserId blocker_id;
    UserId blocked_id;
    Time created_at;
    static constexpr std::string_view name = "user.blocked";
    static constexpr auto fields = Pack{
        wire::field("blocker_id", &UserBlocked::blocker_id),
        wire::field("blocked_id", &UserBlocked::blocked_id),
        wire::field("created_at", &UserBlocked::created_at),
    };
};

struct UserUnblocked {
    UserId blocker_id;
    UserId blocked_id;
    static constexpr std::string_view name = "user.unblocked";
    static constexpr auto fields = Pack{
        wire::field("blocker_id", &UserUnblocked::blocker_id),
        wire::field("blocked_id", &UserUnblocked::blocked_id),
    };
};

struct ProfileUpdated {
    UserId user_id;
    bool renamed = false;  // name, username or picture: what others show beside their objects
    static constexpr std::string_view name = "user.profile_updated";
    static constexpr auto fields = Pack{
        wire::field("user_id", &ProfileUpdated::user_id),
        wire::field("renamed", &ProfileUpdated::renamed),
    };
};

struct PrivacyChanged {
    UserId user_id;
    bool is_private = false;
    bool is_discoverable = true;
    static constexpr std::string_view name = "user.privacy_changed";
    static constexpr auto fields = Pack{
        wire::field("user_id", &PrivacyChanged::user_id),
        wire::field("is_private", &PrivacyChanged::is_private),
        wire::field("is_discoverable", &PrivacyChanged::is_discoverable),
    };
};

// show_online was sent, and may have changed.
struct OnlineVisibilityChanged {
    UserId user_id;
    bool show_online = true;
    static constexpr std::string_view name = "user.online_visibility_changed";
    static constexpr auto fields = Pack{
        wire::field("user_id", &OnlineVisibilityChanged::user_id),
        wire::field("show_online", &OnlineVisibilityChanged::show_online),
    };
};

// The owner is to be told (type security); payouts under way keep their address.
struct PayoutAddressChanged {
    UserId user_id;
    static constexpr std::string_view name = "user.payout_address_changed";
    static constexpr auto fields = Pack{wire::field("user_id", &PayoutAddressChanged::user_id)};
};

struct MonetizationSwitched {
    UserId user_id;
    bool enabled = false;
    static constexpr std::string_view name = "user.monetization_switched";
    static constexpr auto fields = Pack{
        wire::field("user_id", &MonetizationSwitched::user_id),
        wire::field("enabled", &MonetizationSwitched::enabled),
    };
};

// The account can no longer be seen: suspended, deactivated, or scheduled for deletion. Sessions ended in the same
// transaction; sockets, push devices, streams and renewals follow from this event.
struct AccountHidden {
    UserId user_id;
    bool leaving = false;  // scheduled for deletion
    static constexpr std::string_view name = "user.account_hidden";
    static constexpr auto fields = Pack{
        wire::field("user_id", &AccountHidden::user_id),
        wire::field("leaving", &AccountHidden::leaving),
    };
};

// An administrator warned the user because of something that was reported (type system).
struct UserWarned {
    UserId user_id;
    std::string target_type;
    std::string target_id;
    std::string reason;
    static constexpr std::string_view name = "user.warned";
    static constexpr auto fields = Pack{
        wire::field("user_id", &UserWarned::user_id),
        wire::field("target_type", &UserWarned::target_type),
        wire::field("target_id", &UserWarned::target_id),
        wire::field("reason", &UserWarned::reason),
    };
};

// Back again: unsuspended, reactivated, or restored.
struct AccountShown {
    UserId user_id;
    static constexpr std::string_view name = "user.account_shown";
    static constexpr auto fields = Pack{wire::field("user_id", &AccountShown::user_id)};
};

// Everything of the user is erased; the id names nobody from now on.
struct AccountDeleted {
    UserId user_id;
    static constexpr std::string_view name = "user.account_deleted";
    static constexpr auto fields = Pack{wire::field("user_id", &AccountDeleted::user_id)};
};

// The owner is to be told (type system).
struct ExportReady {
    UserId user_id;
    std::string export_id;
    static constexpr std::string_view name = "user.export_ready";
    static constexpr auto fields = Pack{
        wire::field("user_id", &ExportReady::user_id),
        wire::field("export_id", &ExportReady::export_id),
    };
};

}  // namespace grover::users
