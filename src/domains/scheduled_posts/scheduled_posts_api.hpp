// Requests and answers of scheduled posts. contract/scheduled-posts.md §1, §2.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "domains/media/media.hpp"
#include "domains/scheduled_posts/scheduled_posts.hpp"
#include "platform/api/api.hpp"

namespace grover::scheduled_posts {

using api::Auth;
using api::RateClass;
using api::Route;
using http::Method;
using wire::field;
using wire::in_body;
using wire::in_path;
using wire::in_query;

enum class Status : std::uint8_t { scheduled, publishing, published, failed, cancelled };
constexpr std::array<std::string_view, 5> enum_names(Status) {
    return {"scheduled", "publishing", "published", "failed", "cancelled"};
}

enum class StatusFilter : std::uint8_t { scheduled, publishing, published, failed, cancelled, all };
constexpr std::array<std::string_view, 6> enum_names(StatusFilter) {
    return {"scheduled", "publishing", "published", "failed", "cancelled", "all"};
}

struct ScheduledPost {
    ScheduledPostId scheduled_post_id;
    UserId user_id;
    std::string content;
    std::optional<std::string> media_url;    // base64 of the thumbnail, without any prefix
    std::optional<std::string> preview_url;  // the best rendition, signed
    std::optional<std::string> thumbnail_url;
    std::optional<std::string> media_type;
    std::optional<wire::Raw<media::MediaInfo>> media;
    std::optional<MediaId> media_id;
    wire::Raw<std::vector<UserId>> tagged_users;
    std::optional<std::string> location;
    std::vector<std::string> tags;
    std::optional<std::string> category;
    posts::Visibility visibility = posts::Visibility::public_;
    bool is_exclusive = false;
    std::optional<Cents> access_price;
    posts::AccessType access_type = posts::AccessType::free;
    std::optional<int> free_preview_duration_minutes;
    std::optional<std::string> preview_content;
    bool has_poll = false;
    std::optional<std::string> poll_question;
    std::optional<std::vector<std::string>> poll_options;
    std::optional<int> poll_duration_hours;
    Time scheduled_time;
    std::optional<std::string> timezone;
    Status status = Status::scheduled;
    PostId post_id;
    std::optional<PostId> published_post_id;
    std::optional<Time> published_at;
    int attempts = 0;
    std::optional<Time> next_attempt_at;
    std::optional<std::string> last_error_code;
    std::optional<std::string> last_error;
    int revision = 1;
    Time created_at;
    Time updated_at;

    static constexpr auto fields = Pack{
        field("scheduled_post_id", &ScheduledPost::scheduled_post_id),
        field("user_id", &ScheduledPost::user_id),
        field("content", &ScheduledPost::content),
        field("media_url", &ScheduledPost::media_url),
        field("preview_url", &ScheduledPost::preview_url),
        field("thumbnail_url", &ScheduledPost::thumbnail_url),
        field("media_type", &ScheduledPost::media_type),
        field("media", &ScheduledPost::media),
        field("media_id", &ScheduledPost::media_id),
        field("tagged_users", &ScheduledPost::tagged_users),
        field("location", &ScheduledPost::location),
        field("tags", &ScheduledPost::tags),
        field("category", &ScheduledPost::category),
        field("visibility", &ScheduledPost::visibility),
        field("is_exclusive", &ScheduledPost::is_exclusive, wire::also("is_paid")),
        field("access_price", &ScheduledPost::access_price, wire::also("price")),
        field("access_type", &ScheduledPost::access_type),
        field("free_preview_duration_minutes", &ScheduledPost::free_preview_duration_minutes,
              wire::also("free_preview_duration")),
        field("preview_content", &ScheduledPost::preview_content),
        field("has_poll", &ScheduledPost::has_poll),
        field("poll_question", &ScheduledPost::poll_question),
        field("poll_options", &ScheduledPost::poll_options),
        field("poll_duration_hours", &ScheduledPost::poll_duration_hours),
        field("scheduled_time", &ScheduledPost::scheduled_time, wire::also("scheduled_at")),
        field("timezone", &ScheduledPost::timezone),
        field("status", &ScheduledPost::status),
        field("post_id", &ScheduledPost::post_id),
        field("published_post_id", &ScheduledPost::published_post_id),
        field("published_at", &ScheduledPost::published_at),
        field("attempts", &ScheduledPost::attempts),
        field("next_attempt_at", &ScheduledPost::next_attempt_at),
        field("last_error_code", &ScheduledPost::last_error_code),
        field("last_error", &ScheduledPost::last_error),
        field("revision", &ScheduledPost::revision),
        field("created_at", &ScheduledPost::created_at),
        field("updated_at", &ScheduledPost::updated_at),
    };
};
static_assert(wire::describes_every_member<ScheduledPost>);

struct PostScheduleAnswer {
    ScheduledPostId scheduled_post_id;
    Time scheduled_time;
    std::string message = "Post scheduled";
    ScheduledPost scheduled_post;
    static constexpr auto fields = Pack{
        field("scheduled_post_id", &PostScheduleAnswer::scheduled_post_id),
        field("scheduled_time", &PostScheduleAnswer::scheduled_time, wire::also("scheduled_at")),
        field("message", &PostScheduleAnswer::message),
        field("scheduled_post", &PostScheduleAnswer::scheduled_post),
    };
};

// Both names stand for one value: what is wrong with what was given of them.
std::optional<FieldError> misfit_of_times(const std::optional<Time>& scheduled_time,
                                          const std::optional<Time>& scheduled_at);

struct PostSchedule : posts::PostCreate {
    std::optional<Time> scheduled_time;
    std::optional<Time> scheduled_at;
    std::optional<std::string> timezone;

