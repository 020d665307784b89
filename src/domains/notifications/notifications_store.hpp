// Rows of notifications, their counters and causes. Private to domains/notifications; decides nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domains/notifications/notifications.hpp"
#include "platform/db/db.hpp"

namespace grover::notifications {

struct NotificationRow {
    NotificationId notification_id;
    UserId user_id;
    std::string type;
    std::string content;
    std::optional<Time> read_at;
    Time created_at;
    std::optional<std::string> related_id;
    std::optional<std::string> post_id;
    std::optional<std::string> comment_id;
    std::optional<std::string> place_type;
    std::optional<std::string> place_id;
    std::optional<std::string> target_type;
    std::optional<std::string> target_id;
    std::optional<UserId> actor_id;
    std::string data = "{}";
    bool in_actor_index = true;  // written, not read: which index finds it (0131_lighter_notifications.sql)
    bool in_post_index = true;

    static constexpr auto columns = Pack{
        db::column("notification_id", &NotificationRow::notification_id),
        db::column("user_id", &NotificationRow::user_id),
        db::column("type", &NotificationRow::type),
        db::column("content", &NotificationRow::content),
        db::column("read_at", &NotificationRow::read_at),
        db::column("created_at", &NotificationRow::created_at),
        db::column("related_id", &NotificationRow::related_id),
        db::column("post_id", &NotificationRow::post_id),
        db::column("comment_id", &NotificationRow::comment_id),
        db::column("place_type", &NotificationRow::place_type),
        db::column("place_id", &NotificationRow::place_id),
        db::column("target_type", &NotificationRow::target_type),
        db::column("target_id", &NotificationRow::target_id),
        db::column("actor_id", &NotificationRow::actor_id),
        db::column("data", &NotificationRow::data),
    };
};

struct TypeCount {
    std::string type;
    std::int64_t total = 0;
    std::int64_t unread = 0;

    static constexpr auto columns = Pack{
        db::column("type", &TypeCount::type),
        db::column("total", &TypeCount::total),
        db::column("unread", &TypeCount::unread),
    };
};

// A row that was deleted.
struct Removed {
    UserId user_id;
    std::string type;
    std::optional<Time> read_at;
    NotificationId notification_id;
    std::optional<UserId> actor_id;
    std::optional<std::string> post_id;

    static constexpr auto columns = Pack{
        db::column("user_id", &Removed::user_id),   db::column("type", &Removed::type),
        db::column("read_at", &Removed::read_at),   db::column("notification_id", &Removed::notification_id),
        db::column("actor_id", &Removed::actor_id), db::column("post_id", &Removed::post_id),
    };
};

// A place in a list: the page starts after it. As text "<created_at>.<id>".
struct Position {
    Time at{INT64_MAX};
    std::string id;
};
std::string to_text(Time at, std::string_view id);
// Throws 400 "Invalid cursor".
Position position_after(std::string_view text);

struct Slice {
    const std::vector<std::string_view>* types = nullptr;  // null: all
    bool unread_only = false;
    Position after;
    int limit = 0;
    std::int64_t skip = 0;
};

// Stamp key of a user's rows and counters.
std::string stamp_of(const UserId& user);

std::vector<NotificationRow> list_rows(db::Read& tx, const UserId& user, const Slice& slice);
std::optional<NotificationRow> find_row(db::Read& tx, const NotificationId& notification_id);
std::vector<TypeCount> counts_of(db::Read& tx, const UserId& user);
std::int64_t unread_of(db::Read& tx, const UserId& user);

// Order for platform/jobs: rows of a user far beyond what the daily job leaves. Whoever is told of much in a day would
// otherwise have so many that looking through them (reading all, a block) is work.
struct CleanUpUser {
    UserId user_id;
    static constexpr std::string_view name = "notifications.clean_up_user";
    static constexpr auto fields = Pack{wire::field("user_id", &CleanUpUser::user_id)};
};

// With its counters. One row in some hundreds orders a CleanUpUser.
void insert_row(db::Write& tx, const NotificationRow& row);
// The counters of what a statement deleted follow.
void count_removed(db::Write& tx, const std::vector<Removed>& removed);

struct ReadChange {
    const std::vector<std::string_view>* types = nullptr;  // null: all
    const std::vector<std::string_view>* ids = nullptr;    // null: all
    Time before{INT64_MAX};
};
// How many became read; the counters follow.
std::int64_t mark_read(db::Write& tx, const UserId& user, const ReadChange& change, Time now);

}  // namespace grover::notifications
