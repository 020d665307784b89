// What sockets hear of stories: authors of what happens to theirs, followers of new and ended ones.
// contract/stories.md "Real-time".
#include <map>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "domains/stories/stories_store.hpp"
#include "platform/jobs/events.hpp"
#include "platform/sockets/coalescer.hpp"
#include "platform/sockets/hub.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::stories {
namespace {

using sockets::Room;
using wire::field;

constexpr std::chrono::milliseconds kViewInterval{500};
constexpr std::chrono::minutes kNewInterval{1};
constexpr std::chrono::seconds kRemovedInterval{1};

using Card = wire::Raw<users::UserSummary>;

struct Viewed {
    StoryId story_id;
    std::int64_t views_count = 0;
    std::optional<Card> viewer;
    Time viewed_at;
    static constexpr std::string_view name = "story:viewed";
    static constexpr auto fields = Pack{
        field("story_id", &Viewed::story_id),
        field("views_count", &Viewed::views_count),
        field("viewer", &Viewed::viewer),
        field("viewed_at", &Viewed::viewed_at),
    };
};

struct Reacted {
    StoryId story_id;
    Card user;
    std::optional<std::string> reaction;
    std::int64_t reactions_count = 0;
    Time created_at;
    static constexpr std::string_view name = "story:reaction";
    static constexpr auto fields = Pack{
        field("story_id", &Reacted::story_id),     field("user", &Reacted::user),
        field("reaction", &Reacted::reaction),     field("reactions_count", &Reacted::reactions_count),
        field("created_at", &Reacted::created_at),
    };
};

struct Replied {
    StoryId story_id;
    Card user;
    messages::MessageId message_id;
    messages::ChatId conversation_id;
    std::int64_t replies_count = 0;
    static constexpr std::string_view name = "story:reply";
    static constexpr auto fields = Pack{
        field("story_id", &Replied::story_id),           field("user", &Replied::user),
        field("message_id", &Replied::message_id),       field("conversation_id", &Replied::conversation_id),
        field("replies_count", &Replied::replies_count),
    };
};

struct New {
    Card user;
    StoryId story_id;
    Time created_at;
    Time expires_at;
    static constexpr std::string_view name = "story:new";
    static constexpr auto fields = Pack{
        field("user", &New::user),
        field("story_id", &New::story_id),
        field("created_at", &New::created_at),
        field("expires_at", &New::expires_at),
    };
};

struct Removed {
    UserId user_id;
    StoryId story_id;
    std::string reason;
    static constexpr std::string_view name = "story:removed";
    static constexpr auto fields = Pack{
        field("user_id", &Removed::user_id),
        field("story_id", &Removed::story_id),
        field("reason", &Removed::reason),
    };
};

class Tellers {
public:
    Tellers(sockets::Hub& hub, db::Database& db, users::UsersService& users, StoriesService& stories,
            std::string base_url)
        : hub_(hub), db_(db), users_(users), stories_(stories), base_url_(std::move(base_url)) {}

    void tell(const StoryViewed& event) {
        if (!hub_.has_members(Room::user(event.author_id))) return;
        {
            const std::lock_guard lock(mutex_);
            auto& waiting = views_[event.story_id];
            waiting.last = event;
            ++waiting.views;
        }
        view_timer_.touch(event.story_id);
    }

    void tell(const StoryReacted& event) {
        if (!hub_.has_members(Room::user(event.author_id))) return;
        hub_.emit_user(event.author_id, Reacted{event.story_id, card(event.user_id), event.reaction,
                                                event.reactions_count, event.created_at});
    }

    void tell(const StoryReplied& event) {
        if (!hub_.has_members(Room::user(event.author_id))) return;
        hub_.emit_user(event.author_id, Replied{event.story_id, card(event.user_id), event.message_id,
                                                event.conversation_id, event.replies_count});
    }

    void tell(const StoryCreated& event) {
        if (hub_.is_empty() || !is_due(event)) return;
        // Beside the other events, which do not wait for it.
        hub_.after(std::chrono::milliseconds{0}, [this, event] {
            const auto author =
                db_.read([&](db::Read& tx) { return users_.card(tx, event.user_id, base_url_); });
            if (author->is_hidden) return;
            const New news{{author->json}, event.story_id, event.created_at, event.created_at + kLifetime};
            tell_circle(event.user_id, std::span(&news, 1));
        });
    }

