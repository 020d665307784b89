// What owners change about what they planned: contract/scheduled-posts.md §7.
#include "platform/runtime/runtime.hpp"

#include "domains/scheduled_posts/scheduled_posts_rules.hpp"
#include "domains/scheduled_posts/scheduled_posts_views.hpp"
#include "platform/base/error.hpp"

namespace grover::scheduled_posts {

using namespace std::chrono_literals;

namespace {

constexpr auto kFurthest = 365 * 24h;
constexpr auto kOutcomeWait = 2s;
constexpr auto kLook = 20ms;

// Fractions count to the millisecond.
Time in_milliseconds(Time time) {
    const auto over = time.us % 1'000;
    return Time{time.us - (over < 0 ? over + 1'000 : over)};
}

Row get_row(db::Read& tx, const UserId& user, const ScheduledPostId& id) {
    auto row = find(tx, user, id);
    if (!row) throw not_found("Scheduled post not found");
    return std::move(*row);
}

void refuse_ended(const Row& row) {
    if (row.status == Status::published) throw conflict("Already published");
    if (row.status == Status::cancelled) throw conflict("Already cancelled");
}

}  // namespace

Time planned_time(const std::optional<Time>& scheduled_time, const std::optional<Time>& scheduled_at) {
    if (auto misfit = misfit_of_times(scheduled_time, scheduled_at)) throw invalid_input(std::move(*misfit));
    return in_milliseconds(scheduled_time ? *scheduled_time : *scheduled_at);
}

std::optional<FieldError> misfit_of_times(const std::optional<Time>& scheduled_time,
                                          const std::optional<Time>& scheduled_at) {
    if (!scheduled_time && !scheduled_at)
        return FieldError{{"body", "scheduled_time"}, "Field required", "missing"};
    if (scheduled_time && scheduled_at && in_milliseconds(*scheduled_time) != in_milliseconds(*scheduled_at))
        return FieldError{{"body", "scheduled_at"}, "scheduled_time and scheduled_at differ", "value_error"};
    return std::nullopt;
}

void require_in_future(Time time, Time now) {
    if (time <= now) throw validation_error("Scheduled time must be in the future");
    if (time > now + kFurthest)
        throw validation_error("Scheduled time cannot be more than 365 days in the future");
}

void require_room(db::Write& tx, const UserId& user) {
    lock_user(tx, user);
    if (count_waiting(tx, user) >= kMaxWaiting) throw validation_error("You already have 100 posts waiting");
}

ScheduledPostWithHistory ScheduledPostsService::get(const Caller& me, const ScheduledPostId& id) {
    return db_.read([&](db::Read& tx) {
        const auto row = get_row(tx, me.id, id);
        return ScheduledPostWithHistory{std::move(views_of(tx, users_, media_, me, {&row, 1}).front()),
                                        history_of(tx, id)};
    });
}

// From the beginning: at that time, or at once with its time as it was.
ScheduledChangeAnswer ScheduledPostsService::wait_again(db::Write& tx, const Caller& me,
                                                        const ScheduledPostId& id, std::optional<Time> time) {
    const auto now = clock_.now();
    auto row = get_row(tx, me.id, id);
    refuse_ended(row);
    if (row.status == Status::failed) require_room(tx, me.id);
    row.next_attempt_at = time.value_or(now);
    row.scheduled_time = time.value_or(row.scheduled_time);
    if (!set_waiting(tx, row, now)) throw conflict("The post is being published");
    add_history(tx, id, {.event = "rescheduled", .at = now, .scheduled_time = row.scheduled_time});
    tx.enqueue(PublishScheduled{id, me.id}, row.next_attempt_at);
    row = get_row(tx, me.id, id);
    return {.scheduled_post = std::move(views_of(tx, users_, media_, me, {&row, 1}).front())};
}

ScheduledChangeAnswer ScheduledPostsService::reschedule(const Caller& me, const ScheduledMove& in) {
    const auto time = planned_time(in.scheduled_time, in.scheduled_at);
    return db_.write([&](db::Write& tx) {
        require_in_future(time, clock_.now());
        return wait_again(tx, me, in.scheduled_post_id, time);
    });
}

ScheduledChangeAnswer ScheduledPostsService::retry(const Caller& me, const ScheduledPostId& id) {
    return db_.write([&](db::Write& tx) {
        const auto row = get_row(tx, me.id, id);
        refuse_ended(row);
        if (row.status != Status::failed) throw conflict("The post did not fail");
        return wait_again(tx, me, id, std::nullopt);
    });
}

PublishNowAnswer ScheduledPostsService::publish_now(const Caller& me, const ScheduledPostId& id) {
    const auto give_up = std::chrono::steady_clock::now() + kOutcomeWait;
    while (true) {
        // A lease like the worker's, who leaves the post alone from then on.
        const auto taken = db_.write([&](db::Write& tx) -> std::optional<DueRow> {
            Row row = get_row(tx, me.id, id);
            refuse_ended(row);
            const auto now = now_in(tx);
            if (row.status == Status::publishing || !take_lease(tx, row, now + kLease, now))
                return std::nullopt;
            row.status = Status::publishing;
            row.next_attempt_at = now + kLease;
            return row;
        });
        if (taken) {
            if (attempt(*taken) != Outcome::published) {
                // It is tried again like any other, if that is worth it; the job that waits with it may be due much later.
                db_.write([&](db::Write& tx) { tx.enqueue(PublishScheduled{id, me.id}); });
                throw conflict("The post could not be published");
            }
            return db_.read([&](db::Read& tx) {
                return PublishNowAnswer{
                    .post_id = taken->post_id,
                    .post = {reader_.views_of(tx, me, std::span(&taken->post_id, 1)).front()}};
            });
        }
        if (!runtime::in_fiber() || std::chrono::steady_clock::now() >= give_up)
            throw conflict("The post is being published");
        runtime::sleep_for(kLook);
    }
}

}  // namespace grover::scheduled_posts
