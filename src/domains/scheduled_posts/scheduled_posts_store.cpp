// Statements about scheduled posts.
#include "domains/scheduled_posts/scheduled_posts_store.hpp"

#include <unordered_set>

#include "sql/scheduled_posts.hpp"

namespace grover::scheduled_posts {

namespace s = sql::scheduled_posts;

std::vector<Row> list_waiting(db::Read& tx, const UserId& user, Status status, const Place& after, int limit,
                              std::int64_t skip) {
    return tx.list<Row>(s::list_waiting{.user_id = user,
                                        .status = static_cast<int>(status),
                                        .at = after.at,
                                        .id = after.id,
                                        .limit = limit,
                                        .skip = skip});
}

std::vector<Row> list_changed(db::Read& tx, const UserId& user, std::optional<Status> status,
                              const Place& after, int limit, std::int64_t skip) {
    if (!status)
        return tx.list<Row>(
            s::list_all{.user_id = user, .at = after.at, .id = after.id, .limit = limit, .skip = skip});
    return tx.list<Row>(s::list_ended{.user_id = user,
                                      .status = static_cast<int>(*status),
                                      .at = after.at,
                                      .id = after.id,
                                      .limit = limit,
                                      .skip = skip});
}

std::optional<Row> find(db::Read& tx, const UserId& user, const ScheduledPostId& id) {
    return tx.find<Row>(s::find{.scheduled_post_id = id, .user_id = user});
}

std::int64_t count_waiting(db::Read& tx, const UserId& user) {
    return tx.value<std::int64_t>(s::count_waiting{.user_id = user});
}

std::int64_t count_all_waiting(db::Read& tx, int limit) {
    return tx.value<std::int64_t>(s::count_all_waiting{.limit = limit});
}

void lock_user(db::Write& tx, const UserId& user) { tx.exists(s::lock_user{.user_id = user}); }

void insert(db::Write& tx, const Row& row) {
    tx.exec(s::insert_post{.scheduled_post_id = row.scheduled_post_id,
                           .user_id = row.user_id,
                           .post_id = row.post_id,
                           .draft = row.draft,
                           .tagged_users = row.tagged_users,
                           .thumbnail = row.thumbnail,
                           .scheduled_time = row.scheduled_time,
                           .timezone = row.timezone,
                           .now = row.created_at});
}

std::vector<UserId> authors_due(db::Read& tx, Time now, int limit) {
    std::vector<UserId> authors;
    std::unordered_set<UserId> known;
    tx.each(s::due{.now = now, .limit = limit}, [&](const db::Row& row) {
        const auto author = row.get<UserId>(0);
        if (known.insert(author).second) authors.push_back(author);
    });
    return authors;
}

bool begin_turn(db::Write& tx, const UserId& user) { return tx.exists(s::begin_turn{.user_id = user}); }

std::vector<DueRow> due_of(db::Write& tx, const UserId& user, Time now, int limit) {
    return tx.list<DueRow>(s::due_of{.user_id = user, .now = now, .limit = limit});
}

std::optional<Time> store_time(db::Read& tx) { return tx.value<std::optional<Time>>(s::store_time{}); }

bool take_lease(db::Write& tx, const DueRow& row, Time lease_until, Time now) {
    return tx.exec(s::take_lease{.lease_until = lease_until,
                                 .now = now,
                                 .scheduled_post_id = row.scheduled_post_id,
                                 .status = static_cast<int>(row.status),
                                 .next_attempt_at = row.next_attempt_at,
                                 .attempts = row.attempts}) == 1;
}

void end_leases(db::Write& tx, Time now) { tx.exec(s::end_leases{.now = now}); }

bool mark_published(db::Write& tx, const DueRow& row, Time now) {
    return tx.exec(s::mark_published{.attempts = row.attempts,
                                     .now = now,
                                     .scheduled_post_id = row.scheduled_post_id,
                                     .lease = row.next_attempt_at}) == 1;
}

bool set_back(db::Write& tx, const DueRow& row, const Setback& setback, Time now) {
    return tx.exec(s::set_back{.status = static_cast<int>(setback.status),
                               .next_attempt_at = setback.next_attempt_at,
                               .new_attempts = setback.attempts,
                               .code = setback.code,
                               .sentence = setback.sentence,
                               .now = now,
                               .scheduled_post_id = row.scheduled_post_id,
                               .lease = row.next_attempt_at,
                               .attempts = row.attempts}) == 1;
}

bool set_waiting(db::Write& tx, const DueRow& row, Time now) {
    return tx.exec(s::set_waiting{.scheduled_time = row.scheduled_time,
                                  .next_attempt_at = row.next_attempt_at,
                                  .now = now,
                                  .scheduled_post_id = row.scheduled_post_id}) == 1;
}

bool mark_cancelled(db::Write& tx, const DueRow& row, Time now) {
    return tx.exec(s::mark_cancelled{.now = now,
                                     .scheduled_post_id = row.scheduled_post_id,
                                     .status = static_cast<int>(row.status)}) == 1;
}

void add_history(db::Write& tx, const ScheduledPostId& id, const HistoryEntry& entry) {
    tx.exec(s::add_history{.scheduled_post_id = id,
                           .event = entry.event,
                           .at = entry.at,
                           .attempt = entry.attempt,
                           .error_code = entry.error_code,
                           .error = entry.error,
                           .scheduled_time = entry.scheduled_time});
}

std::vector<ScheduledEvent> history_of(db::Read& tx, const ScheduledPostId& id) {
    return tx.list<ScheduledEvent>(s::history_of{.scheduled_post_id = id});
}

std::vector<ScheduledPostId> ended_before(db::Read& tx, Time before, int limit) {
    return tx.list<ScheduledPostId>(s::ended_before{.before = before, .limit = limit});
}

std::vector<ScheduledPostId> some_of_user(db::Read& tx, const UserId& user, int limit) {
    return tx.list<ScheduledPostId>(s::some_of_user{.user_id = user, .limit = limit});
}

void remove(db::Write& tx, const ScheduledPostId& id) { tx.exec(s::remove{.scheduled_post_id = id}); }

}  // namespace grover::scheduled_posts
