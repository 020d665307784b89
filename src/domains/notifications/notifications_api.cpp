// The notification endpoints.
#include "domains/notifications/notifications_api.hpp"

#include "domains/notifications/devices_api.hpp"

#include "platform/api/api.hpp"

namespace grover::notifications {

void add_notifications_api(Api& api, NotificationsService& notifications) {
    api.on<NotificationList>([&](const Caller& me, const NotificationList& in, api::Reply& reply) {
        return wire::Raw<NotificationListAnswer>{notifications.list(me, in, reply)};
    });
    api.on<NotificationCount>(
        [&](const Caller& me, const NotificationCount&) { return notifications.counts(me); });
    api.on<MarkRead>([&](const Caller& me, const MarkRead& in) { return notifications.mark_read(me, in); });
    api.on<MarkOneRead>([&](const Caller& me, const MarkOneRead& in) {
        return notifications.mark_one_read(me, in.notification_id);
    });
    api.on<NotificationGet>([&](const Caller& me, const NotificationGet& in) {
        return notifications.get(me, in.notification_id);
    });
    api.on<NotificationDelete>([&](const Caller& me, const NotificationDelete& in) {
        notifications.remove(me, in.notification_id);
        return NotificationMessage{"Notification deleted"};
    });
    api.on<NotificationsDelete>([&](const Caller& me, const NotificationsDelete& in) {
        NotificationsDeleteAnswer answer;
        answer.deleted = notifications.remove_all(me, in.read_only);
        return answer;
    });
    add_devices_api(api, notifications);
}

}  // namespace grover::notifications
