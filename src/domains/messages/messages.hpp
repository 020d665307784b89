// Direct messages, and what they share with group chats: chats, members, messages, reactions, read marks, and the rules by
// which everything is sent. contract/messages.md. Groups (above) add members, names and rights to a chat.
//
// May somebody see a chat, or a message? Chats::get_visible() and get_visible_message() decide it (messages_gate.hpp).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/media/media.hpp"
#include "domains/messages/messages_events.hpp"
#include "domains/messages/messages_objects.hpp"
#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/api/caller.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/page.hpp"
#include "platform/db/db.hpp"

namespace grover::api {
class Api;
}

namespace grover::messages {

// ---- what is plugged in ---------------------------------------------------------------------------------------------

// groups implement it.
class GroupDirectory {
public:
    virtual ~GroupDirectory() = default;
    // For each id, in order; one statement. Unknown ones have an empty name.
    virtual std::vector<GroupCard> cards(db::Read& tx, std::span<const GroupId> groups,
                                         std::string_view base_url) = 0;
    virtual std::string name(db::Read& tx, const GroupId& group) = 0;
};

// sockets implement it.
class OnlineUsers {
public:
    virtual ~OnlineUsers() = default;
    // Those of them that have a live socket, on any node.
    virtual std::vector<UserId> online(db::Read& tx, const std::vector<UserId>& users) const = 0;
};

// stories implement it.
class StoryViews {
public:
    virtual ~StoryViews() = default;
    // JSON for each id, in order; empty for what the caller cannot see now. A fixed number of statements.
    virtual std::vector<std::string> views_of(db::Read& tx, const Caller& me,
                                              std::span<const std::string> ids) = 0;
};

struct Plugs {
    GroupDirectory* groups = nullptr;
    const OnlineUsers* online = nullptr;
    StoryViews* stories = nullptr;
};

// For platform/jobs: what is left of a chat that nobody is in any more.
struct RemoveChat {
    ChatId chat_id;
    static constexpr std::string_view name = "messages.remove_chat";
    static constexpr auto fields = Pack{field("chat_id", &RemoveChat::chat_id)};
};

struct Options {
    bool limit_rate = true;  // S8: 60 messages in 60 s
};

// ---- for groups -----------------------------------------------------------------------------------------------------

enum class Role : std::uint8_t { member, admin, owner };

struct ChatMember {
    UserId user_id;
    Role role = Role::member;
    Time joined_at;
};

enum class Joined : std::uint8_t { added, already_member, full };

// The membership of group chats. Everything in the caller's transaction; groups decide who may.
class GroupChats {
public:
    virtual ~GroupChats() = default;

    virtual void create(db::Write& tx, const GroupId& group, Time now) = 0;
    virtual Joined join(db::Write& tx, const GroupId& group, const UserId& user, Role role, int at_most,
                        Time now) = 0;
    // Of a new group: everybody at once, in this order. Nobody of them is a member.
    virtual void join_all(db::Write& tx, const GroupId& group, std::span<const UserId> users, Time now) = 0;
    // With unread state, mute and rights. False: was no member.
    virtual bool leave(db::Write& tx, const GroupId& group, const UserId& user) = 0;
    virtual void set_role(db::Write& tx, const GroupId& group, const UserId& user, Role role) = 0;
    // The chat with all its messages and their files, soon: nobody may be in it any more.
    virtual void remove(db::Write& tx, const GroupId& group) = 0;
    // Until the transaction ends nobody else changes members of this chat.
    virtual bool hold(db::Write& tx, const GroupId& group) = 0;
    // By joining. One statement.
    virtual std::vector<ChatMember> members(db::Read& tx, const GroupId& group) = 0;
    virtual std::vector<std::vector<ChatMember>> members_of(db::Read& tx,
                                                            std::span<const GroupId> groups) = 0;
    // Of these, who is in that many groups or more.
    virtual std::vector<UserId> in_many_groups(db::Read& tx, std::span<const UserId> users, int at_least) = 0;
    // A line of type `system`: counts as unread for nobody, notifies nobody.
    virtual void say(db::Write& tx, const GroupId& group, const UserId& actor, const std::string& text) = 0;
    // The groups of one user as lists show them: newest message first.
    virtual Page<Conversation> list(db::Read& tx, const Caller& me, const PageRequest& page) = 0;
    // The caller's own state of one group; nothing when no member.
    virtual std::optional<Conversation> standing(db::Read& tx, const Caller& me, const GroupId& group) = 0;
    virtual std::vector<GroupId> some_groups_of(db::Read& tx, const UserId& user, int limit) = 0;
    virtual void set_muted(db::Write& tx, const GroupId& group, const UserId& user,
                           std::optional<Time> until) = 0;

    // Outside transactions, like the endpoints.
    virtual SendAnswer send(const Caller& me, const GroupText& in) = 0;
    virtual Page<Message> messages(const Caller& me, const GroupId& group, const PageRequest& page,
                                   bool mark_read) = 0;
};

// ---- the service ----------------------------------------------------------------------------------------------------

class MessagesService {
public:
    // References outlive the service.
    MessagesService(db::Database& db, const Clock& clock, users::UsersService& users,
                    media::MediaService& media, const posts::PostGate& gate, posts::PostReader& posts,
                    Options options);
    ~MessagesService();
    // Before the first request.
    void plug(const Plugs& plugs);

    GroupChats& group_chats();
    // Whether `user` may enter the room of this chat: a participant, or a member.
    bool is_member(db::Read& tx, const UserId& user, const ChatId& chat);

    // What is handed on when this message is, and who wrote it first. Throws as POST /messages/forward does.
    struct Original {
        MessageType type = MessageType::text;
        std::string content;
        std::optional<MediaId> media_id;
        std::optional<MediaId> thumbnail_id;
        UserId author_id;
    };
    Original original(db::Read& tx, const Caller& me, const MessageId& message);
    // A direct message to the author of a story, under the send rules, in the caller's transaction.
    struct Answered {
        MessageId message_id;
        ChatId conversation_id;
    };
    Answered answer_story(db::Write& tx, const Caller& me, const UserId& author, const std::string& story_id,
                          const std::string& content);

    // Of these, with whom `user` has a direct conversation that is no mere request. One statement.
    std::vector<UserId> with_direct_conversation(db::Read& tx, const UserId& user,
                                                 std::span<const UserId> others);
    // Of these members of a chat, who has something unread in it. One statement.
    std::vector<UserId> with_unread(db::Read& tx, const ChatId& chat, std::span<const UserId> members);

    // After a block or its end: which messages of shared groups either sees last, and how many are unread.
    void blocks_changed(const UserId& one, const UserId& other);
    // May be run again after a crash at any point.
    void run(const RemoveChat& job);
    // Periodic: clients' message ids older than 24 h.
    void sweep();

    users::AccountEraser& eraser();
    users::ExportContributor& exporter();

    // The rest of the domain, behind the endpoints.
    struct Parts;
    Parts& parts() { return *parts_; }

private:
    std::unique_ptr<Parts> parts_;
};

void add_messages_api(api::Api& api, MessagesService& messages);

}  // namespace grover::messages
