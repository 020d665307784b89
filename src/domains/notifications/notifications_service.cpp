// Reading and marking: contract/notifications.md §3.
#include "domains/notifications/notifications_api.hpp"
#include "domains/notifications/notifications_parts.hpp"
#include "platform/api/api.hpp"
#include "platform/base/error.hpp"
#include "platform/http/etag.hpp"
#include "platform/jobs/background.hpp"
#include "sql/notifications.hpp"

namespace grover::notifications {

NotificationsService::NotificationsService(db::Database& db, const Clock& clock, users::UsersService& users,
                                           const posts::PostGate& posts,
                                           const comments::CommentsService& comments,
                                           LivingSessions& sessions, PushProviders providers)
    : parts_(std::make_unique<Parts>(db, clock, users, posts, comments, sessions, providers)) {}

NotificationsService::~NotificationsService() = default;

void NotificationsService::plug(CauseFacts& facts) { parts_->causes.plug(facts); }
void NotificationsService::plug(ChatPresence& presence) { parts_->causes.plug(presence); }
void NotificationsService::listen(jobs::Events& events) { parts_->causes.listen(events); }

std::string NotificationsService::list(const Caller& me, const NotificationList& in, api::Reply& reply) {
    const auto page = parts_->db.read([&](db::Read& tx) { return parts_->views.page(tx, me, in); });
    reply.header("ETag", page->etag);
    const auto next = reply.next(page->next);
    if (http::names_etag(reply.request().header("if-none-match"), page->etag)) {
        reply.status(304);
        return {};
    }
    std::string body;
    body.reserve(page->body.size() + next.size() + 8);
    body += page->body;
    if (next.empty()) {
        body += "null";
    } else {
        wire::append_string(body, next);
    }
    body += '}';
    return body;
}

NotificationCounts NotificationsService::counts(const Caller& me) {
    const auto rows = parts_->db.read([&](db::Read& tx) { return counts_of(tx, me.id); });
    NotificationCounts out;
    std::int64_t* const by_category[] = {&out.likes,    &out.comments, &out.follows, &out.mentions,
                                         &out.messages, &out.sales,    &out.streams, &out.other};
    for (const auto& row : rows) {
        const auto type = type_named(row.type);
        const auto category = type ? facts_of(*type).category : Category::other;
        *by_category[static_cast<std::size_t>(category)] += row.unread;
        out.total += row.unread;
    }
    out.unread_count = out.total;
    return out;
}

Notification NotificationsService::get(const Caller& me, const NotificationId& notification_id) {
    return parts_->db.read([&](db::Read& tx) {
        const auto row = find_row(tx, notification_id);
        if (!row || row->user_id != me.id) throw not_found("Notification not found");
        return std::move(parts_->views.of(tx, std::span(&*row, 1), me.base_url).front());
    });
}

void NotificationsService::remove(const Caller& me, const NotificationId& notification_id) {
    parts_->db.write([&](db::Write& tx) {
        count_removed(tx, tx.list<Removed>(sql::notifications::remove_one{.notification_id = notification_id,
                                                                          .user_id = me.id}));
    });
}

std::int64_t NotificationsService::remove_all(const Caller& me, bool read_only) {
    constexpr int kAtOnce = 500;
    std::int64_t deleted = 0;
    while (true) {
        const auto removed = parts_->db.write([&](db::Write& tx) {
            auto rows = read_only ? tx.list<Removed>(sql::notifications::remove_read_of_user{
                                        .user_id = me.id, .limit = kAtOnce})
                                  : tx.list<Removed>(sql::notifications::remove_some_of_user{
                                        .user_id = me.id, .limit = kAtOnce});
            count_removed(tx, rows);
            return rows.size();
        });
        deleted += static_cast<std::int64_t>(removed);
        if (removed < kAtOnce) return deleted;
    }
}

MarkReadAnswer NotificationsService::mark_read(const Caller& me, const MarkRead& in) {
    // No ids are no wish to mark everything.
    if (in.notification_ids && (in.notification_ids->empty() || in.notification_ids->size() > 100))
        throw invalid_input({"body", "notification_ids"}, "List should have 1 to 100 items");
    const auto types = types_selected_by(in.type_filter);
    ReadChange change{.types = types ? &*types : nullptr};
    std::vector<std::string_view> ids;
    if (in.notification_ids) {
        ids.assign(in.notification_ids->begin(), in.notification_ids->end());
        change.ids = &ids;
    }
    // Clients know times by the millisecond: what happened within the one they name is not after it.
    if (in.before) change.before = Time{in.before->us - in.before->us % 1'000 + 999};
    MarkReadAnswer answer;
    parts_->db.write([&](db::Write& tx) {
        answer.updated = notifications::mark_read(tx, me.id, change, parts_->clock.now());
        answer.unread_count = unread_of(tx, me.id);
        if (answer.updated == 0) return;
        NotificationsRead event{.user_id = me.id, .unread_count = answer.unread_count};
        for (const auto id : ids) {
            if (is_well_formed_id(id)) event.notification_ids.emplace_back(id);
        }
        tx.publish(event);
    });
    return answer;
}

MarkOneReadAnswer NotificationsService::mark_one_read(const Caller& me,
                                                      const NotificationId& notification_id) {
    MarkOneReadAnswer answer;
    const std::vector<std::string_view> ids{notification_id.view()};
    parts_->db.write([&](db::Write& tx) {
        const auto owner = tx.find<UserId>(sql::notifications::owner_of{.notification_id = notification_id});
        if (owner != me.id) throw not_found("Notification not found");
        const auto updated = notifications::mark_read(tx, me.id, {.ids = &ids}, parts_->clock.now());
        answer.unread_count = unread_of(tx, me.id);
        if (updated > 0) {
            tx.publish(NotificationsRead{.user_id = me.id,
                                         .notification_ids = {notification_id},
                                         .unread_count = answer.unread_count});
        }
    });
    return answer;
}

}  // namespace grover::notifications
