// From a notification to pushes on their way to devices (contract/notifications.md §4): who is pushed, when, and in which words.
// Private to domains/notifications.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domains/notifications/notification_types.hpp"
#include "domains/notifications/notifications_store.hpp"
#include "domains/users/users.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"
#include "platform/wire/fields.hpp"

namespace grover::notifications {

// Orders for platform/jobs.
struct PreparePush {
    NotificationId notification_id;
    static constexpr std::string_view name = "notifications.prepare_push";
    static constexpr auto fields = Pack{wire::field("notification_id", &PreparePush::notification_id)};
};
// One push for all that was held back.
struct PushSummary {
    UserId user_id;
    static constexpr std::string_view name = "notifications.push_summary";
    static constexpr auto fields = Pack{wire::field("user_id", &PushSummary::user_id)};
};

struct PushText {
    std::string title;
    std::string body;
};
// Of the newest of several notifications about one thing; `actor` as they look now, null where nobody did it. Without
// `may_quote` no word of anybody stands in it.
PushText push_text(const NotificationRow& newest, std::size_t others, const users::UserCard* actor,
                   bool may_quote);

// When a user may be disturbed again; `now` outside of quiet hours.
Time end_of_quiet_hours(const users::NotificationSettings& settings, Time now);

class PushQueue {
public:
    // References outlive it.
    PushQueue(db::Database& db, users::UsersService& users, const Clock& clock);

    // In the transaction that wrote the row. Nothing happens for people without devices.
    void add(db::Write& tx, const NotificationRow& row, const users::NotificationSettings& settings,
             std::optional<Time> expires_at);

    // Both change nothing when run again.
    void run(const PreparePush& job);
    void run(const PushSummary& job);
    // About once a minute: orders that got lost are given again, the log of the last hour is kept short.
    void sweep();

private:
    struct Waiting;
    struct Push {
        std::string push_id;
        std::optional<NotificationId> notification_id;
        std::string type;
        PushText text;
        std::string data;
        std::string topic;
        Time expires_at;
    };

    void prepare(db::Write& tx, const Waiting& first);
    static bool is_paused(const users::NotificationSettings& settings, std::string_view type, Time now);
    static std::int64_t summary_us();
    // When to push it instead of now.
    std::optional<Time> throttled_until(db::Read& tx, const Waiting& push, Time now) const;
    // For one summary later.
    void hold(db::Write& tx, const std::vector<Waiting>& waiting, Time until);
    void send(db::Write& tx, const UserId& user, const Push& push);

    db::Database& db_;
    users::UsersService& users_;
    const Clock& clock_;
};

}  // namespace grover::notifications
