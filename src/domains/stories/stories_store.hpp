// Rows of stories. Private to domains/stories.
#pragma once

#include <array>
#include <chrono>

#include "domains/stories/stories.hpp"
#include "platform/base/error.hpp"
#include "platform/base/place.hpp"

namespace grover::stories {

inline constexpr std::chrono::hours kLifetime{24};
inline constexpr std::int64_t kMaxActive = 100;
// What ended longer ago, because no server ran, is not news to anybody.
inline constexpr std::chrono::minutes kIsNews{10};

enum class StoryType : std::uint8_t { media, text };
constexpr std::array<std::string_view, 2> enum_names(StoryType) { return {"media", "text"}; }

struct Music {
    std::optional<std::string> url;
    std::optional<std::string> title;
    std::optional<std::string> artist;
    std::int64_t start_ms = 0;
    std::optional<std::int64_t> duration_ms;
};

struct StoryRow {
    StoryId story_id;
    UserId user_id;
    MediaId media_id;
    std::optional<MediaId> thumbnail_id;  // of the message that it shows
    StoryType story_type = StoryType::media;
    std::optional<std::string> caption;
    Music music;
    std::optional<UserId> forwarded_from;
    std::int64_t views_count = 0;
    std::int64_t reactions_count = 0;
    std::int64_t replies_count = 0;
    std::optional<std::string> highlight_title;
    Time created_at;
    // Of the reader for whom it was read.
    bool viewed = false;
    std::optional<std::string> my_reaction;

    Time expires_at() const { return created_at + kLifetime; }
    bool is_active(Time now) const { return now < expires_at(); }
    // To more than its author, if they may see the account.
    bool is_shown(Time now) const { return is_active(now) || highlight_title.has_value(); }
};

struct ArchiveRow {
    ArchiveId archive_id;
    UserId user_id;
    StoryId story_id;
    MediaId media_id;
    std::optional<MediaId> thumbnail_id;  // of the message that it shows
    StoryType story_type = StoryType::media;
    std::optional<std::string> caption;
    Music music;
    std::optional<UserId> forwarded_from;
    std::int64_t views_count = 0;
    std::int64_t reactions_count = 0;
    std::int64_t replies_count = 0;
    Time story_created_at;
    Time archived_at;
};

StoryRow story_of(const db::Row& row);
ArchiveRow archive_of(const db::Row& row);

Error story_not_found();

std::optional<StoryRow> find(db::Read& tx, const UserId& viewer, const StoryId& id);

struct Counts {
    std::int64_t views = 0;
    std::int64_t reactions = 0;
    std::int64_t replies = 0;
    static constexpr auto columns = Pack{
        db::column("views_count", &Counts::views),
        db::column("reactions_count", &Counts::reactions),
        db::column("replies_count", &Counts::replies),
    };
};
// What they are afterwards. Throws 404 "Story not found" when it has gone meanwhile.
Counts add_counts(db::Write& tx, const StoryId& id, const Counts& delta);
// As they are now: a row that was read before may be older than what another transaction has done to it since.
Counts counts_of(db::Read& tx, const StoryId& id);

// Nobody deletes it before the end of the transaction. Throws 404 "Story not found".
void hold(db::Write& tx, const StoryId& id);
// With its marks; what its author archived stays. The files go with the last reference. False: it has gone meanwhile.
bool erase(db::Write& tx, media::MediaService& media, const StoryId& id);
// With its file; the entry there is, where it was archived before. Of a story that is held.
ArchiveId archive(db::Write& tx, media::MediaService& media, const StoryId& id, Time now);

}  // namespace grover::stories
