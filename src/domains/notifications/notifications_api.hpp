// Requests and answers of the notification endpoints. contract/notifications.md §1, §3.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "domains/notifications/notification_types.hpp"
#include "domains/notifications/notifications.hpp"
#include "platform/api/bind.hpp"
#include "platform/api/route.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::notifications {

using api::Alias;
using api::Auth;
using api::RateClass;
using api::Route;
using http::Method;
using wire::field;
using wire::in_body;
using wire::in_path;
using wire::in_query;

// Extras by type: an object whose members differ.
struct Extras {
    static constexpr Pack<> fields{};
};

struct Notification {
    NotificationId notification_id;
    UserId user_id;
    std::string type;
    Category category{};
    std::string content;
    bool read = false;
    Time created_at;
    std::optional<Time> read_at;
    std::optional<std::string> related_id;
    std::optional<std::string> post_id;
    std::optional<std::string> comment_id;
    std::optional<std::string> story_id;
    std::optional<std::string> stream_id;
    std::optional<std::string> product_id;
    std::optional<std::string> conversation_id;
    std::optional<std::string> group_id;
    std::optional<std::string> community_id;
    std::optional<std::string> collection_id;
    std::optional<std::string> target_type;
    std::optional<std::string> target_id;
    std::optional<UserId> actor_id;
    std::optional<wire::Raw<users::UserSummary>> actor;
    std::optional<std::string>
        from_user_id;  // always null, as order_id: the app would open screens that it does not have
    std::optional<std::string> order_id;
    wire::Raw<Extras> data{"{}"};

    static constexpr auto fields = Pack{
        field("notification_id", &Notification::notification_id),
        field("user_id", &Notification::user_id),
        field("type", &Notification::type),
        field("category", &Notification::category),
        field("content", &Notification::content),
        field("read", &Notification::read),
        field("created_at", &Notification::created_at),
        field("read_at", &Notification::read_at),
        field("related_id", &Notification::related_id),
        field("post_id", &Notification::post_id),
        field("comment_id", &Notification::comment_id),
        field("story_id", &Notification::story_id),
        field("stream_id", &Notification::stream_id),
        field("product_id", &Notification::product_id),
        field("conversation_id", &Notification::conversation_id),
        field("group_id", &Notification::group_id),
        field("community_id", &Notification::community_id),
        field("collection_id", &Notification::collection_id),
        field("target_type", &Notification::target_type),
        field("target_id", &Notification::target_id),
        field("actor_id", &Notification::actor_id),
        field("actor", &Notification::actor),
        field("from_user_id", &Notification::from_user_id),
        field("order_id", &Notification::order_id),
        field("data", &Notification::data),
    };
};
static_assert(wire::describes_every_member<Notification>);

struct NotificationListAnswer {
    std::vector<Notification> notifications;
    std::int64_t total = 0;
    std::int64_t unread_count = 0;
    bool has_more = false;
    std::optional<std::string> next_cursor;

    static constexpr auto fields = Pack{
        field("notifications", &NotificationListAnswer::notifications),
        field("total", &NotificationListAnswer::total),
        field("unread_count", &NotificationListAnswer::unread_count),
        field("has_more", &NotificationListAnswer::has_more),
        field("next_cursor", &NotificationListAnswer::next_cursor),
    };
};
static_assert(wire::describes_every_member<NotificationListAnswer>);

