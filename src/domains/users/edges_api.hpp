// Endpoints of follows, requests, blocks, mutes, reports and their lists (contract/users.md §2, §4).
#pragma once

#include "domains/users/users_api.hpp"

namespace grover::users {

// --- Following ---

inline constexpr api::RouteError kFollowErrors[] = {
    {404, "User not found"}, {403, "You have blocked this user"}, {400, "Cannot follow yourself"}};

struct UserFollowToggle {
    UserId user_id;

    static constexpr auto errors = api::join(kFollowErrors, {{429, "Daily follow limit reached"}});
    static constexpr Route route{
        .method = Method::post,
        .path = "/users/{user_id}/follow",
        .summary = "Follow or unfollow; with a private account, request or withdraw.",
        .limit = RateClass::write};
    static constexpr auto fields = Pack{field("user_id", &UserFollowToggle::user_id, in_path)};
};

struct UserFollowSet {
    UserId user_id;

    static constexpr auto errors = api::join(kFollowErrors, {{429, "Daily follow limit reached"}});
    static constexpr Route route{.method = Method::put,
                                 .path = "/users/{user_id}/follow",
                                 .summary = "Follow; repeating it changes nothing.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("user_id", &UserFollowSet::user_id, in_path)};
};

struct UserFollowClear {
    UserId user_id;

    static constexpr auto& errors = kFollowErrors;
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/users/{user_id}/follow",
                                 .summary = "Unfollow, or withdraw a request.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("user_id", &UserFollowClear::user_id, in_path)};
};

struct FollowAnswer {
    std::string message;
    bool following = false;
    bool requested = false;
    std::int64_t followers_count = 0;  // the target's

    static constexpr auto fields = Pack{
        field("message", &FollowAnswer::message),
        field("following", &FollowAnswer::following),
        field("requested", &FollowAnswer::requested),
        field("followers_count", &FollowAnswer::followers_count),
    };
};

struct FollowerRemove {
    UserId user_id;

    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/users/me/followers/{user_id}",
                                 .summary = "Remove a follower, silently.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("user_id", &FollowerRemove::user_id, in_path)};
};

struct FollowerRemoved {
    std::string message;
    std::int64_t followers_count = 0;
    static constexpr auto fields = Pack{
        field("message", &FollowerRemoved::message),
        field("followers_count", &FollowerRemoved::followers_count),
    };
};

struct FollowRequestAccept {
    UserId user_id;

