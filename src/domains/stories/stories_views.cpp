#include "domains/stories/stories_views.hpp"

#include <algorithm>
#include <set>

#include "sql/story_marks.hpp"

namespace grover::stories {
namespace {

namespace marks = sql::story_marks;

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

template <class Row>
std::vector<std::shared_ptr<const media::Medium>> media_of(db::Read& tx, media::MediaService& media,
                                                           std::span<const Row> rows) {
    std::vector<MediaId> ids;
    for (const auto& row : rows) ids.push_back(row.media_id);
    return media.load(tx, ids);
}

}  // namespace

std::vector<Story> views_of(db::Read& tx, const Ground& ground, const Caller& me,
                            std::span<const StoryRow> rows) {
    std::vector<Story> out(rows.size());
    if (rows.empty()) return out;
    const auto media = media_of(tx, ground.media, rows);
    // The authors, then those whose messages they show.
    std::vector<UserId> people;
    std::vector<std::string_view> ids;
    for (const auto& row : rows) {
        people.push_back(row.user_id);
        ids.push_back(row.story_id.view());
    }
    for (const auto& row : rows) {
        if (row.forwarded_from) people.push_back(*row.forwarded_from);
    }
    const auto cards = ground.users.cards(tx, people, me.base_url);
    auto forwarded = cards.begin() + std::ssize(rows);
    std::set<StoryId> viewed;
    for (auto& id : tx.list<StoryId>(marks::viewed_among{.user_id = me.id, .ids = ids}))
        viewed.insert(std::move(id));
    std::map<StoryId, std::string> reactions;
    tx.each(marks::reactions_among{.user_id = me.id, .ids = ids},
            [&](const db::Row& row) { reactions.emplace(row.get<StoryId>(0), row.get<std::string>(1)); });

    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        auto& story = out[i];
        const bool is_own = row.user_id == me.id;
        story.story_id = row.story_id;
        story.user_id = row.user_id;
        if (media[i]) {
            const auto info =
                ground.media.info(*media[i], {.base_url = me.base_url,
                                              .owner_is_private = cards[i]->is_private,
                                              .is_owner = is_own && media[i]->owner_id == me.id});
            fill_media(story, info);
            story.media_public_id = info.public_id;
            story.duration = info.duration;
            story.width = info.width;
            story.height = info.height;
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
        story.is_active = row.is_active(ground.now);
        story.is_expired = !story.is_active;
        story.viewed = is_own || viewed.contains(row.story_id);
        if (const auto found = reactions.find(row.story_id); found != reactions.end())
            story.my_reaction = found->second;
        if (row.forwarded_from) story.forwarded_from_name = (*forwarded++)->summary.name;
    }
    return out;
}

std::vector<Archive> views_of(db::Read& tx, const Ground& ground, const Caller& me,
                              std::span<const ArchiveRow> rows) {
    std::vector<Archive> out(rows.size());
    const auto media = media_of(tx, ground.media, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        auto& kept = out[i];
        kept.archive_id = row.archive_id;
        kept.user_id = row.user_id;
        kept.original_story_id = row.story_id;
        if (media[i])
            fill_media(kept, ground.media.info(*media[i], {.base_url = me.base_url, .is_owner = true}));
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
