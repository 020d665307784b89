// Requests and answers of the story endpoints. contract/stories.md.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domains/stories/stories_store.hpp"
#include "platform/api/api.hpp"
#include "platform/http/multipart.hpp"
#include "platform/text/sanitize.hpp"

namespace grover::stories {

using api::RateClass;
using api::Route;
using http::Method;
using wire::field;
using wire::in_body;
using wire::in_path;
using wire::in_query;

inline constexpr std::uint32_t kMaxCaption = 200;  // MAX_STORY_TEXT_LENGTH
inline constexpr std::uint32_t kMaxReaction = 16;
inline constexpr std::uint32_t kMaxTitleLength = 100;      // of a highlight
inline constexpr std::uint32_t kMaxMusicTextLength = 100;  // title, artist

struct Story {
    StoryId story_id;
    UserId user_id;
    std::string media_url;
    media::Kind media_type = media::Kind::image;
    StoryType story_type = StoryType::media;
    std::optional<std::string> thumbnail_url;
    std::optional<std::string> media_public_id;
    std::optional<double> duration;
    std::optional<int> width;
    std::optional<int> height;
    std::optional<std::string> caption;
    std::optional<std::string> music_url;
    std::optional<std::string> music_title;
    std::optional<std::string> music_artist;
    double music_start_time = 0;
    std::optional<double> music_duration;
    std::int64_t views_count = 0;
    std::int64_t reactions_count = 0;
    std::int64_t replies_count = 0;
    bool is_highlighted = false;
    std::optional<std::string> highlight_title;
    Time created_at;
    Time expires_at;
    bool is_expired = false;
    bool is_active = true;
    bool viewed = false;
    std::optional<std::string> my_reaction;
    std::optional<std::string> forwarded_from_name;

    static constexpr auto fields = Pack{
        field("story_id", &Story::story_id),
        field("user_id", &Story::user_id),
        field("media_url", &Story::media_url),
        field("media_type", &Story::media_type),
        field("story_type", &Story::story_type),
        field("thumbnail_url", &Story::thumbnail_url),
        field("media_public_id", &Story::media_public_id),
        field("duration", &Story::duration),
        field("width", &Story::width),
        field("height", &Story::height),
        field("caption", &Story::caption),
        field("music_url", &Story::music_url),
        field("music_title", &Story::music_title),
        field("music_artist", &Story::music_artist),
        field("music_start_time", &Story::music_start_time),
        field("music_duration", &Story::music_duration),
        field("views_count", &Story::views_count, wire::also("view_count")),
        field("reactions_count", &Story::reactions_count),
        field("replies_count", &Story::replies_count),
        field("is_highlighted", &Story::is_highlighted),
        field("highlight_title", &Story::highlight_title),
        field("created_at", &Story::created_at),
        field("expires_at", &Story::expires_at),
        field("is_expired", &Story::is_expired),
        field("is_active", &Story::is_active),
        field("viewed", &Story::viewed),
        field("my_reaction", &Story::my_reaction),
        field("forwarded_from_name", &Story::forwarded_from_name),
    };
};
static_assert(wire::describes_every_member<Story>);

struct StoryCreateAnswer : Story {
    std::string message = "Story created";
    static constexpr auto fields = join(Story::fields, Pack{field("message", &StoryCreateAnswer::message)});
};

struct StoryCreate {
    std::optional<http::UploadedFile> media;
    std::optional<std::string> media_text;  // base64 where a file belongs
    std::optional<std::string> caption;
    std::optional<std::string> music_url;
    std::optional<std::string> music_title;
    std::optional<std::string> music_artist;
    double music_start_time = 0;
    std::optional<double> music_duration;