// Far beyond every filter there is: an unknown one selects nothing, and is no error. MAX_INPUT_LENGTH of system.md §5.
inline constexpr auto kFilterLength = wire::length(0, 10'000);

struct NotificationList {
    PageRequest page{.limit = 50, .skip = 0, .after = {}};
    bool unread_only = false;
    std::string type_filter;

    static constexpr Route route{
        .method = Method::get,
        .path = "/notifications",
        .summary = "What the caller was told, newest first.",
    };
    static constexpr auto fields = Pack{
        api::page(&NotificationList::page, 50),
        field("unread_only", &NotificationList::unread_only, in_query, wire::or_default),
        field("type_filter", &NotificationList::type_filter, in_query, wire::or_default, kFilterLength),
    };
};
static_assert(wire::describes_every_member<NotificationList>);

struct NotificationCounts {
    std::int64_t total = 0;
    std::int64_t likes = 0;
    std::int64_t comments = 0;
    std::int64_t follows = 0;
    std::int64_t mentions = 0;
    std::int64_t messages = 0;
    std::int64_t sales = 0;
    std::int64_t streams = 0;
    std::int64_t other = 0;
    std::int64_t unread_count = 0;

    static constexpr auto fields = Pack{
        field("total", &NotificationCounts::total),
        field("likes", &NotificationCounts::likes),
        field("comments", &NotificationCounts::comments),
        field("follows", &NotificationCounts::follows),
        field("mentions", &NotificationCounts::mentions),
        field("messages", &NotificationCounts::messages),
        field("sales", &NotificationCounts::sales),
        field("streams", &NotificationCounts::streams),
        field("other", &NotificationCounts::other),
        field("unread_count", &NotificationCounts::unread_count),
    };
};
static_assert(wire::describes_every_member<NotificationCounts>);

struct NotificationCount {
    static constexpr Route route{
        .method = Method::get,
        .path = "/notifications/count",
        .summary = "How many notifications are unread, by category.",
    };
    static constexpr Pack<> fields{};
};

struct MarkReadAnswer {
    std::string message = "Notifications marked as read";
    std::int64_t updated = 0;
    std::int64_t unread_count = 0;

    static constexpr auto fields = Pack{
        field("message", &MarkReadAnswer::message),
        field("updated", &MarkReadAnswer::updated),
        field("unread_count", &MarkReadAnswer::unread_count),
    };
};
static_assert(wire::describes_every_member<MarkReadAnswer>);

struct MarkRead {
    std::optional<std::vector<std::string>> notification_ids;
    std::string type_filter;
    std::optional<Time> before;

    static constexpr std::array kAliases{
        Alias{Method::post, "/notifications/mark-all-read"},
        Alias{Method::post, "/notifications/read-all"},
    };
    static constexpr Route route{
        .method = Method::post,
        .path = "/notifications/mark-read",
        .summary = "Mark notifications as read: all of them, or those that are named.",
        .aliases = kAliases,
    };
    static constexpr auto fields = Pack{
        field("notification_ids", &MarkRead::notification_ids, in_body | in_query, wire::comma_list,
              wire::length(1, 100)),
        field("type_filter", &MarkRead::type_filter, in_body | in_query, wire::or_default, kFilterLength),
        field("before", &MarkRead::before, in_body | in_query,
              wire::summary("Only what was created at this time or earlier.")),
    };
};
static_assert(wire::describes_every_member<MarkRead>);

struct MarkOneReadAnswer {
    std::string message = "Notification marked as read";
    std::int64_t unread_count = 0;

    static constexpr auto fields = Pack{
        field("message", &MarkOneReadAnswer::message),
        field("unread_count", &MarkOneReadAnswer::unread_count),
    };
};
static_assert(wire::describes_every_member<MarkOneReadAnswer>);

struct MarkOneRead {
    NotificationId notification_id;

    static constexpr std::array kAliases{Alias{Method::post, "/notifications/mark-read/{notification_id}"}};
    static constexpr Route route{
        .method = Method::post,
        .path = "/notifications/{notification_id}/read",
        .summary = "Mark one notification as read.",
        .aliases = kAliases,
    };
    static constexpr auto fields = Pack{field("notification_id", &MarkOneRead::notification_id, in_path)};
};

struct NotificationGet {
    NotificationId notification_id;

    static constexpr api::RouteError errors[] = {{404, "Notification not found"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/notifications/{notification_id}",
        .summary = "One notification of the caller's.",
    };
    static constexpr auto fields = Pack{field("notification_id", &NotificationGet::notification_id, in_path)};
};

struct NotificationDelete {
    NotificationId notification_id;

    static constexpr Route route{
        .method = Method::delete_,
        .path = "/notifications/{notification_id}",
        .summary = "Delete one notification of the caller's, if it is there.",
    };
    static constexpr auto fields =
        Pack{field("notification_id", &NotificationDelete::notification_id, in_path)};
};

struct NotificationMessage {
    std::string message;
    static constexpr auto fields = Pack{field("message", &NotificationMessage::message)};
};

struct NotificationsDeleteAnswer {
    std::string message = "Notifications deleted";
    std::int64_t deleted = 0;

    static constexpr auto fields = Pack{
        field("message", &NotificationsDeleteAnswer::message),
        field("deleted", &NotificationsDeleteAnswer::deleted),
    };
};
static_assert(wire::describes_every_member<NotificationsDeleteAnswer>);

struct NotificationsDelete {
    bool read_only = true;

    static constexpr Route route{
        .method = Method::delete_,
        .path = "/notifications",
        .summary = "Delete the caller's notifications: those that were read, or all.",
    };
    static constexpr auto fields =
        Pack{field("read_only", &NotificationsDelete::read_only, in_body | in_query, wire::or_default)};
};

}  // namespace grover::notifications
