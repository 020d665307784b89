// What goes on behind the requests: removals in pieces, and what is too old or too much.
#include "domains/notifications/notifications_parts.hpp"
#include "platform/jobs/jobs.hpp"
#include "sql/notifications.hpp"

namespace grover::notifications {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr std::chrono::seconds kCleanupInterval{86'400};  // NOTIFICATION_CLEANUP_INTERVAL
constexpr std::chrono::seconds kPushSweepInterval{60};
constexpr days kReadKept{90};
constexpr days kUnreadKept{180};
constexpr int kMostOfUser = 2'000;
constexpr int kMostBetweenCleanUps = 10'000;
constexpr int kAtOnce = 500;

// Runs `step`, which removes up to kAtOnce rows in a transaction of its own, until it removes fewer.
template <class Step>
void until_done(db::Database& db, Step step) {
    std::size_t removed = 0;
    do {
        removed = db.write([&](db::Write& tx) { return step(tx); });
    } while (removed == kAtOnce);
}

std::size_t counted(db::Write& tx, const std::vector<Removed>& removed) {
    count_removed(tx, removed);
    return removed.size();
}

void remove_beyond(db::Database& db, const UserId& user, int most) {
    until_done(db, [&](db::Write& tx) {
        return counted(tx, tx.list<Removed>(sql::notifications::remove_beyond{
                               .user_id = user, .limit = kAtOnce, .most = most}));
    });
}

}  // namespace

void clean_up(db::Database& db, Time now) {
    until_done(db, [&](db::Write& tx) {
        return counted(tx, tx.list<Removed>(sql::notifications::remove_outdated{
                               .first_kept = IdSource::next_at<NotificationId>(now - kReadKept),
                               .read_before = now - kReadKept,
                               .unread_before = now - kUnreadKept,
                               .limit = kAtOnce}));
    });
    UserId after;
    for (bool more = true; more;) {
        const auto users = db.read([&](db::Read& tx) {
            return tx.list<UserId>(
                sql::notifications::users_above{.after = after, .most = kMostOfUser, .limit = kAtOnce});
        });
        for (const auto& user : users) remove_beyond(db, user, kMostOfUser);
        more = users.size() == kAtOnce;
        if (more) after = users.back();
    }
    until_done(db, [&](db::Write& tx) {
        return static_cast<std::size_t>(
            tx.exec(sql::notifications::remove_old_causes{.before = now - kUnreadKept, .limit = kAtOnce}));
    });
}

void NotificationsService::add_jobs(jobs::Jobs& jobs) {
    jobs.on<RemoveNotifications>([this](const RemoveNotifications& job) {
        parts_->db.write([&](db::Write& tx) { remove_all_of(tx, job); });
    });
    jobs.on<CleanUpUser>(
        [this](const CleanUpUser& job) { remove_beyond(parts_->db, job.user_id, kMostBetweenCleanUps); });
    jobs.on<TellVoters>([this](const TellVoters& job) {
        parts_->db.write([&](db::Write& tx) { parts_->causes.tell_voters(tx, job); });
    });
    jobs.on<PreparePush>([this](const PreparePush& job) { parts_->pushes.run(job); });
    jobs.on<PushSummary>([this](const PushSummary& job) { parts_->pushes.run(job); });
    jobs.on<SendPushes>([this](const SendPushes& job) { parts_->deliveries.run(job); });
    jobs.on<CheckReceipts>([this](const CheckReceipts& job) { parts_->deliveries.run(job); });
    jobs.every("notifications.push_sweep", kPushSweepInterval, [this] {
        parts_->pushes.sweep();
        parts_->deliveries.sweep();
    });
    jobs.every("notifications.cleanup", kCleanupInterval,
               [this] { clean_up(parts_->db, parts_->clock.now()); });
}

}  // namespace grover::notifications