    static constexpr auto errors =
        api::join({{400, "Story limit reached"}}, media::kUploadErrors, {{400, "Invalid URL"}});
    static constexpr Route route{.method = Method::post,
                                 .path = "/stories",
                                 .summary = "Show a picture or a video for a day.",
                                 .limit = RateClass::write,
                                 .takes_base64 = true};
    static constexpr auto fields = Pack{
        api::file("media", &StoryCreate::media, "file"),
        field("media", &StoryCreate::media_text, in_body, wire::also("file")),
        field("caption", &StoryCreate::caption, in_body | in_query, wire::trimmed_length(0, kMaxCaption)),
        field("music_url", &StoryCreate::music_url, in_body | in_query, wire::trimmed_length(0, 2'048)),
        field("music_title", &StoryCreate::music_title, in_body | in_query,
              wire::trimmed_length(0, kMaxMusicTextLength)),
        field("music_artist", &StoryCreate::music_artist, in_body | in_query,
              wire::trimmed_length(0, kMaxMusicTextLength)),
        field("music_start_time", &StoryCreate::music_start_time, in_body | in_query, wire::or_default,
              wire::range(0, 86'400)),
        field("music_duration", &StoryCreate::music_duration, in_body | in_query, wire::range(0.001, 86'400)),
    };
    std::optional<FieldError> misfit() const {
        if (media || (media_text && !media_text->empty())) return std::nullopt;
        return FieldError{{"body", "media"}, "Field required", "missing"};
    }
};
static_assert(wire::describes_every_member<StoryCreate>);

struct ForwardToStoryAnswer {
    StoryId story_id;
    std::string message = "Message shared to story";
    Time expires_at;
    bool success = true;
    static constexpr auto fields = Pack{
        field("story_id", &ForwardToStoryAnswer::story_id),
        field("message", &ForwardToStoryAnswer::message),
        field("expires_at", &ForwardToStoryAnswer::expires_at),
        field("success", &ForwardToStoryAnswer::success),
    };
};
static_assert(wire::describes_every_member<ForwardToStoryAnswer>);

struct ForwardToStory {
    messages::MessageId message_id;
    static constexpr api::RouteError errors[] = {
        {404, "Message not found"},
        {400, "Cannot forward a deleted message"},
        {400, "Only text, photos and videos can be shared to a story"},
        {400, "Story limit reached"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/messages/forward-to-story",
                                 .summary = "Show a message as a story.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("message_id", &ForwardToStory::message_id, in_body | in_query)};
};

struct StoryGroup {
    wire::Raw<users::UserSummary> user;
    std::vector<Story> stories;
    bool has_unseen = false;
    Time latest_at;
    static constexpr auto fields = Pack{
        field("user", &StoryGroup::user),
        field("stories", &StoryGroup::stories),
        field("has_unseen", &StoryGroup::has_unseen),
        field("latest_at", &StoryGroup::latest_at),
    };
};
static_assert(wire::describes_every_member<StoryGroup>);

enum class GroupOrder : std::uint8_t { newest, oldest };
constexpr std::array<std::string_view, 2> enum_names(GroupOrder) { return {"newest", "oldest"}; }

struct StoryList {
    PageRequest page{.limit = 500, .skip = 0, .after = {}};
    GroupOrder order = GroupOrder::newest;
    static constexpr Route route{.method = Method::get,
                                 .path = "/stories",
                                 .summary = "Stories of oneself and of everybody one follows, by author."};
    static constexpr auto fields = Pack{
        api::page(&StoryList::page, 500),
        field("order", &StoryList::order, in_query, wire::or_default),
    };
};
static_assert(wire::describes_every_member<StoryList>);

struct OwnStories {
    std::vector<Story> stories;
    std::int64_t total = 0;
    static constexpr auto fields =
        Pack{field("stories", &OwnStories::stories), field("total", &OwnStories::total)};
};

struct OwnStoryList {
    PageRequest page{.limit = 100, .skip = 0, .after = {}};
    static constexpr Route route{
        .method = Method::get, .path = "/stories/me", .summary = "Own stories, newest first."};
    static constexpr auto fields = Pack{api::page(&OwnStoryList::page, 100)};
};

struct StoryViewAnswer {
    std::string message = "View recorded";
    std::int64_t views_count = 0;
    static constexpr auto fields = Pack{
        field("message", &StoryViewAnswer::message),
        field("views_count", &StoryViewAnswer::views_count),
    };
};

struct StoryView {
    StoryId story_id;
    static constexpr api::RouteError errors[] = {{404, "Story not found"}};
    static constexpr Route route{
        .method = Method::post, .path = "/stories/{story_id}/view", .summary = "Say that a story was seen."};
    static constexpr auto fields = Pack{field("story_id", &StoryView::story_id, in_path)};
};

struct Viewer {
    wire::Raw<users::UserSummary> user;
    UserId user_id;
    std::string name;
    std::string username;
    std::optional<std::string> picture;
    Time viewed_at;
    std::optional<std::string> reaction;
    static constexpr auto fields = Pack{
        field("user", &Viewer::user),
        field("user_id", &Viewer::user_id),
        field("name", &Viewer::name),
        field("username", &Viewer::username),
        field("picture", &Viewer::picture, wire::also("profile_picture")),
        field("viewed_at", &Viewer::viewed_at),
        field("reaction", &Viewer::reaction),
    };
};
static_assert(wire::describes_every_member<Viewer>);

struct Viewers {
    std::vector<Viewer> viewers;
    std::int64_t total_count = 0;
    static constexpr auto fields =
        Pack{field("viewers", &Viewers::viewers), field("total_count", &Viewers::total_count)};
};

struct StoryViewers {
    StoryId story_id;
    PageRequest page{.limit = 50, .skip = 0, .after = {}};
    std::string q;
    static constexpr api::RouteError errors[] = {{404, "Story not found"},
                                                 {403, "Only the story owner can view this"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/stories/{story_id}/viewers",
                                 .summary = "Who saw an own story, newest first."};
    static constexpr auto fields = Pack{
        field("story_id", &StoryViewers::story_id, in_path),
        api::page(&StoryViewers::page, 50),
        field("q", &StoryViewers::q, in_query, wire::or_default, wire::trimmed_length(0, 100)),
    };
};
static_assert(wire::describes_every_member<StoryViewers>);

struct StoryReactAnswer {
    std::string message = "Reaction added";
    std::string reaction;
    std::int64_t reactions_count = 0;
    static constexpr auto fields = Pack{
        field("message", &StoryReactAnswer::message),
        field("reaction", &StoryReactAnswer::reaction),
        field("reactions_count", &StoryReactAnswer::reactions_count),
    };
};

struct StoryReact {
    StoryId story_id;
    std::string reaction;
    static constexpr api::RouteError errors[] = {{404, "Story not found"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/stories/{story_id}/react",
                                 .summary = "React to a story; another reaction replaces the first.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("story_id", &StoryReact::story_id, in_path),
        field("reaction", &StoryReact::reaction, in_body | in_query, wire::trimmed_length(1, kMaxReaction)),
    };
    std::optional<FieldError> misfit() const;
};

struct StoryReplyAnswer {
    std::string message = "Reply sent";
    messages::MessageId message_id;
    messages::ChatId conversation_id;
    std::int64_t replies_count = 0;
    static constexpr auto fields = Pack{
        field("message", &StoryReplyAnswer::message),
        field("message_id", &StoryReplyAnswer::message_id),
        field("conversation_id", &StoryReplyAnswer::conversation_id),
        field("replies_count", &StoryReplyAnswer::replies_count),
    };
};

struct StoryReply {
    StoryId story_id;
    std::string message;
    static constexpr api::RouteError errors[] = {{404, "Story not found"},
                                                 {400, "Cannot message yourself"},
                                                 {403, "Replies are off"},
                                                 {403, "You can send more once your request is accepted"},
                                                 {429, "Too many requests, please try again later"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/stories/{story_id}/reply",
                                 .summary = "Answer a story with a direct message to its author.",
                                 .limit = RateClass::own};
    static constexpr auto fields = Pack{
        field("story_id", &StoryReply::story_id, in_path),
        field("message", &StoryReply::message, in_body | in_query,
              wire::trimmed_length(1, messages::kMaxMessageLength)),
    };
    std::optional<FieldError> misfit() const {
        return text::misfit_of_text(message, "message", text::Cleaning::chat);
    }
};

struct StoryHighlightAnswer {
    std::string message = "Story added to highlights";
    std::string highlight_title;
    static constexpr auto fields = Pack{
        field("message", &StoryHighlightAnswer::message),
        field("highlight_title", &StoryHighlightAnswer::highlight_title),
    };
};

struct StoryHighlight {
    StoryId story_id;
    std::string title;
    static constexpr api::RouteError errors[] = {
        {404, "Story not found"}, {403, "Not authorized"}, {400, "Highlight is full"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/stories/{story_id}/highlight",
                                 .summary = "Keep an own story on the profile, under a title.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("story_id", &StoryHighlight::story_id, in_path),
        field("title", &StoryHighlight::title, in_body | in_query, wire::trimmed_length(1, kMaxTitleLength)),
    };
    std::optional<FieldError> misfit() const { return text::misfit_of_text(title, "title"); }
};

// Titles in the order of their newest story.
struct Highlights {
    using described = std::map<std::string, std::vector<Story>>;
    std::string json;
};

struct HighlightsGet {
    UserId user_id;
    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/users/{user_id}/highlights",
                                 .summary = "Stories that a user keeps on the profile, by title."};
    static constexpr auto fields = Pack{field("user_id", &HighlightsGet::user_id, in_path)};
};

struct StoryDeleteAnswer {
    std::string message = "Story deleted";
    static constexpr auto fields = Pack{field("message", &StoryDeleteAnswer::message)};
};

struct StoryDelete {
    StoryId story_id;
    static constexpr api::RouteError errors[] = {{404, "Story not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/stories/{story_id}",
                                 .summary = "Delete an own story.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("story_id", &StoryDelete::story_id, in_path)};
};

}  // namespace grover::stories
