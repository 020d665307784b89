#include "domains/stories/stories_views.hpp"

namespace grover::stories {
namespace {

// `out` has the members of a view that are the same for both kinds.
template <class View>
void fill_music(View& out, const Music& music) {
    out.music_url = music.url;
    out.music_title = music.title;
    out.music_artist = music.artist;
    out.music_start_time = static_cast<double>(music.start_ms) / 1'000;
    if (music.duration_ms) out.music_duration = static_cast<double>(*music.duration_ms) / 1'000;
}

template <class View>
void fill_media(View& out, const media::MediaInfo& info) {
    out.media_url = info.url;
    out.media_type = info.media_type;
    out.thumbnail_url = info.poster_url ? info.poster_url : info.thumbnail_url;
}

}  // namespace

void AskedStories::ask_beside(db::Read& tx, db::Together& ask, std::size_t stories) {
    ground_.media.ask(ask, media_, {stories, "media_id"});
    ground_.media.ask(ask, media_, {stories, "thumbnail_id"});
    ground_.users.ask_cards(tx, ask, authors_, db::Together::Column{stories, "user_id"}, me_.base_url);
    ground_.users.ask_cards(tx, ask, forwarders_, db::Together::Column{stories, "forwarded_from"},
                            me_.base_url);
}

Story AskedStories::view(const StoryRow& row) const {
    Story story;
    const bool is_own = row.user_id == me_.id;
    story.story_id = row.story_id;
    story.user_id = row.user_id;
    media::View view{.base_url = me_.base_url, .owner_is_private = author(row).is_private};
    if (const auto found = media_.find(row.media_id); found != media_.end()) {
        const auto& medium = *found->second;
        view.is_owner = is_own && medium.owner_id == me_.id;
        const auto info = ground_.media.info(medium, view);
        fill_media(story, info);
        story.media_public_id = info.public_id;
        story.duration = info.duration;
        story.width = info.width;
        story.height = info.height;
    }
    if (row.thumbnail_id) {
        if (const auto found = media_.find(*row.thumbnail_id); found != media_.end())
            story.thumbnail_url = ground_.media.info(*found->second, view).url;
    }
    story.story_type = row.story_type;
    story.caption = row.caption;
    fill_music(story, row.music);
    story.views_count = row.views_count;
    story.reactions_count = row.reactions_count;
    story.replies_count = row.replies_count;
    story.is_highlighted = row.highlight_title.has_value();
    story.highlight_title = row.highlight_title;
    story.created_at = row.created_at;
    story.expires_at = row.expires_at();
    story.is_active = row.is_active(ground_.now);
    story.is_expired = !story.is_active;
    story.viewed = is_own || row.viewed;
    story.my_reaction = row.my_reaction;
    if (row.forwarded_from) story.forwarded_from_name = forwarders_.card(*row.forwarded_from)->summary.name;
    return story;
}

std::vector<Archive> views_of(db::Read& tx, const Ground& ground, const Caller& me,
                              std::span<const ArchiveRow> rows) {
    std::vector<Archive> out(rows.size());
    const media::View view{.base_url = me.base_url, .is_owner = true};
    std::vector<MediaId> ids;
    for (const auto& row : rows) ids.push_back(row.media_id);
    for (const auto& row : rows) {
        if (row.thumbnail_id) ids.push_back(*row.thumbnail_id);
    }
    const auto media = ground.media.load(tx, ids);
    auto next_thumbnail = media.begin() + std::ssize(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        auto& kept = out[i];
        kept.archive_id = row.archive_id;
        kept.user_id = row.user_id;
        kept.original_story_id = row.story_id;
        if (media[i]) fill_media(kept, ground.media.info(*media[i], view));
        if (row.thumbnail_id) {
            if (const auto& thumbnail = *next_thumbnail++)
                kept.thumbnail_url = ground.media.info(*thumbnail, view).url;
        }
        kept.caption = row.caption;
        fill_music(kept, row.music);
        kept.views_count = row.views_count;
        kept.reactions_count = row.reactions_count;
        kept.replies_count = row.replies_count;
        kept.original_created_at = row.story_created_at;
        kept.archived_at = row.archived_at;
    }
    return out;
}

}  // namespace grover::stories
