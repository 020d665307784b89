#include "domains/notifications/notifications_store.hpp"

#include <charconv>

#include "platform/base/error.hpp"
#include "sql/notifications.hpp"

namespace grover::notifications {
namespace {

const std::vector<std::string_view> kNone;
constexpr std::int64_t kCleanUpEvery = 500;  // rows

}  // namespace

std::string to_text(Time at, std::string_view id) {
    std::string text = std::to_string(at.us);
    text += '.';
    text += id;
    return text;
}

Position position_after(std::string_view text) {
    Position position;
    if (text.empty()) return position;
    const auto dot = text.find('.');
    const auto* const end = text.data() + (dot == text.npos ? 0 : dot);
    const auto [stop, error] = std::from_chars(text.data(), end, position.at.us);
    if (error != std::errc{} || stop != end) throw validation_error("Invalid cursor");
    position.id = text.substr(dot + 1);
    return position;
}

std::string stamp_of(const UserId& user) { return "notifications:" + user.str(); }

std::vector<NotificationRow> list_rows(db::Read& tx, const UserId& user, const Slice& slice) {
    const auto& types = slice.types ? *slice.types : kNone;
    if (slice.unread_only) {
        return tx.list<NotificationRow>(sql::notifications::list_unread{.user_id = user,
                                                                        .at = slice.after.at,
                                                                        .id = slice.after.id,
                                                                        .any_type = slice.types == nullptr,
                                                                        .types = types,
                                                                        .limit = slice.limit,
                                                                        .skip = slice.skip});
    }
    return tx.list<NotificationRow>(sql::notifications::list_notifications{.user_id = user,
                                                                           .at = slice.after.at,
                                                                           .id = slice.after.id,
                                                                           .any_type = slice.types == nullptr,
                                                                           .types = types,
                                                                           .limit = slice.limit,
                                                                           .skip = slice.skip});
}

std::optional<NotificationRow> find_row(db::Read& tx, const NotificationId& notification_id) {
    return tx.find<NotificationRow>(
        sql::notifications::find_notification{.notification_id = notification_id});
}

std::vector<TypeCount> counts_of(db::Read& tx, const UserId& user) {
    return tx.list<TypeCount>(sql::notifications::counts{.user_id = user});
}

std::int64_t unread_of(db::Read& tx, const UserId& user) {
    std::int64_t unread = 0;
    for (const auto& count : counts_of(tx, user)) unread += count.unread;
    return unread;
}

void insert_row(db::Write& tx, const NotificationRow& row) {
    tx.exec_soon(sql::notifications::insert_notification{.user_id = row.user_id,
                                                         .created_at = row.created_at,
                                                         .notification_id = row.notification_id,
                                                         .type = row.type,
                                                         .content = row.content,
                                                         .actor_id = row.actor_id,
                                                         .related_id = row.related_id,
                                                         .post_id = row.post_id,
                                                         .comment_id = row.comment_id,
                                                         .place_type = row.place_type,
                                                         .place_id = row.place_id,
                                                         .target_type = row.target_type,
                                                         .target_id = row.target_id,
                                                         .data = row.data,
                                                         .in_actor_index = row.in_actor_index,
                                                         .in_post_index = row.in_post_index});
    tx.exec_soon(
        sql::notifications::add_counts{.user_id = row.user_id, .type = row.type, .total = 1, .unread = 1});
    tx.touch(stamp_of(row.user_id));
    // Its microsecond is as good as chance, so nobody needs to count.
    if (row.created_at.us % kCleanUpEvery == 0) tx.enqueue_once(row.user_id.view(), CleanUpUser{row.user_id});
}

void count_removed(db::Write& tx, const std::vector<Removed>& removed) {
    struct Counts {
        int total = 0;
        int unread = 0;
    };
    // In one order for all transactions, so that none waits for another in a circle.
    std::map<std::pair<UserId, std::string>, Counts> counts;
    for (const auto& row : removed) {
        auto& one = counts[{row.user_id, row.type}];
        ++one.total;
        one.unread += row.read_at ? 0 : 1;
    }
    for (const auto& [key, one] : counts) {
        tx.exec_soon(sql::notifications::take_counts{
            .total = one.total, .unread = one.unread, .user_id = key.first, .type = key.second});
        tx.touch(stamp_of(key.first));
    }
}

std::int64_t mark_read(db::Write& tx, const UserId& user, const ReadChange& change, Time now) {
    const auto& types = change.types ? *change.types : kNone;
    const bool any_type = change.types == nullptr;
    std::map<std::string, int, std::less<>> read;
    std::int64_t total = 0;
    const auto count = [&](const db::Row& row) {
        ++read[row.get<std::string>(0)];
        ++total;
    };
    if (change.ids) {
        tx.each(sql::notifications::mark_some_read{.now = now,
                                                   .ids = *change.ids,
                                                   .user_id = user,
                                                   .before = change.before,
                                                   .any_type = any_type,
                                                   .types = types},
                count);
    } else {
        tx.each(
            sql::notifications::mark_read{
                .now = now, .user_id = user, .before = change.before, .any_type = any_type, .types = types},
            count);
    }
    for (const auto& [type, rows] : read)
        tx.exec(sql::notifications::take_counts{.total = 0, .unread = rows, .user_id = user, .type = type});
    if (total > 0) tx.touch(stamp_of(user));
    return total;
}

}  // namespace grover::notifications
