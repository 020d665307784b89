// Stories: pictures and videos that end after a day, who saw them, and what their authors keep. contract/stories.md.
//
// May somebody see a story? is_visible() decides it (stories_views.hpp); only highlights ask for the whole account, because
// they answer nothing at all to who may not see it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/media/media.hpp"
#include "domains/messages/messages.hpp"
#include "domains/users/users.hpp"
#include "platform/api/caller.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/base/page.hpp"
#include "platform/db/db.hpp"
#include "platform/wire/fields.hpp"

namespace grover::api {
class Api;
}
namespace grover::jobs {
class Events;
}
namespace grover::sockets {
class Hub;
}

namespace grover::stories {

struct StoryTag {
    static constexpr std::string_view prefix = "story_", kind = "story_id";
};
struct ArchiveTag {
    static constexpr std::string_view prefix = "archive_", kind = "archive_id";
};
using StoryId = Id<StoryTag>;
using ArchiveId = Id<ArchiveTag>;

// ---- events ---------------------------------------------------------------------------------------------------------

struct StoryCreated {
    static constexpr std::string_view name = "story.created";
    StoryId story_id;
    UserId user_id;
    Time created_at;
    static constexpr auto fields = Pack{
        wire::field("story_id", &StoryCreated::story_id),
        wire::field("user_id", &StoryCreated::user_id),
        wire::field("created_at", &StoryCreated::created_at),
    };
};

// For the first time by this user, who is not the author.
struct StoryViewed {
    static constexpr std::string_view name = "story.viewed";
    StoryId story_id;
    UserId author_id;
    UserId user_id;
    Time viewed_at;
    static constexpr auto fields = Pack{
        wire::field("story_id", &StoryViewed::story_id),
        wire::field("author_id", &StoryViewed::author_id),
        wire::field("user_id", &StoryViewed::user_id),
        wire::field("viewed_at", &StoryViewed::viewed_at),
    };
};

// The author is told "reacted <reaction> to your story" of the first one of each user.
struct StoryReacted {
    static constexpr std::string_view name = "story.reacted";
    StoryId story_id;
    UserId author_id;
    UserId user_id;
    std::string reaction;
    bool is_first = true;
    std::int64_t reactions_count = 0;
    Time created_at;
    static constexpr auto fields = Pack{
        wire::field("story_id", &StoryReacted::story_id),
        wire::field("author_id", &StoryReacted::author_id),
        wire::field("user_id", &StoryReacted::user_id),
        wire::field("reaction", &StoryReacted::reaction),
        wire::field("is_first", &StoryReacted::is_first),
        wire::field("reactions_count", &StoryReacted::reactions_count),
        wire::field("created_at", &StoryReacted::created_at),
    };
};

// The message itself is told by MessageSent.
struct StoryReplied {
    static constexpr std::string_view name = "story.replied";
    StoryId story_id;
    UserId author_id;
    UserId user_id;
    messages::MessageId message_id;
    messages::ChatId conversation_id;
    std::int64_t replies_count = 0;
    static constexpr auto fields = Pack{
        wire::field("story_id", &StoryReplied::story_id),
        wire::field("author_id", &StoryReplied::author_id),
        wire::field("user_id", &StoryReplied::user_id),
        wire::field("message_id", &StoryReplied::message_id),
        wire::field("conversation_id", &StoryReplied::conversation_id),
        wire::field("replies_count", &StoryReplied::replies_count),
    };
};

// It left the lists of others, or is deleted.
struct StoryEnded {
    static constexpr std::string_view name = "story.ended";
    StoryId story_id;
    UserId user_id;
    bool is_expired = false;  // false: deleted by its author
    bool is_gone = false;     // notifications that point at it go
    bool was_shown = false;   // until just now, so that others are told
    static constexpr auto fields = Pack{
        wire::field("story_id", &StoryEnded::story_id),     wire::field("user_id", &StoryEnded::user_id),
        wire::field("is_expired", &StoryEnded::is_expired), wire::field("is_gone", &StoryEnded::is_gone),
        wire::field("was_shown", &StoryEnded::was_shown),
    };
};

// ---- the service ----------------------------------------------------------------------------------------------------

struct Archives;  // all requests and answers: stories_api.hpp
struct ArchiveDeleteAnswer;
struct ArchiveList;
struct ForwardToStory;
struct ForwardToStoryAnswer;
struct Highlights;
struct OwnStories;
struct Story;
struct StoryArchiveAnswer;
struct StoryCreate;
struct StoryCreateAnswer;
struct StoryDeleteAnswer;
struct StoryGroup;
struct StoryHighlight;
struct StoryHighlightAnswer;
struct StoryList;
struct StoryReact;
struct StoryReactAnswer;
struct StoryReply;
struct StoryReplyAnswer;
struct StoryRestoreAnswer;
struct StoryRow;  // stories_store.hpp
struct StoryViewAnswer;
struct StoryViewers;
struct Viewers;

// Everything throws as contract/stories.md says; a refusal changes nothing. Any thread that may use the database.
class StoriesService final : public messages::StoryViews {
public:
    // References outlive the service.
    StoriesService(db::Database& db, const Clock& clock, users::UsersService& users,
                   media::MediaService& media, messages::MessagesService& messages)
        : db_(db), clock_(clock), users_(users), media_(media), messages_(messages) {}

