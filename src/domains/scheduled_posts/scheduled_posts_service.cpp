// What owners do with scheduled posts: make, list and cancel them.
#include "platform/runtime/runtime.hpp"

#include "domains/scheduled_posts/scheduled_posts_rules.hpp"
#include "domains/scheduled_posts/scheduled_posts_views.hpp"
#include "platform/base/error.hpp"
#include "platform/base/timezone.hpp"
#include "platform/jobs/events.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::scheduled_posts {

using namespace std::chrono_literals;

namespace {

// The screen that shows it puts it into a page as it is.
constexpr std::size_t kMaxThumbnail = 8 * 1024;
// How long a cancellation waits for a publication that runs.
constexpr auto kOutcomeWait = 2s;
constexpr auto kLook = 20ms;
constexpr auto kKept = 90 * 24h;
constexpr int kSweptAtOnce = 200;
constexpr int kMostCounted = 10'000;

std::optional<std::string> timezone_of(const PostSchedule& in) {
    if (!in.timezone || in.timezone->empty()) return std::nullopt;
    if (TimeZone::find(*in.timezone) == nullptr)
        throw invalid_input({"body", "timezone"}, "Unknown time zone");
    return in.timezone;
}

Place place_after(std::string_view text, bool ascending) {
    return place_of(text, ascending ? Place{Time{INT64_MIN}, ""} : Place{});
}

}  // namespace

ScheduledPostsService::ScheduledPostsService(db::Database& db, const Clock& clock, users::UsersService& users,
                                             media::MediaService& media, posts::PostWriter& writer,
                                             posts::PostReader& reader, Options options)
    : db_(db),
      clock_(clock),
      users_(users),
      media_(media),
      writer_(writer),
      reader_(reader),
      options_(std::move(options)),
      lag_(metrics::histogram("grover_scheduled_publish_lag_seconds",
                              "From the time a post was scheduled for to its publication.")) {}

PostScheduleAnswer ScheduledPostsService::schedule(const Caller& me, PostSchedule& in) {
    const auto time = planned_time(in.scheduled_time, in.scheduled_at);
    const auto timezone = timezone_of(in);
    auto draft = writer_.check(in);
    require_in_future(time, clock_.now());
    writer_.take_media(me, in, draft);

    Row row;
    if (draft.media_id) {
        row.thumbnail = media_.thumbnail(*draft.media_id);
        if (row.thumbnail && row.thumbnail->size() > kMaxThumbnail) row.thumbnail.reset();
    }
    row.user_id = me.id;
    row.draft = wire::to_json(draft);
    row.scheduled_time = row.next_attempt_at = time;
    row.timezone = timezone;
    return db_.write([&](db::Write& tx) {
        const auto now = clock_.now();
        require_in_future(time, now);
        require_room(tx, me.id);
        row.scheduled_post_id = IdSource::next_at<ScheduledPostId>(now);
        // Sorts with the posts of the day it is published.
        row.post_id = IdSource::next_at<PostId>(time);
        row.created_at = row.updated_at = now;
        if (!draft.tagged_users.empty())
            row.tagged_users =
                wire::to_json(users_.addressed(tx, me.id, draft.tagged_users, users::Address::tag));
        insert(tx, row);
        if (draft.media_id)
            media_.attach(tx, me.id, *draft.media_id, {"scheduled_post", row.scheduled_post_id.view()},
                          media::Access::signed_);
        add_history(tx, row.scheduled_post_id, {.event = "created", .at = now, .scheduled_time = time});
        tx.enqueue(PublishScheduled{row.scheduled_post_id, me.id}, time);
        return PostScheduleAnswer{
            .scheduled_post_id = row.scheduled_post_id,
            .scheduled_time = time,
            .scheduled_post = std::move(views_of(tx, users_, media_, me, {&row, 1}).front())};
    });
}

Page<ScheduledPost> ScheduledPostsService::list(const Caller& me, const ScheduledPostsList& in) {
    if (in.page.after.empty() && in.page.skip > kMaxSkip) return {};
    const bool waits = in.status <= StatusFilter::publishing;
    const auto after = place_after(in.page.after, waits);
    const auto skip = in.page.after.empty() ? in.page.skip : 0;
    return db_.read([&](db::Read& tx) {
        std::optional<Status> status;
        if (in.status != StatusFilter::all) status = static_cast<Status>(in.status);
        auto rows = waits ? list_waiting(tx, me.id, *status, after, in.page.limit + 1, skip)
                          : list_changed(tx, me.id, status, after, in.page.limit + 1, skip);
        Page<ScheduledPost> page;
        if (rows.size() > static_cast<std::size_t>(in.page.limit)) {
            rows.pop_back();
            const auto& last = rows.back();
            page.next =
                place_text(waits ? last.scheduled_time : last.updated_at, last.scheduled_post_id.view());
        }
        page.items = views_of(tx, users_, media_, me, rows);
        return page;
    });
}

ScheduledCancelAnswer ScheduledPostsService::cancel(const Caller& me, const ScheduledPostId& id) {
    const auto give_up = std::chrono::steady_clock::now() + kOutcomeWait;
    while (true) {
        const bool cancelled = db_.write([&](db::Write& tx) {
            const auto row = find(tx, me.id, id);
            if (!row || row->status == Status::cancelled) throw not_found("Scheduled post not found");
            if (row->status == Status::published) throw conflict("Already published");
            return row->status != Status::publishing && cancel(tx, *row);
        });
        if (cancelled) return {};
        if (!runtime::in_fiber() || std::chrono::steady_clock::now() >= give_up)
            throw conflict("The post is being published");
        runtime::sleep_for(kLook);
    }
}

bool ScheduledPostsService::cancel(db::Write& tx, const DueRow& row) {
    const auto now = clock_.now();
    if (!mark_cancelled(tx, row, now)) return false;
    media_.release(tx, {"scheduled_post", row.scheduled_post_id.view()});
    add_history(
        tx, row.scheduled_post_id,
        {.event = "cancelled", .at = now, .attempt = row.attempts, .scheduled_time = row.scheduled_time});
    return true;
}

void ScheduledPostsService::on_hidden(db::Write& tx, const users::AccountHidden& event) {
    if (!event.leaving) return;
    // Whenever it is due. Whoever is publishing one of them finds it changed, and publishes nothing.
    constexpr Time kEndOfTime{INT64_MAX};
    for (const auto& row : due_of(tx, event.user_id, kEndOfTime, kMaxWaiting)) cancel(tx, row);
}

void ScheduledPostsService::listen(jobs::Events& events) {
    events.on_publish<users::AccountHidden>(
        [this](db::Write& tx, const users::AccountHidden& event) { on_hidden(tx, event); });
}

std::int64_t ScheduledPostsService::count_waiting() {
    return db_.read([&](db::Read& tx) { return count_all_waiting(tx, kMostCounted); });
}

void ScheduledPostsService::sweep() {
    const auto before = clock_.now() - kKept;
    for (bool more = true; more;) {
        more = db_.write([&](db::Write& tx) {
            const auto ended = ended_before(tx, before, kSweptAtOnce);
            for (const auto& id : ended) {
                media_.release(tx, {"scheduled_post", id.view()});
                remove(tx, id);
            }
            return !ended.empty();
        });
    }
}

}  // namespace grover::scheduled_posts