    static constexpr auto errors =
        api::join({{400, "Scheduled time must be in the future"},
                   {400, "Scheduled time cannot be more than 365 days in the future"},
                   {400, "You already have 100 posts waiting"},
                   {404, "Media not found"},
                   {403, "Not authorized"}},
                  media::kUploadErrors);
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts/schedule",
                                 .summary = "Publish a post later.",
                                 .limit = RateClass::write,
                                 .takes_base64 = true};
    static constexpr auto fields =
        join(posts::PostCreate::fields,
             Pack{
                 field("scheduled_time", &PostSchedule::scheduled_time, in_body),
                 field("scheduled_at", &PostSchedule::scheduled_at, in_body),
                 field("timezone", &PostSchedule::timezone, in_body, wire::trimmed_length(0, 50)),
             });
    std::optional<FieldError> misfit() const { return misfit_of_times(scheduled_time, scheduled_at); }
};

struct ScheduledPostsList {
    StatusFilter status = StatusFilter::scheduled;
    PageRequest page{.limit = 100, .skip = 0, .after = {}};
    static constexpr Route route{
        .method = Method::get, .path = "/posts/scheduled", .summary = "Own scheduled posts."};
    static constexpr auto fields =
        Pack{field("status", &ScheduledPostsList::status, in_query, wire::or_default),
             api::page(&ScheduledPostsList::page, 100)};
};

struct ScheduledEvent {
    std::string event;
    Time at;
    int attempt = 0;
    std::optional<std::string> error_code;
    std::optional<std::string> error;
    Time scheduled_time;
    static constexpr auto fields = Pack{
        field("event", &ScheduledEvent::event),     field("at", &ScheduledEvent::at),
        field("attempt", &ScheduledEvent::attempt), field("error_code", &ScheduledEvent::error_code),
        field("error", &ScheduledEvent::error),     field("scheduled_time", &ScheduledEvent::scheduled_time),
    };
    static constexpr auto columns = Pack{
        db::column("event", &ScheduledEvent::event),
        db::column("at", &ScheduledEvent::at),
        db::column("attempt", &ScheduledEvent::attempt),
        db::column("error_code", &ScheduledEvent::error_code),
        db::column("error", &ScheduledEvent::error),
        db::column("scheduled_time", &ScheduledEvent::scheduled_time),
    };
};
static_assert(wire::describes_every_member<ScheduledEvent>);

struct ScheduledPostWithHistory : ScheduledPost {
    std::vector<ScheduledEvent> history;  // oldest first
    static constexpr auto fields =
        join(ScheduledPost::fields, Pack{field("history", &ScheduledPostWithHistory::history)});
};

