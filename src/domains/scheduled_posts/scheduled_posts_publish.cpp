// Publishing what is due: under a lease, in the author's order, once. contract/scheduled-posts.md §3 to §6.
#include <algorithm>
#include <array>
#include <random>
#include <tuple>

#include "domains/scheduled_posts/scheduled_posts_store.hpp"
#include "platform/base/error.hpp"
#include "platform/observability/reports.hpp"
#include "platform/runtime/runtime.hpp"
#include "platform/wire/json_in.hpp"

namespace grover::scheduled_posts {

using namespace std::chrono_literals;

// Why an attempt did not succeed, in words for the owner.
struct Failure {
    std::string_view code;
    std::string_view sentence;
    bool is_final = false;
};

namespace {

constexpr auto kLatest = 24h;
constexpr std::array<std::chrono::seconds, 5> kRetryDelays{5s, 30s, 2min, 10min, 30min};
constexpr int kMaxAttempts = static_cast<int>(kRetryDelays.size()) + 1;
// When it is not this row's turn yet.
constexpr std::chrono::microseconds kShortestWait = 100ms;
// Published in one transaction: on SQLite everybody else's writes wait for so many.
constexpr std::size_t kAtOnce = 20;
// Of everybody's due posts, to find whose they are.
constexpr int kLookedAt = 500;

constexpr Failure kBusy{"database_busy", "The server was busy."};
constexpr Failure kStorage{"storage_unavailable", "The file storage could not be reached."};
constexpr Failure kInternal{"internal", "Something went wrong on our side."};
constexpr Failure kLeaseLost{"lease_lost", "The server was interrupted while publishing."};
constexpr Failure kMediaMissing{"media_missing", "The file of the post could not be read."};
constexpr Failure kAccount{"account_unavailable", "The account was not available.", true};
constexpr Failure kContent{"invalid_content", "The post is not allowed in this form any more.", true};
constexpr Failure kMissed{"missed", "The server was not running for more than a day after its time.", true};

// Ends a publication inside its transaction.
struct Stopped {
    Failure failure;
};

Failure failure_of(const Error& error) {
    if (error.kind == ErrorKind::database_error) return kBusy;
    if (error.kind == ErrorKind::not_found) return kMediaMissing;
    if (error.kind == ErrorKind::unavailable) return kStorage;
    if (error.kind == ErrorKind::internal_error) return kInternal;
    return kContent;
}

// Within ten percent, so that many that failed together do not come back together.
Time jittered(Time now, std::chrono::microseconds delay) {
    std::uint32_t random = 0;
    fill_random(&random, sizeof random);
    const double factor = 0.9 + 0.2 * static_cast<double>(random) / 4294967296.0;
    return now +
           std::chrono::microseconds(static_cast<std::int64_t>(static_cast<double>(delay.count()) * factor));
}

// What becomes of the row after a failure: the attempt counts.
Setback setback_of(const DueRow& row, const Failure& failure, Time now) {
    const int attempts = row.attempts + 1;
    const bool is_over = failure.is_final || attempts >= kMaxAttempts;
    return {.status = is_over ? Status::failed : Status::scheduled,
            .next_attempt_at =
                is_over ? now : jittered(now, kRetryDelays[static_cast<std::size_t>(attempts - 1)]),
            .attempts = attempts,
            .code = failure.code,
            .sentence = failure.sentence};
}

// False when the row has changed meanwhile: somebody else has it.
bool record(db::Write& tx, const DueRow& row, const Setback& setback, Time now) {
    if (!set_back(tx, row, setback, now)) return false;
    const bool is_over = setback.status == Status::failed;
    add_history(tx, row.scheduled_post_id,
                {.event = is_over ? "failed" : "attempt_failed",
                 .at = now,
                 .attempt = setback.attempts,
                 .error_code = setback.code,
                 .error = setback.sentence,
                 .scheduled_time = row.scheduled_time});
    if (is_over)
        tx.publish(ScheduledPostFailed{.scheduled_post_id = row.scheduled_post_id,
                                       .user_id = row.user_id,
                                       .error_code = std::string(setback.code),
                                       .failed_at = now});
    return true;
}

}  // namespace

Time ScheduledPostsService::now_in(db::Read& tx) const {
    if (!options_.use_store_clock) return clock_.now();
    return store_time(tx).value_or(clock_.now());
}

// Posts that are due, under one lease, in the order of publication. None: nothing is due, or others are at it.
std::vector<DueRow> ScheduledPostsService::take() {
    auto rows = db_.write([&](db::Write& tx) {
        std::vector<DueRow> taken;
        const auto now = now_in(tx);
        for (const auto& author : authors_due(tx, now, kLookedAt)) {
            if (taken.size() >= kAtOnce) break;
            if (!begin_turn(tx, author)) continue;
            while (taken.size() < kAtOnce && take_of(tx, author, now, taken)) {
            }
        }
        return taken;
    });
    std::ranges::sort(rows, [](const DueRow& a, const DueRow& b) {
        return std::tie(a.scheduled_time, a.scheduled_post_id) <
               std::tie(b.scheduled_time, b.scheduled_post_id);
    });
    return rows;
}

// Whether some of them ended in failure instead, so that there may be more.
bool ScheduledPostsService::take_of(db::Write& tx, const UserId& author, Time now,
                                    std::vector<DueRow>& taken) {
    bool any_ended = false;
    for (auto& row : due_of(tx, author, now, static_cast<int>(kAtOnce - taken.size()))) {
        if (row.next_attempt_at > now) return false;  // another one is at it, and the later ones wait
        if (row.status == Status::publishing) {
            // Its worker died: one more attempt that failed, and the next one begins at once.
            auto setback = setback_of(row, kLeaseLost, now);
            setback.next_attempt_at = now;
            if (!record(tx, row, setback, now)) return false;
            any_ended |= setback.status == Status::failed;
            if (setback.status == Status::failed) continue;
            row.status = setback.status;
            row.next_attempt_at = now;
            row.attempts = setback.attempts;
        }
        if (now > row.next_attempt_at + kLatest) {
            // A lease of no length, so that what ends it finds the row as it expects.
            if (!take_lease(tx, row, now, now)) return false;
            row.next_attempt_at = now;
            record(tx, row, setback_of(row, kMissed, now), now);
            any_ended = true;
            continue;
        }
        const auto lease = now + kLease;
        if (!take_lease(tx, row, lease, now)) return false;
        row.status = Status::publishing;
        row.next_attempt_at = lease;
        taken.push_back(std::move(row));
    }
    return any_ended;
}

// Whether the files of all of them are where they were stored.
bool ScheduledPostsService::are_readable(std::span<const posts::PostDraft> drafts) const {
    std::vector<MediaId> media;
    for (const auto& draft : drafts) {
        if (draft.media_id) media.push_back(*draft.media_id);
    }
    return media_.unreadable(media).empty();
}

// False when there is trouble with one of them, whichever: then nothing happened.
bool ScheduledPostsService::publish_together(const std::vector<DueRow>& rows) {
    try {
        std::vector<posts::PostDraft> drafts;
        for (const auto& row : rows) {
            if (options_.before_publishing) options_.before_publishing(row.scheduled_post_id);
            drafts.push_back(wire::read<posts::PostDraft>(row.draft));
        }
        if (!are_readable(drafts)) return false;
        db_.write([&](db::Write& tx) {
            for (std::size_t i = 0; i < rows.size(); ++i) publish(tx, rows[i], drafts[i]);
        });
        return true;
    } catch (const runtime::Cancelled&) {
        throw;
    } catch (const Stopped&) {
        return false;
    } catch (const std::exception&) {
        return false;
    }
}

ScheduledPostsService::Outcome ScheduledPostsService::attempt(const DueRow& row) {
    try {
        if (options_.before_publishing) options_.before_publishing(row.scheduled_post_id);
        const auto draft = wire::read<posts::PostDraft>(row.draft);
        if (!are_readable({&draft, 1})) throw Stopped{kMediaMissing};
        db_.write([&](db::Write& tx) { publish(tx, row, draft); });
        return Outcome::published;
    } catch (const runtime::Cancelled&) {
        throw;
    } catch (const Stopped& stopped) {
        return fail(row, stopped.failure);
    } catch (const std::exception& error) {
        const auto* const known = dynamic_cast<const Error*>(&error);
        const auto outcome = fail(row, known != nullptr ? failure_of(*known) : kInternal);
        const auto report =
            outcome == Outcome::retrying ? reports::report_setback : reports::report_exception;
        report("jobs", "scheduled_posts", error, row.user_id.view());
        return outcome;
    }
}

void ScheduledPostsService::publish(db::Write& tx, const DueRow& row, const posts::PostDraft& draft) {
    const auto now = clock_.now();
    // First, because on PostgreSQL it holds the row until the commit.
    if (!mark_published(tx, row, now)) throw Stopped{kLeaseLost};
    const auto account = users_.account(tx, row.user_id);
    if (account.status != users::AccountStatus::active && account.status != users::AccountStatus::deactivated)
        throw Stopped{kAccount};
    if (!writer_.exists(tx, row.post_id)) {
        writer_.publish(tx, row.user_id, draft,
                        {.id = row.post_id, .at = now, .scheduled_for = row.scheduled_time});
    }
    media_.release(tx, {"scheduled_post", row.scheduled_post_id.view()});
    add_history(
        tx, row.scheduled_post_id,
        {.event = "published", .at = now, .attempt = row.attempts + 1, .scheduled_time = row.scheduled_time});
    tx.publish(ScheduledPostPublished{.scheduled_post_id = row.scheduled_post_id,
                                      .user_id = row.user_id,
                                      .post_id = row.post_id,
                                      .published_at = now});
}

ScheduledPostsService::Outcome ScheduledPostsService::fail(const DueRow& row, const Failure& failure) {
    return db_.write([&](db::Write& tx) {
        const auto now = now_in(tx);
        const auto setback = setback_of(row, failure, now);
        record(tx, row, setback, now);
        return setback.status == Status::failed ? Outcome::failed : Outcome::retrying;
    });
}

void ScheduledPostsService::run(const PublishScheduled& job) {
    // As long as this post waits, a job of its own waits with it: for the next attempt, for its turn, for the end of a lease
    // that somebody else holds.
    const auto wait = [&] {
        return db_.read([&](db::Read& tx) -> std::optional<std::chrono::microseconds> {
            const auto row = find(tx, job.user_id, job.scheduled_post_id);
            if (!row || row->status > Status::publishing) return std::nullopt;
            return row->next_attempt_at - now_in(tx);
        });
    };
    // Mostly it was published with others that were due.
    auto left = wait();
    if (!left) return;
    if (*left <= std::chrono::microseconds{0}) {
        process_due();
        left = wait();
    }
    if (left)
        db_.write([&](db::Write& tx) { tx.enqueue(job, clock_.now() + std::max(*left, kShortestWait)); });
}

void ScheduledPostsService::run(const PublishDue&) { process_due(); }

void ScheduledPostsService::start() {
    db_.write([&](db::Write& tx) {
        // One file has one process: what is being published now was when the last one died.
        if (tx.engine() == db::Engine::sqlite) end_leases(tx, clock_.now());
        tx.enqueue(PublishDue{.asked_at = clock_.now()});
    });
}

void ScheduledPostsService::note_lag(const DueRow& row) {
    lag_.observe(std::max(clock_.now() - row.scheduled_time, std::chrono::microseconds{0}));
}

ProcessScheduledAnswer ScheduledPostsService::process_due() {
    ProcessScheduledAnswer answer;
    for (auto rows = take(); !rows.empty(); rows = take()) {
        // One commit for all of them is what makes many at once cheap. Trouble with one of them must not be the others':
        // then each is tried alone.
        if (rows.size() > 1 && publish_together(rows)) {
            answer.published += static_cast<int>(rows.size());
            for (const auto& row : rows) note_lag(row);
            continue;
        }
        for (const auto& row : rows) {
            switch (attempt(row)) {
                case Outcome::published:
                    ++answer.published;
                    note_lag(row);
                    break;
                case Outcome::failed:
                    ++answer.failed;
                    break;
                case Outcome::retrying:
                    ++answer.retrying;
                    break;
            }
        }
    }
    return answer;
}

}  // namespace grover::scheduled_posts