    static constexpr api::RouteError errors[] = {{404, "Request not found"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/users/me/follow-requests/{user_id}/accept",
                                 .summary = "Let somebody follow.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("user_id", &FollowRequestAccept::user_id, in_path)};
};

struct FollowRequestDecline {
    UserId user_id;

    static constexpr api::RouteError errors[] = {{404, "Request not found"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/users/me/follow-requests/{user_id}/decline",
                                 .summary = "Decline a follow request.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("user_id", &FollowRequestDecline::user_id, in_path)};
};

struct FollowRequestsAcceptAll {
    static constexpr Route route{.method = Method::post,
                                 .path = "/users/me/follow-requests/accept-all",
                                 .summary = "Accept all follow requests.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{};
};

struct RequestsAccepted {
    std::string message;
    std::int64_t accepted = 0;
    static constexpr auto fields =
        Pack{field("message", &RequestsAccepted::message), field("accepted", &RequestsAccepted::accepted)};
};

// --- Keeping away ---

struct UserBlock {
    UserId user_id;

    static constexpr api::RouteError errors[] = {
        {404, "User not found"}, {400, "Cannot block yourself"}, {429, "Daily block limit reached"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/users/{user_id}/block",
                                 .summary = "Block.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("user_id", &UserBlock::user_id, in_path)};
};

struct UserUnblock {
    UserId user_id;

    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/users/{user_id}/block",
                                 .summary = "Unblock; restores nothing.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("user_id", &UserUnblock::user_id, in_path)};
};

struct BlockAnswer {
    std::string message;
    bool blocked = false;
    static constexpr auto fields =
        Pack{field("message", &BlockAnswer::message), field("blocked", &BlockAnswer::blocked)};
};

enum class MuteScope : std::uint8_t { all, posts, stories, notifications };
constexpr std::array<std::string_view, 4> enum_names(MuteScope) {
    return {"all", "posts", "stories", "notifications"};
}

struct UserMute {
    UserId user_id;
    MuteScope scope = MuteScope::all;
    std::optional<Time> until;

    static constexpr api::RouteError errors[] = {{404, "User not found"}, {400, "Cannot mute yourself"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/users/{user_id}/mute",
                                 .summary = "Mute; the muted user cannot tell.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("user_id", &UserMute::user_id, in_path),
        field("scope", &UserMute::scope, in_body | in_query, or_default),
        field("until", &UserMute::until, in_body | in_query),
    };
};

struct UserUnmute {
    UserId user_id;
    MuteScope scope = MuteScope::all;

    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/users/{user_id}/mute",
                                 .summary = "Unmute, wholly or in one scope.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("user_id", &UserUnmute::user_id, in_path),
        field("scope", &UserUnmute::scope, in_body | in_query, or_default),
    };
};

struct MuteAnswer {
    std::string message;
    bool muted = false;
    static constexpr auto fields =
        Pack{field("message", &MuteAnswer::message), field("muted", &MuteAnswer::muted)};
};

enum class ReportReason : std::uint8_t {
    spam,
    impersonation,
    harassment,
    hate,
    nudity,
    violence,
    scam,
    underage,
    other
};
constexpr std::array<std::string_view, 9> enum_names(ReportReason) {
    return {"spam", "impersonation", "harassment", "hate", "nudity", "violence", "scam", "underage", "other"};
}

struct UserReport {
    UserId user_id;
    ReportReason reason = ReportReason::other;
    std::string details;

    static constexpr api::RouteError errors[] = {{404, "User not found"}, {400, "Cannot report yourself"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/users/{user_id}/report",
                                 .summary = "Report a user to the moderators.",
                                 .limit = RateClass::write,
                                 .status = 201};
    static constexpr auto fields = Pack{
        field("user_id", &UserReport::user_id, in_path),
        field("reason", &UserReport::reason, in_body | in_query),
        field("details", &UserReport::details, in_body | in_query, or_default,
              wire::trimmed_length(0, 1'000)),
    };
};

struct UserReportAnswer {
    std::string report_id;
    std::string message;
    static constexpr auto fields =
        Pack{field("report_id", &UserReportAnswer::report_id), field("message", &UserReportAnswer::message)};
};

// --- Lists ---

struct UserListFollowers {
    UserId user_id;
    PageRequest page;
    std::string q;

    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/users/{user_id}/followers",
                                 .summary = "Who follows a user, newest first."};
    static constexpr auto fields = Pack{
        field("user_id", &UserListFollowers::user_id, in_path),
        api::page(&UserListFollowers::page),
        field("q", &UserListFollowers::q, in_query, or_default, wire::trimmed_length(0, 100),
              wire::summary("prefix of name or username")),
    };
};

struct UserListFollowing {
    UserId user_id;
    PageRequest page;
    std::string q;

    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/users/{user_id}/following",
                                 .summary = "Whom a user follows, newest first."};
    static constexpr auto fields = Pack{
        field("user_id", &UserListFollowing::user_id, in_path),
        api::page(&UserListFollowing::page),
        field("q", &UserListFollowing::q, in_query, or_default, wire::trimmed_length(0, 100),
              wire::summary("prefix of name or username")),
    };
};

struct FollowListItem : UserSummary {
    bool is_following = false;
    bool follows_you = false;
    Time followed_at;

    static constexpr auto fields =
        join(UserSummary::fields, Pack{
                                      field("is_following", &FollowListItem::is_following),
                                      field("follows_you", &FollowListItem::follows_you),
                                      field("followed_at", &FollowListItem::followed_at),
                                  });
};

struct UserListMutual {
    UserId user_id;
    PageRequest page;

    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/users/{user_id}/mutual",
                                 .summary = "Followers of a user whom the caller follows."};
    static constexpr auto fields =
        Pack{field("user_id", &UserListMutual::user_id, in_path), api::page(&UserListMutual::page)};
};

enum class Direction : std::uint8_t { in, out };
constexpr std::array<std::string_view, 2> enum_names(Direction) { return {"in", "out"}; }

struct FollowRequestList {
    Direction direction = Direction::in;
    PageRequest page;

    static constexpr Route route{.method = Method::get,
                                 .path = "/users/me/follow-requests",
                                 .summary = "Open follow requests, newest first."};
    static constexpr auto fields = Pack{
        field("direction", &FollowRequestList::direction, in_query, or_default),
        api::page(&FollowRequestList::page),
    };
};

struct FollowRequestItem {
    UserSummary user;
    Time created_at;
    static constexpr auto fields =
        Pack{field("user", &FollowRequestItem::user), field("created_at", &FollowRequestItem::created_at)};
};

struct BlockedList {
    PageRequest page;

    static constexpr Route route{.method = Method::get,
                                 .path = "/users/me/blocked",
                                 .summary = "Whom the caller blocked, newest first."};
    static constexpr auto fields = Pack{api::page(&BlockedList::page)};
};

struct BlockedItem : UserSummary {
    Time blocked_at;
    static constexpr auto fields =
        join(UserSummary::fields, Pack{field("blocked_at", &BlockedItem::blocked_at)});
};

struct MutedList {
    PageRequest page;

    static constexpr Route route{
        .method = Method::get, .path = "/users/me/muted", .summary = "Whom the caller muted, newest first."};
    static constexpr auto fields = Pack{api::page(&MutedList::page)};
};

struct MutedItem : UserSummary {
    MuteScope scope = MuteScope::all;
    std::optional<Time> until;
    static constexpr auto fields =
        join(UserSummary::fields, Pack{field("scope", &MutedItem::scope), field("until", &MutedItem::until)});
};

}  // namespace grover::users