struct ScheduledGet {
    ScheduledPostId scheduled_post_id;
    static constexpr api::RouteError errors[] = {{404, "Scheduled post not found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/posts/scheduled/{scheduled_post_id}",
                                 .summary = "One scheduled post of one's own, with what happened to it."};
    static constexpr auto fields =
        Pack{field("scheduled_post_id", &ScheduledGet::scheduled_post_id, in_path)};
};

struct ScheduledChangeAnswer {
    std::string message = "Scheduled post updated";
    ScheduledPost scheduled_post;
    static constexpr auto fields = Pack{
        field("message", &ScheduledChangeAnswer::message),
        field("scheduled_post", &ScheduledChangeAnswer::scheduled_post),
    };
};
static_assert(wire::describes_every_member<ScheduledChangeAnswer>);

inline constexpr api::RouteError kChangeErrors[] = {{404, "Scheduled post not found"},
                                                    {409, "Already published"},
                                                    {409, "Already cancelled"},
                                                    {409, "The post is being published"},
                                                    {400, "You already have 100 posts waiting"}};

struct ScheduledMove {
    ScheduledPostId scheduled_post_id;
    std::optional<Time> scheduled_time;
    std::optional<Time> scheduled_at;
    static constexpr auto& errors = kChangeErrors;
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts/scheduled/{scheduled_post_id}/reschedule",
                                 .summary = "Publish at another time.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("scheduled_post_id", &ScheduledMove::scheduled_post_id, in_path),
        field("scheduled_time", &ScheduledMove::scheduled_time, in_body | in_query),
        field("scheduled_at", &ScheduledMove::scheduled_at, in_body | in_query),
    };
    std::optional<FieldError> misfit() const { return misfit_of_times(scheduled_time, scheduled_at); }
};

struct ScheduledRetry {
    ScheduledPostId scheduled_post_id;
    static constexpr auto& errors = kChangeErrors;
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts/scheduled/{scheduled_post_id}/retry",
                                 .summary = "Try again to publish what failed.",
                                 .limit = RateClass::write};
    static constexpr auto fields =
        Pack{field("scheduled_post_id", &ScheduledRetry::scheduled_post_id, in_path)};
};

struct PublishNowAnswer {
    std::string message = "Post published";
    PostId post_id;
    wire::Raw<posts::Post> post;
    static constexpr auto fields = Pack{
        field("message", &PublishNowAnswer::message),
        field("post_id", &PublishNowAnswer::post_id),
        field("post", &PublishNowAnswer::post),
    };
};
static_assert(wire::describes_every_member<PublishNowAnswer>);

struct PublishNow {
    ScheduledPostId scheduled_post_id;
    static constexpr auto& errors = kChangeErrors;
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts/scheduled/{scheduled_post_id}/publish-now",
                                 .summary = "Publish without waiting for the time.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("scheduled_post_id", &PublishNow::scheduled_post_id, in_path)};
};

struct ScheduledCancelAnswer {
    std::string message = "Scheduled post cancelled";
    static constexpr auto fields = Pack{field("message", &ScheduledCancelAnswer::message)};
};

struct ScheduledCancel {
    ScheduledPostId scheduled_post_id;
    static constexpr api::RouteError errors[] = {
        {404, "Scheduled post not found"}, {409, "Already published"}, {409, "The post is being published"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/posts/scheduled/{scheduled_post_id}",
                                 .summary = "Cancel a scheduled post.",
                                 .limit = RateClass::write};
    static constexpr auto fields =
        Pack{field("scheduled_post_id", &ScheduledCancel::scheduled_post_id, in_path)};
};

struct ProcessScheduledAnswer {
    int published = 0;
    int failed = 0;
    int retrying = 0;
    static constexpr auto fields = Pack{field("published", &ProcessScheduledAnswer::published),
                                        field("failed", &ProcessScheduledAnswer::failed),
                                        field("retrying", &ProcessScheduledAnswer::retrying)};
};

struct ProcessScheduled {
    static constexpr Route route{.method = Method::post,
                                 .path = "/admin/process-scheduled-posts",
                                 .summary = "Publish now what is due now.",
                                 .auth = Auth::admin};
    static constexpr auto fields = Pack{};
};

}  // namespace grover::scheduled_posts
