// Posts that are published later, exactly once: what others may name. contract/scheduled-posts.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domains/media/media.hpp"
#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"
#include "platform/observability/metrics.hpp"
#include "platform/wire/fields.hpp"

namespace grover::jobs {
class Events;
}
namespace grover::sockets {
class Hub;
}

namespace grover::scheduled_posts {

struct ScheduledPostTag {
    static constexpr std::string_view prefix = "scheduled_", kind = "scheduled_post_id";
};
using ScheduledPostId = Id<ScheduledPostTag>;

// ---- events

struct ScheduledPostPublished {
    static constexpr std::string_view name = "scheduled_post.published";
    ScheduledPostId scheduled_post_id;
    UserId user_id;  // the owner, to be told
    PostId post_id;
    Time published_at;
    static constexpr auto fields = Pack{
        wire::field("scheduled_post_id", &ScheduledPostPublished::scheduled_post_id),
        wire::field("user_id", &ScheduledPostPublished::user_id),
        wire::field("post_id", &ScheduledPostPublished::post_id),
        wire::field("published_at", &ScheduledPostPublished::published_at),
    };
};

// For good: nothing will be tried again by itself.
struct ScheduledPostFailed {
    static constexpr std::string_view name = "scheduled_post.failed";
    ScheduledPostId scheduled_post_id;
    UserId user_id;  // the owner, to be told
    std::string error_code;
    Time failed_at;
    static constexpr auto fields = Pack{
        wire::field("scheduled_post_id", &ScheduledPostFailed::scheduled_post_id),
        wire::field("user_id", &ScheduledPostFailed::user_id),
        wire::field("error_code", &ScheduledPostFailed::error_code),
        wire::field("failed_at", &ScheduledPostFailed::failed_at),
    };
};

// ---- jobs

// Publish what is due of one author, in order. Due when the scheduled post is.
struct PublishScheduled {
    static constexpr std::string_view name = "scheduled_posts.publish";
    ScheduledPostId scheduled_post_id;
    UserId user_id;
    static constexpr auto fields = Pack{
        wire::field("scheduled_post_id", &PublishScheduled::scheduled_post_id),
        wire::field("user_id", &PublishScheduled::user_id),
    };
};

// Publish all that is due: at the start of a server, because jobs that the last one was running are not due yet.
struct PublishDue {
    static constexpr std::string_view name = "scheduled_posts.publish_due";
    Time asked_at;  // for who reads the row of the job
    static constexpr auto fields = Pack{wire::field("asked_at", &PublishDue::asked_at)};
};

// ---- the service

struct PostSchedule;  // all requests and answers: scheduled_posts_api.hpp
struct PostScheduleAnswer;
struct PublishNowAnswer;
struct ProcessScheduledAnswer;
struct ScheduledCancelAnswer;
struct ScheduledChangeAnswer;
struct ScheduledMove;
struct ScheduledPost;
struct ScheduledPostWithHistory;
struct ScheduledPostsList;
struct DueRow;
struct Failure;

struct Options {
    // Whether the due test and the lease go by the clock of the database's host, where it has one (PostgreSQL).
    bool use_store_clock = false;
    // What happens between taking a lease and publishing; tests stand in here.
    std::function<void(const ScheduledPostId&)> before_publishing{};
};

// Any thread that may use the database.
class ScheduledPostsService {
public:
    // References outlive the service.
    ScheduledPostsService(db::Database& db, const Clock& clock, users::UsersService& users,
                          media::MediaService& media, posts::PostWriter& writer, posts::PostReader& reader,
                          Options options = {});

    PostScheduleAnswer schedule(const Caller& me, PostSchedule& in);
    Page<ScheduledPost> list(const Caller& me, const ScheduledPostsList& in);
    ScheduledPostWithHistory get(const Caller& me, const ScheduledPostId& id);
    ScheduledChangeAnswer reschedule(const Caller& me, const ScheduledMove& in);
    ScheduledChangeAnswer retry(const Caller& me, const ScheduledPostId& id);
    PublishNowAnswer publish_now(const Caller& me, const ScheduledPostId& id);
    // In a fiber: while it is being published, the outcome is waited for.
    ScheduledCancelAnswer cancel(const Caller& me, const ScheduledPostId& id);
    // One pass over everything that is due now.
    ProcessScheduledAnswer process_due();

    // Background; may be run again after a crash at any point.
    void run(const PublishScheduled& job);
    void run(const PublishDue& job);
    // When a server starts, before its background work does.
    void start();
    // Nightly: what ended 90 days ago goes.
    void sweep();
    // Whose account leaves publishes nothing more: what waits is cancelled, and stays so when the account is restored.
    void listen(jobs::Events& events);
    // Called by that listener.
    void on_hidden(db::Write& tx, const users::AccountHidden& event);
    // How many posts wait for their time, for the metric of that name; counted up to a bound.
    std::int64_t count_waiting();

private:
    enum class Outcome : std::uint8_t { published, failed, retrying };
    ScheduledChangeAnswer wait_again(db::Write& tx, const Caller& me, const ScheduledPostId& id,
                                     std::optional<Time> time);
    // False when it has changed meanwhile.
    bool cancel(db::Write& tx, const DueRow& row);
    std::vector<DueRow> take();
    bool take_of(db::Write& tx, const UserId& author, Time now, std::vector<DueRow>& taken);
    bool are_readable(std::span<const posts::PostDraft> drafts) const;
    bool publish_together(const std::vector<DueRow>& rows);
    Outcome attempt(const DueRow& row);
    void publish(db::Write& tx, const DueRow& row, const posts::PostDraft& draft);
    Outcome fail(const DueRow& row, const Failure& failure);
    void note_lag(const DueRow& row);
    Time now_in(db::Read& tx) const;

    db::Database& db_;
    const Clock& clock_;
    users::UsersService& users_;
    media::MediaService& media_;
    posts::PostWriter& writer_;
    posts::PostReader& reader_;
    Options options_;
    metrics::Histogram lag_;
};

void add_scheduled_posts_sockets(jobs::Events& events, sockets::Hub& hub);
void add_scheduled_posts_api(api::Api& api, ScheduledPostsService& scheduled_posts);

// What users need when an account ends or is exported. The arguments outlive the result.
std::unique_ptr<users::AccountEraser> scheduled_posts_eraser(media::MediaService& media);
std::unique_ptr<users::ExportContributor> scheduled_posts_export(db::Database& db);

}  // namespace grover::scheduled_posts
