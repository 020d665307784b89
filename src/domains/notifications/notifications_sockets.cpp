// What sockets hear: contract/notifications.md §4 "Socket", realtime.md §6.5.
#include "domains/notifications/notifications_parts.hpp"
#include "platform/jobs/events.hpp"
#include "platform/sockets/hub.hpp"

namespace grover::notifications {
namespace {

struct NewNotification {
    Notification notification;
    std::int64_t unread_count = 0;
    static constexpr std::string_view name = "notification:new";
    static constexpr auto fields = Pack{
        field("notification", &NewNotification::notification),
        field("unread_count", &NewNotification::unread_count),
    };
};

struct ReadNotifications {
    std::vector<NotificationId> notification_ids;  // empty: all, or all that a filter selected
    std::int64_t unread_count = 0;
    static constexpr std::string_view name = "notification:read";
    static constexpr auto fields = Pack{
        field("notification_ids", &ReadNotifications::notification_ids),
        field("unread_count", &ReadNotifications::unread_count),
    };
};

struct ActivityEvent {
    NotificationId notification_id;
    std::string type;
    std::string content;
    std::optional<std::string> related_id;
    std::optional<UserId> actor_id;
    Time created_at;
    static constexpr std::string_view name = "activity_event";
    static constexpr auto fields = Pack{
        field("notification_id", &ActivityEvent::notification_id),
        field("type", &ActivityEvent::type),
        field("content", &ActivityEvent::content),
        field("related_id", &ActivityEvent::related_id),
        field("actor_id", &ActivityEvent::actor_id),
        field("created_at", &ActivityEvent::created_at),
    };
};

}  // namespace

void NotificationsService::add_sockets(sockets::Hub& hub, jobs::Events& events, std::string base_url) {
    events.on_every_node<NotificationStored>(
        "notifications.sockets",
        [this, &hub, base_url = std::move(base_url)](const NotificationStored& event) {
            if (!hub.has_members(sockets::Room::user(event.user_id))) return;
            std::optional<NewNotification> found;
            parts_->db.read([&](db::Read& tx) {
                found.reset();
                const auto row = find_row(tx, event.notification_id);
                if (!row) return;  // undone meanwhile
                found.emplace();
                found->notification = std::move(parts_->views.of(tx, {&*row, 1}, base_url).front());
                found->unread_count = unread_of(tx, event.user_id);
            });
            if (!found) return;
            hub.emit_user(event.user_id, *found);
            const auto& told = found->notification;
            hub.emit_user(event.user_id, ActivityEvent{.notification_id = told.notification_id,
                                                       .type = told.type,
                                                       .content = told.content,
                                                       .related_id = told.related_id,
                                                       .actor_id = told.actor_id,
                                                       .created_at = told.created_at});
        });
    events.on_every_node<NotificationsRead>("notifications.sockets", [&hub](const NotificationsRead& event) {
        if (!hub.has_members(sockets::Room::user(event.user_id))) return;
        hub.emit_user(event.user_id, ReadNotifications{.notification_ids = event.notification_ids,
                                                       .unread_count = event.unread_count});
    });
}

}  // namespace grover::notifications
