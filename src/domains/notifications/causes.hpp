// What happens elsewhere and whom that concerns: the events of the domains below, turned into notices. One file for each domain.
// Private to domains/notifications.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "domains/comments/comments.hpp"
#include "domains/notifications/notices.hpp"
#include "domains/posts/posts.hpp"

namespace grover::jobs {
class Events;
}

namespace grover::messages {
struct MessageSent;
}

namespace grover::notifications {

// Order for platform/jobs: the voters of a poll that ended, page by page.
struct TellVoters {
    PostId post_id;
    UserId author_id;
    UserId after;
    int told = 0;
    static constexpr std::string_view name = "notifications.tell_voters";
    static constexpr auto fields = Pack{
        wire::field("post_id", &TellVoters::post_id),
        wire::field("author_id", &TellVoters::author_id),
        wire::field("after", &TellVoters::after),
        wire::field("told", &TellVoters::told),
    };
};

class Causes {
public:
    // References outlive it.
    Causes(db::Database& db, users::UsersService& users, const Notices& notices, const posts::PostGate& posts,
           const comments::CommentsService& comments)
        : db_(db), users_(users), notices_(notices), posts_(posts), comments_(comments) {}

    void plug(CauseFacts& facts) { facts_ = &facts; }
    void plug(ChatPresence& presence) { presence_ = &presence; }

    void listen(jobs::Events& events);
    void tell_voters(db::Write& tx, const TellVoters& job);

private:
    void listen_to_users(jobs::Events& events);
    void listen_to_auth(jobs::Events& events);
    void listen_to_posts(jobs::Events& events);
    void listen_to_comments(jobs::Events& events);
    void listen_to_chats(jobs::Events& events);
    void tell_of_messages(const std::vector<messages::MessageSent>& sent);
    void listen_to_communities(jobs::Events& events);
    void listen_to_collections(jobs::Events& events);
    void listen_to_stories(jobs::Events& events);
    void listen_to_schedules(jobs::Events& events);
    void keep_readers(db::Read& tx, const std::optional<posts::PostFacts>& post,
                      std::vector<UserId>& people) const;

    db::Database& db_;
    users::UsersService& users_;
    const Notices& notices_;
    const posts::PostGate& posts_;
    const comments::CommentsService& comments_;
    CauseFacts* facts_ = nullptr;
    ChatPresence* presence_ = nullptr;
};

// A JSON object of texts, for Notice::data.
std::string texts(std::initializer_list<std::pair<std::string_view, std::string_view>> members);

// Orders for platform/jobs: what is left of a removal that was too large for one transaction.
struct RemoveNotifications {
    std::string of;  // "post", "place", "actor"
    std::string id;
    std::string author_id{};  // of the post
    static constexpr std::string_view name = "notifications.remove";
    static constexpr auto fields = Pack{
        wire::field("of", &RemoveNotifications::of),
        wire::field("id", &RemoveNotifications::id),
        wire::field("author_id", &RemoveNotifications::author_id, wire::or_default),
    };
};
// Removes some and orders the rest.
void remove_all_of(db::Write& tx, const RemoveNotifications& what);
void remove_between(db::Write& tx, const UserId& one, const UserId& other);
void remove_of_comments(db::Write& tx, std::span<const CommentId> comments);

}  // namespace grover::notifications
