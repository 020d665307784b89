// Rows of scheduled posts and their history. Private to domains/scheduled_posts; decides nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domains/scheduled_posts/scheduled_posts_api.hpp"
#include "platform/base/place.hpp"

namespace grover::scheduled_posts {

// What publishing needs to know.
struct DueRow {
    ScheduledPostId scheduled_post_id;
    UserId user_id;
    PostId post_id;
    std::string draft;
    Time scheduled_time;
    Status status = Status::scheduled;
    Time next_attempt_at;
    int attempts = 0;

    static constexpr auto columns = Pack{
        db::column("scheduled_post_id", &DueRow::scheduled_post_id),
        db::column("user_id", &DueRow::user_id),
        db::column("post_id", &DueRow::post_id),
        db::column("draft", &DueRow::draft),
        db::column("scheduled_time", &DueRow::scheduled_time),
        db::column("status", &DueRow::status),
        db::column("next_attempt_at", &DueRow::next_attempt_at),
        db::column("attempts", &DueRow::attempts),
    };
};

struct Row : DueRow {
    std::string tagged_users = "[]";
    std::optional<std::string> thumbnail;
    std::optional<std::string> timezone;
    std::optional<std::string> last_error_code;
    std::optional<std::string> last_error;
    int revision = 1;
    std::optional<Time> published_at;
    Time created_at;
    Time updated_at;

    static constexpr auto columns =
        join(DueRow::columns, Pack{
                                  db::column("tagged_users", &Row::tagged_users),
                                  db::column("thumbnail", &Row::thumbnail),
                                  db::column("timezone", &Row::timezone),
                                  db::column("last_error_code", &Row::last_error_code),
                                  db::column("last_error", &Row::last_error),
                                  db::column("revision", &Row::revision),
                                  db::column("published_at", &Row::published_at),
                                  db::column("created_at", &Row::created_at),
                                  db::column("updated_at", &Row::updated_at),
                              });
};

// A place in a list: of what waits by (scheduled_time, id) ascending, else by (updated_at, id) descending.
std::vector<Row> list_waiting(db::Read& tx, const UserId& user, Status status, const Place& after, int limit,
                              std::int64_t skip);
std::vector<Row> list_changed(db::Read& tx, const UserId& user, std::optional<Status> status,
                              const Place& after, int limit, std::int64_t skip);
std::optional<Row> find(db::Read& tx, const UserId& user, const ScheduledPostId& id);
std::int64_t count_waiting(db::Read& tx, const UserId& user);
// Everybody's, up to a limit.
std::int64_t count_all_waiting(db::Read& tx, int limit);
// On PostgreSQL two transactions that count what one user has waiting follow each other from here on.
void lock_user(db::Write& tx, const UserId& user);

void insert(db::Write& tx, const Row& row);

// Who has posts that are due, looking at `limit` of these posts, the longest due first; each once.
std::vector<UserId> authors_due(db::Read& tx, Time now, int limit);
// False: another transaction has the author's turn. It is taken until the end of the transaction.
bool begin_turn(db::Write& tx, const UserId& user);
// The author's posts that are due or being published, in the order of publication, locked until the transaction ends.
std::vector<DueRow> due_of(db::Write& tx, const UserId& user, Time now, int limit);
std::optional<Time> store_time(db::Read& tx);

// Everything that ends or begins an attempt. False when the row is no longer as `row` says.
bool take_lease(db::Write& tx, const DueRow& row, Time lease_until, Time now);
// Of every post that is being published: whoever is at it loses it.
void end_leases(db::Write& tx, Time now);
bool mark_published(db::Write& tx, const DueRow& row, Time now);
struct Setback {
    Status status;
    Time next_attempt_at;
    int attempts;
    std::string_view code;
    std::string_view sentence;
};
bool set_back(db::Write& tx, const DueRow& row, const Setback& setback, Time now);
// From the beginning again, as `row` says; false when it is being published or has ended.
bool set_waiting(db::Write& tx, const DueRow& row, Time now);
bool mark_cancelled(db::Write& tx, const DueRow& row, Time now);

// How long one attempt may take.
inline constexpr std::chrono::seconds kLease{60};

struct HistoryEntry {
    std::string_view event;
    Time at;
    int attempt = 0;
    std::optional<std::string_view> error_code{};
    std::optional<std::string_view> error{};
    Time scheduled_time;
};
void add_history(db::Write& tx, const ScheduledPostId& id, const HistoryEntry& entry);

// Oldest first.
std::vector<ScheduledEvent> history_of(db::Read& tx, const ScheduledPostId& id);

std::vector<ScheduledPostId> ended_before(db::Read& tx, Time before, int limit);
std::vector<ScheduledPostId> some_of_user(db::Read& tx, const UserId& user, int limit);
void remove(db::Write& tx, const ScheduledPostId& id);

}  // namespace grover::scheduled_posts