    void tell(const StoryEnded& event) {
        if (!event.was_shown || hub_.is_empty()) return;
        {
            const std::lock_guard lock(mutex_);
            removed_[event.user_id].push_back(
                {event.user_id, event.story_id, event.is_expired ? "expired" : "deleted"});
        }
        removed_timer_.touch(event.user_id);
    }

private:
    struct Views {
        StoryViewed last;
        int views = 0;
    };

    Card card(const UserId& user) {
        return {db_.read([&](db::Read& tx) { return users_.card(tx, user, base_url_)->json; })};
    }

    // At most once a minute for each author.
    bool is_due(const StoryCreated& event) {
        const std::lock_guard lock(mutex_);
        const Time before = event.created_at - kNewInterval;
        std::erase_if(told_, [&](const auto& one) { return one.second <= before; });
        return told_.emplace(event.user_id, event.created_at).second;
    }

    // The author's devices, and followers who are connected here.
    template <class Event>
    void tell_circle(const UserId& author, std::span<const Event> events) {
        const auto tell_all = [&](const UserId& user) {
            for (const auto& event : events) hub_.emit_user(user, event);
        };
        tell_all(author);
        users_.each_follower(author, [&](const UserId& follower) {
            if (hub_.has_members(Room::user(follower))) tell_all(follower);
        });
    }

    // What waits under these keys, and no longer does.
    template <class Key, class Waiting>
    std::vector<std::pair<Key, Waiting>> take(std::map<Key, Waiting>& waiting, const std::vector<Key>& keys) {
        std::vector<std::pair<Key, Waiting>> out;
        const std::lock_guard lock(mutex_);
        for (const auto& key : keys) {
            if (auto node = waiting.extract(key)) out.emplace_back(key, std::move(node.mapped()));
        }
        return out;
    }

    // One walk over the followers, however many of an author's stories ended.
    void tell_removed(const std::vector<UserId>& authors) {
        for (const auto& [author, events] : take(removed_, authors))
            tell_circle(author, std::span<const Removed>(events));
    }

    void tell_views(const std::vector<StoryId>& stories) {
        for (const auto& [id, waiting] : take(views_, stories)) {
            Viewed event{.story_id = id, .viewer = {}, .viewed_at = waiting.last.viewed_at};
            event.views_count = db_.read([&](db::Read& tx) { return stories_.views_count(tx, id); });
            if (waiting.views == 1) event.viewer = card(waiting.last.user_id);
            hub_.emit_user(waiting.last.author_id, event);
        }
    }

    sockets::Hub& hub_;
    db::Database& db_;
    users::UsersService& users_;
    StoriesService& stories_;
    std::string base_url_;
    std::mutex mutex_;
    std::map<StoryId, Views> views_;                  // not told yet
    std::map<UserId, std::vector<Removed>> removed_;  // not told yet
    std::map<UserId, Time> told_;  // authors of whose new stories was told within the minute
    sockets::Coalescer<StoryId> view_timer_{hub_, kViewInterval,
                                            [this](const auto& stories) { tell_views(stories); }};
    sockets::Coalescer<UserId> removed_timer_{hub_, kRemovedInterval,
                                              [this](const auto& authors) { tell_removed(authors); }};
};

}  // namespace

void add_stories_sockets(jobs::Events& events, sockets::Hub& hub, db::Database& db,
                         users::UsersService& users, StoriesService& stories, std::string base_url) {
    const auto tellers = std::make_shared<Tellers>(hub, db, users, stories, std::move(base_url));
    constexpr std::string_view kListener = "stories.sockets";
    const auto listen = [&]<class Event>(const Event*) {
        events.on_every_node<Event>(kListener, [tellers](const Event& event) { tellers->tell(event); });
    };
    listen(static_cast<const StoryViewed*>(nullptr));
    listen(static_cast<const StoryReacted*>(nullptr));
    listen(static_cast<const StoryReplied*>(nullptr));
    listen(static_cast<const StoryCreated*>(nullptr));
    listen(static_cast<const StoryEnded*>(nullptr));
}

}  // namespace grover::stories
