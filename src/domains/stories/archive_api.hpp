// Requests and answers about what authors keep of their stories. contract/stories.md "Archive".
#pragma once

#include "domains/stories/stories_api.hpp"

namespace grover::stories {

struct Archive {
    ArchiveId archive_id;
    UserId user_id;
    StoryId original_story_id;
    std::string media_url;
    media::Kind media_type = media::Kind::image;
    std::optional<std::string> thumbnail_url;
    std::optional<std::string> caption;
    std::optional<std::string> music_url;
    std::optional<std::string> music_title;
    std::optional<std::string> music_artist;
    double music_start_time = 0;
    std::optional<double> music_duration;
    std::int64_t views_count = 0;
    std::int64_t reactions_count = 0;
    std::int64_t replies_count = 0;
    Time original_created_at;
    Time archived_at;

    static constexpr auto fields = Pack{
        field("archive_id", &Archive::archive_id),
        field("user_id", &Archive::user_id),
        field("original_story_id", &Archive::original_story_id),
        field("media_url", &Archive::media_url),
        field("media_type", &Archive::media_type),
        field("thumbnail_url", &Archive::thumbnail_url),
        field("caption", &Archive::caption),
        field("music_url", &Archive::music_url),
        field("music_title", &Archive::music_title),
        field("music_artist", &Archive::music_artist),
        field("music_start_time", &Archive::music_start_time),
        field("music_duration", &Archive::music_duration),
        field("views_count", &Archive::views_count, wire::also("view_count")),
        field("reactions_count", &Archive::reactions_count),
        field("replies_count", &Archive::replies_count),
        field("original_created_at", &Archive::original_created_at),
        field("archived_at", &Archive::archived_at),
    };
};
static_assert(wire::describes_every_member<Archive>);

struct Archives {
    std::vector<Archive> archives;
    std::int64_t total_count = 0;
    bool has_more = false;
    static constexpr auto fields = Pack{
        field("archives", &Archives::archives),
        field("total_count", &Archives::total_count),
        field("has_more", &Archives::has_more),
    };
};

struct ArchiveList {
    PageRequest page;
    std::optional<Time> from;
    std::optional<Time> to;
    static constexpr Route route{.method = Method::get,
                                 .path = "/stories/archive",
                                 .summary = "What one kept of own stories, archived last first."};
    static constexpr auto fields = Pack{
        api::page(&ArchiveList::page),
        field("from", &ArchiveList::from, in_query),
        field("to", &ArchiveList::to, in_query),
    };
};
static_assert(wire::describes_every_member<ArchiveList>);

struct StoryArchiveAnswer {
    ArchiveId archive_id;
    std::string message = "Story archived successfully";
    static constexpr auto fields = Pack{
        field("archive_id", &StoryArchiveAnswer::archive_id),
        field("message", &StoryArchiveAnswer::message),
    };
};

struct StoryArchive {
    StoryId story_id;
    static constexpr api::RouteError errors[] = {{404, "Story not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/stories/{story_id}/archive",
                                 .summary = "Keep an own story; it stays active until it ends.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("story_id", &StoryArchive::story_id, in_path)};
};

struct ArchiveDeleteAnswer {
    std::string message = "Archived story deleted";
    static constexpr auto fields = Pack{field("message", &ArchiveDeleteAnswer::message)};
};

struct ArchiveDelete {
    ArchiveId archive_id;
    static constexpr api::RouteError errors[] = {{404, "Archived story not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/stories/archive/{archive_id}",
                                 .summary = "Keep an own story no longer.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("archive_id", &ArchiveDelete::archive_id, in_path)};
};

struct StoryRestoreAnswer {
    StoryId story_id;
    std::string message = "Story restored";
    Time expires_at;
    static constexpr auto fields = Pack{
        field("story_id", &StoryRestoreAnswer::story_id),
        field("message", &StoryRestoreAnswer::message),
        field("expires_at", &StoryRestoreAnswer::expires_at),
    };
};

struct ArchiveRestore {
    ArchiveId archive_id;
    static constexpr api::RouteError errors[] = {
        {404, "Archived story not found"}, {403, "Not authorized"}, {400, "Story limit reached"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/stories/archive/{archive_id}/restore",
                                 .summary = "Show a kept story again, for another day.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("archive_id", &ArchiveRestore::archive_id, in_path)};
};

}  // namespace grover::stories
