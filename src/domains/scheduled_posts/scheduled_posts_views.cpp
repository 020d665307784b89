#include "domains/scheduled_posts/scheduled_posts_views.hpp"

#include "platform/wire/json_in.hpp"

namespace grover::scheduled_posts {
namespace {

ScheduledPost view_of(const Row& row, const posts::PostDraft& draft) {
    ScheduledPost out;
    out.scheduled_post_id = row.scheduled_post_id;
    out.user_id = row.user_id;
    out.content = draft.content;
    out.media_url = row.thumbnail;
    out.media_type = draft.media_type;
    out.media_id = draft.media_id;
    out.tagged_users = {row.tagged_users};
    out.location = draft.location;
    out.tags = draft.tags;
    out.category = draft.category;
    out.visibility = draft.visibility;
    out.has_poll = draft.poll.has_value();
    if (draft.poll) {
        out.poll_question = draft.poll->question;
        out.poll_options = draft.poll->options;
        out.poll_duration_hours = draft.poll->duration_hours;
    }
    out.scheduled_time = row.scheduled_time;
    out.timezone = row.timezone;
    out.status = row.status;
    out.post_id = row.post_id;
    if (row.status == Status::published) out.published_post_id = row.post_id;
    out.published_at = row.published_at;
    out.attempts = row.attempts;
    if (row.status == Status::scheduled && row.attempts > 0) out.next_attempt_at = row.next_attempt_at;
    out.last_error_code = row.last_error_code;
    out.last_error = row.last_error;
    out.revision = row.revision;
    out.created_at = row.created_at;
    out.updated_at = row.updated_at;
    return out;
}

}  // namespace

std::vector<ScheduledPost> views_of(db::Read& tx, users::UsersService& users, media::MediaService& media,
                                    const Caller& me, std::span<const Row> rows) {
    std::vector<ScheduledPost> views;
    std::vector<MediaId> ids;
    for (const auto& row : rows) {
        views.push_back(view_of(row, wire::read<posts::PostDraft>(row.draft)));
        if (views.back().media_id) ids.push_back(*views.back().media_id);
    }
    const auto files = media.load(tx, ids);
    std::optional<bool> is_private;
    std::size_t next = 0;
    for (auto& view : views) {
        if (!view.media_id) continue;
        const auto& medium = files[next++];
        if (!medium) continue;
        // Signed whatever the account is: nobody else is to read the file before its time. Then it is read as the post's.
        bool is_signed = view.status != Status::published;
        if (!is_signed) {
            if (!is_private) is_private = users.cached_account(tx, me.id)->is_private;
            is_signed = *is_private;
        }
        const auto info =
            media.info(*medium, {.base_url = me.base_url, .owner_is_private = is_signed, .is_owner = true});
        view.preview_url = info.url;
        view.thumbnail_url = info.thumbnail_url;
        view.media = wire::Raw<media::MediaInfo>{wire::to_json(info)};
    }
    return views;
}

}  // namespace grover::scheduled_posts
