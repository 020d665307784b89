// Making, highlighting and deleting stories, and who may see them.
#include <algorithm>
#include <cmath>

#include "domains/stories/stories_views.hpp"
#include "platform/base/error.hpp"
#include "platform/text/validate.hpp"
#include "sql/stories.hpp"

namespace grover::stories {
namespace {

namespace s = sql::stories;

constexpr std::int64_t kMaxTitles = 100;
constexpr std::int64_t kMaxUnderTitle = 100;

// What is empty after cleaning is none.
std::optional<std::string> cleaned(const std::optional<std::string>& given, std::size_t max,
                                   std::string_view field) {
    if (!given) return std::nullopt;
    auto text = text::sanitize_string(*given, max, field);
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

std::int64_t milliseconds(double seconds) { return std::llround(seconds * 1'000); }

}  // namespace

bool is_visible(const users::Relations& viewer, const users::UserCard& author, const StoryRow& row,
                Time now) {
    if (row.user_id == viewer.viewer()) return true;
    return row.is_shown(now) && users::UsersService::may_see_content_of(viewer, author);
}

StoryRow StoriesService::get_visible(db::Read& tx, const Caller& me, const StoryId& id) {
    auto row = find(tx, me.id, id);
    if (!row || !is_visible(*users_.relations(tx, me.id), *users_.card(tx, row->user_id, me.base_url), *row,
                            clock_.now()))
        throw story_not_found();
    return *std::move(row);
}

StoryRow StoriesService::get_own(db::Read& tx, const Caller& me, const StoryId& id,
                                 std::string_view refusal) {
    auto row = get_visible(tx, me, id);
    if (row.user_id != me.id) throw not_authorized(std::string(refusal));
    return row;
}

std::vector<std::string> StoriesService::views_of(db::Read& tx, const Caller& me,
                                                  std::span<const std::string> ids) {
    std::vector<std::string> out(ids.size());
    const Time now = clock_.now();
    const std::vector<std::string_view> texts(ids.begin(), ids.end());
    AskedStories asked({users_, media_, now}, me);
    db::Together together;
    asked.ask(tx, together, s::load{.viewer = me.id, .ids = texts});
    together.run(tx);
    const auto relations = users_.relations(tx, me.id);
    for (const auto& row : asked.rows) {
        const auto place = std::ranges::find(ids, row.story_id.view());
        if (is_visible(*relations, asked.author(row), row, now))
            out[static_cast<std::size_t>(place - ids.begin())] = wire::to_json(asked.view(row));
    }
    return out;
}

// Two at the same moment are counted one after the other inside a write that has taken the author's turn.
void StoriesService::require_room(db::Read& tx, const UserId& user) {
    const auto active =
        tx.value<std::int64_t>(s::count_since{.user_id = user, .since = clock_.now() - kLifetime});
    if (active >= kMaxActive) throw validation_error("Story limit reached");
}

void StoriesService::insert(db::Write& tx, const StoryRow& row) {
    users_.take_turn(tx, row.user_id);
    require_room(tx, row.user_id);
    tx.exec(s::insert_story{.story_id = row.story_id,
                            .user_id = row.user_id,
                            .media_id = row.media_id,
                            .story_type = static_cast<int>(row.story_type),
                            .caption = row.caption,
                            .music_url = row.music.url,
                            .music_title = row.music.title,
                            .music_artist = row.music.artist,
                            .music_start_ms = row.music.start_ms,
                            .music_duration_ms = row.music.duration_ms,
                            .forwarded_from = row.forwarded_from,
                            .created_at = row.created_at,
                            .thumbnail_id = row.thumbnail_id});
    tx.publish(StoryCreated{row.story_id, row.user_id, row.created_at});
}

StoryCreateAnswer StoriesService::create(const Caller& me, StoryCreate& in) {
    StoryRow row;
    row.user_id = me.id;
    row.caption = cleaned(in.caption, kMaxCaption, "caption");
    if (in.music_url && !in.music_url->empty()) row.music.url = text::validate_url(*in.music_url);
    row.music.title = cleaned(in.music_title, kMaxMusicTextLength, "music_title");
    row.music.artist = cleaned(in.music_artist, kMaxMusicTextLength, "music_artist");
    row.music.start_ms = milliseconds(in.music_start_time);
    if (in.music_duration) row.music.duration_ms = milliseconds(*in.music_duration);
    db_.read([&](db::Read& tx) { require_room(tx, me.id); });  // before the file is looked at
    row.media_id = *media_.take(me.id, in.media, in.media_text, media::kStoryUse, "media");
    return db_.write([&](db::Write& tx) {
        row.created_at = clock_.now();
        row.story_id = IdSource::next_at<StoryId>(row.created_at);
        insert(tx, row);
        media_.attach(tx, me.id, row.media_id, {"story", row.story_id.view()}, media::Access::account);
        AskedStories asked({users_, media_, row.created_at}, me);
        db::Together together;
        const std::vector<std::string_view> ids{row.story_id.view()};
        asked.ask(tx, together, s::load{.viewer = me.id, .ids = ids});
        together.run(tx);
        return StoryCreateAnswer{asked.view(asked.rows.front())};
    });
}

StoryHighlightAnswer StoriesService::highlight(const Caller& me, const StoryHighlight& in) {
    const auto title = text::required_text(in.title, kMaxTitleLength, "title");
    db_.write([&](db::Write& tx) {
        users_.take_turn(tx, me.id);
        const auto row = get_own(tx, me, in.story_id, "Not authorized");
        if (row.highlight_title == title) return;
        std::int64_t titles = 0, under_title = 0;
        tx.each(s::count_highlights{.user_id = me.id}, [&](const db::Row& one) {
            const bool goes = one.text(0) == row.highlight_title && one.integer(1) == 1;
            if (!goes) ++titles;
            if (one.text(0) == title) under_title = one.integer(1);
        });
        if (under_title >= kMaxUnderTitle || (under_title == 0 && titles >= kMaxTitles))
            throw validation_error("Highlight is full");
        if (tx.exec(s::set_highlight{.title = title, .story_id = in.story_id}) == 0) throw story_not_found();
    });
    return {.highlight_title = title};
}

StoryDeleteAnswer StoriesService::remove(const Caller& me, const StoryId& id) {
    db_.write([&](db::Write& tx) {
        const auto row = get_own(tx, me, id, "Not authorized");
        // A sweep that would have told of its end finds it no more.
        const bool was_shown = row.is_shown(clock_.now() - kIsNews);
        if (!erase(tx, media_, id)) throw story_not_found();
        tx.publish(StoryEnded{
            .story_id = id, .user_id = me.id, .is_expired = false, .is_gone = true, .was_shown = was_shown});
    });
    return {};
}

}  // namespace grover::stories