    StoryCreateAnswer create(const Caller& me, StoryCreate& in);
    ForwardToStoryAnswer forward(const Caller& me, const ForwardToStory& in);
    Page<StoryGroup> list(const Caller& me, const StoryList& in);
    OwnStories own(const Caller& me, const PageRequest& page, std::string& next);
    StoryViewAnswer view(const Caller& me, const StoryId& id);
    Viewers viewers(const Caller& me, const StoryViewers& in, std::string& next);
    StoryReactAnswer react(const Caller& me, const StoryReact& in);
    StoryReplyAnswer reply(const Caller& me, const StoryReply& in);
    StoryHighlightAnswer highlight(const Caller& me, const StoryHighlight& in);
    // `is_private`: empty because the account is, to this caller.
    Highlights highlights(const Caller& me, const UserId& user, bool& is_private);
    StoryDeleteAnswer remove(const Caller& me, const StoryId& id);
    StoryArchiveAnswer archive(const Caller& me, const StoryId& id);
    Archives archives(const Caller& me, const ArchiveList& in, std::string& next);
    ArchiveDeleteAnswer remove_archive(const Caller& me, const ArchiveId& id);
    StoryRestoreAnswer restore(const Caller& me, const ArchiveId& id);

    // messages::StoryViews
    std::vector<std::string> views_of(db::Read& tx, const Caller& me,
                                      std::span<const std::string> ids) override;

    std::int64_t views_count(db::Read& tx, const StoryId& id);
    // Once a minute, also on several servers at once: what the end of stories brings about, and old marks.
    void sweep();

private:
    // Throws 404 "Story not found".
    StoryRow get_visible(db::Read& tx, const Caller& me, const StoryId& id);
    // The same, and 403 for everybody but its author.
    StoryRow get_own(db::Read& tx, const Caller& me, const StoryId& id, std::string_view refusal);
    void insert(db::Write& tx, const StoryRow& row);
    void require_room(db::Read& tx, const UserId& user);
    bool sweep_some(Time now);
    // Some thousand in each transaction.
    void forget_marks(std::span<const StoryId> ids);

    db::Database& db_;
    const Clock& clock_;
    users::UsersService& users_;
    media::MediaService& media_;
    messages::MessagesService& messages_;
};

void add_stories_api(api::Api& api, StoriesService& stories, bool is_enabled);
void add_stories_sockets(jobs::Events& events, sockets::Hub& hub, db::Database& db,
                         users::UsersService& users, StoriesService& stories, std::string base_url);

// What users need when an account ends or is exported. The arguments outlive the result.
std::unique_ptr<users::AccountEraser> stories_eraser(media::MediaService& media);
std::unique_ptr<users::ExportContributor> stories_export(db::Database& db);

}  // namespace grover::stories
