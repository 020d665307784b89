// Notifications: what others may name. contract/notifications.md.
//
// Nothing calls this domain to tell somebody something: it hears the events of the others, and writes its rows in the
// transaction that moves its place among them (platform/jobs), so each event is told exactly once. Whether at all is decided in
// notices.cpp, for every type alike.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/comments/comments.hpp"
#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/api/caller.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/base/page.hpp"
#include "platform/db/db.hpp"
#include "platform/wire/fields.hpp"

namespace grover::api {
class Api;
class Reply;
}  // namespace grover::api
namespace grover::integrations {
class ExpoPush;
class WebPush;
}  // namespace grover::integrations
namespace grover::jobs {
class Background;
class Events;
class Jobs;
}  // namespace grover::jobs

namespace grover::sockets {
class Hub;
}

namespace grover::notifications {

struct NotificationTag {
    static constexpr std::string_view prefix = "notif_", kind = "notification_id";
};
using NotificationId = Id<NotificationTag>;

struct DeviceTag {
    static constexpr std::string_view prefix = "dev_", kind = "device_id";
};
using DeviceId = Id<DeviceTag>;

// ---- events -------------------------------------------------------------------------------------------------------

// A row is new, or tells something newer than before.
struct NotificationStored {
    static constexpr std::string_view name = "notification.stored";
    NotificationId notification_id;
    UserId user_id;
    static constexpr auto fields = Pack{
        wire::field("notification_id", &NotificationStored::notification_id),
        wire::field("user_id", &NotificationStored::user_id),
    };
};

// Rows of one user were read, on one of their devices.
struct NotificationsRead {
    static constexpr std::string_view name = "notification.read";
    UserId user_id;
    std::vector<NotificationId> notification_ids;  // empty: all, or all that a filter selected
    std::int64_t unread_count = 0;
    static constexpr auto fields = Pack{
        wire::field("user_id", &NotificationsRead::user_id),
        wire::field("notification_ids", &NotificationsRead::notification_ids),
        wire::field("unread_count", &NotificationsRead::unread_count),
    };
};

// ---- what it needs from elsewhere ---------------------------------------------------------------------------------

// Which sessions still live: a push goes to a device only through the session that registered it. auth implements it.
class LivingSessions {
public:
    virtual ~LivingSessions() = default;
    virtual std::vector<SessionId> living(db::Read& tx, std::span<const SessionId> sessions) = 0;
};

// Who has a chat open on a socket: they see its messages there and are told of none. In a fiber, outside transactions.
class ChatPresence {
public:
    virtual ~ChatPresence() = default;
    // For each conversation, in order.
    virtual std::vector<std::vector<UserId>> present(const std::vector<std::string>& conversation_ids) = 0;
};

// What events do not carry. The domains that know implement it, through app.
class CauseFacts {
public:
    virtual ~CauseFacts() = default;
    virtual std::string community_name(db::Read& tx, const CommunityId& community) = 0;
    // Who voted in the poll of a post, ascending by id.
    virtual std::vector<UserId> voters_after(db::Read& tx, const PostId& post, const UserId& after,
                                             int limit) = 0;
    // Those of these members of a chat who have something unread in it.
    virtual std::vector<UserId> with_unread(db::Read& tx, const std::string& conversation_id,
                                            std::span<const UserId> members) = 0;
};

// How pushes leave. Null: they do not, by that way.
struct PushProviders {
    integrations::ExpoPush* expo = nullptr;
    integrations::WebPush* web_push = nullptr;
};

// ---- the service --------------------------------------------------------------------------------------------------

struct PushDevice;
struct DeviceAnswer;
struct DeviceRegister;
struct DeviceUnregister;
struct MarkRead;  // all requests and answers: notifications_api.hpp
struct MarkReadAnswer;
struct MarkOneReadAnswer;
struct Notification;
struct NotificationCounts;
struct NotificationList;

// Everything throws as contract/notifications.md says; a refusal changes nothing. Any thread that may use the database.
class NotificationsService {
public:
    // References outlive the service.
    NotificationsService(db::Database& db, const Clock& clock, users::UsersService& users,
                         const posts::PostGate& posts, const comments::CommentsService& comments,
                         LivingSessions& sessions, PushProviders providers);
    ~NotificationsService();

    // Fills in the whole answer, which may be 304.
    std::string list(const Caller& me, const NotificationList& in, api::Reply& reply);
    NotificationCounts counts(const Caller& me);
    MarkReadAnswer mark_read(const Caller& me, const MarkRead& in);
    MarkOneReadAnswer mark_one_read(const Caller& me, const NotificationId& notification_id);

    Notification get(const Caller& me, const NotificationId& notification_id);
    // Both are idempotent.
    void remove(const Caller& me, const NotificationId& notification_id);
    std::int64_t remove_all(const Caller& me, bool read_only);

    DeviceAnswer register_device(const Caller& me, const DeviceRegister& in);
    // The one seen last first.
    std::vector<PushDevice> devices(const Caller& me);
    // Idempotent.
    void remove_device(const Caller& me, const DeviceId& device);
    // 404 where Web Push is off.
    std::string vapid_public_key() const;
    // Idempotent.
    void unregister_device(const Caller& me, const std::string& token);

    // Before the first event.
    void plug(CauseFacts& facts);
    void plug(ChatPresence& presence);  // not plugged: nobody has a chat open
    // Hears the domains below.
    void listen(jobs::Events& events);
    void add_jobs(jobs::Jobs& jobs);
    // What sockets of this node hear. `base_url`: what links in it start with.
    void add_sockets(sockets::Hub& hub, jobs::Events& events, std::string base_url);

    // The rest of the domain, behind the endpoints.
    struct Parts;
    Parts& parts() { return *parts_; }

private:
    std::unique_ptr<Parts> parts_;
};

void add_notifications_api(api::Api& api, NotificationsService& notifications);

// What users need when an account ends or is exported.
std::unique_ptr<users::AccountEraser> notifications_eraser();
std::unique_ptr<users::ExportContributor> notifications_export(db::Database& db);

}  // namespace grover::notifications
