// Requests and answers of reading and changing messages and chats. contract/messages.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domains/messages/messages_api.hpp"

namespace grover::messages {

inline constexpr int kWholeChat = 1'000;  // messages, for a reader who does not page

struct ConversationList {
    PageRequest page{.limit = 100, .skip = 0, .after = {}};
    bool archived = false;
    bool include_groups = false;

    static constexpr Route route{
        .method = Method::get,
        .path = "/messages/conversations",
        .summary = "The caller's conversations, newest message first.",
    };
    static constexpr auto fields = Pack{
        api::page(&ConversationList::page, 100),
        field("archived", &ConversationList::archived, in_query, wire::or_default),
        field("include_groups", &ConversationList::include_groups, in_query, wire::or_default),
    };
};
static_assert(wire::describes_every_member<ConversationList>);

struct RequestList {
    PageRequest page{.limit = 100, .skip = 0, .after = {}};

    static constexpr Route route{
        .method = Method::get,
        .path = "/messages/requests",
        .summary = "Conversations that strangers began.",
    };
    static constexpr auto fields = Pack{api::page(&RequestList::page, 100)};
};

struct RequestAnswer {
    std::string message;
    ChatId conversation_id;
    static constexpr auto fields = Pack{
        field("message", &RequestAnswer::message),
        field("conversation_id", &RequestAnswer::conversation_id),
    };
};

struct RequestAccept {
    ChatId conversation_id;
    static constexpr api::RouteError errors[] = {{404, "Conversation not found"}, {404, "Request not found"}};
    static constexpr Route route{
        .method = Method::post,
        .path = "/messages/requests/{conversation_id}/accept",
        .summary = "Take a stranger's conversation into one's own list.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{field("conversation_id", &RequestAccept::conversation_id, in_path)};
};

struct RequestDecline {
    ChatId conversation_id;
    static constexpr api::RouteError errors[] = {{404, "Conversation not found"}, {404, "Request not found"}};
    static constexpr Route route{
        .method = Method::post,
        .path = "/messages/requests/{conversation_id}/decline",
        .summary = "Put a stranger's conversation away; they are not told.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{field("conversation_id", &RequestDecline::conversation_id, in_path)};
};

struct ChatPage {
    ChatId conversation_id;
    std::vector<Message> messages;
    wire::Raw<users::UserSummary> other_user;
    std::int64_t unread_count = 0;
    bool has_more = false;
    static constexpr auto fields = Pack{
        field("conversation_id", &ChatPage::conversation_id),
        field("messages", &ChatPage::messages),
        field("other_user", &ChatPage::other_user),
        field("unread_count", &ChatPage::unread_count),
        field("has_more", &ChatPage::has_more),
    };
};
static_assert(wire::describes_every_member<ChatPage>);

struct ChatWithUser {
    UserId user_id;
    PageRequest page{.limit = kWholeChat, .skip = 0, .after = {}};
    bool mark_read = true;

    static constexpr api::RouteError errors[] = {
        {404, "User not found"}, {400, "Cannot message yourself"}, {403, "You have blocked this user"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/messages/{user_id}",
        .summary = "The conversation with a user, made if there is none.",
    };
    static constexpr auto fields = Pack{
        field("user_id", &ChatWithUser::user_id, in_path),
        api::page(&ChatWithUser::page, kWholeChat),
        field("mark_read", &ChatWithUser::mark_read, in_query, wire::or_default),
    };
};
static_assert(wire::describes_every_member<ChatWithUser>);

struct ChatMessages {
    ChatId conversation_id;
    PageRequest page{.limit = 100, .skip = 0, .after = {}};
    std::optional<MessageId> around;

    static constexpr api::RouteError errors[] = {{404, "Conversation not found"}, {404, "Message not found"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/conversations/{conversation_id}/messages",
        .summary = "Messages of a conversation: the newest, or those around one.",
    };
    static constexpr auto fields = Pack{
        field("conversation_id", &ChatMessages::conversation_id, in_path),
        api::page(&ChatMessages::page, 100),
        field("around", &ChatMessages::around, in_query),
    };
};
static_assert(wire::describes_every_member<ChatMessages>);

struct ChatGet {
    ChatId conversation_id;
    static constexpr api::RouteError errors[] = {{404, "Conversation not found"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/conversations/{conversation_id}",
        .summary = "One conversation.",
    };
    static constexpr auto fields = Pack{field("conversation_id", &ChatGet::conversation_id, in_path)};
};

struct ChatSettings {
    ChatId conversation_id;
    std::optional<std::string> muted_until;  // a time; null or "" ends the mute
    std::optional<bool> pinned;
    std::optional<bool> archived;

    static constexpr api::RouteError errors[] = {{404, "Conversation not found"},
                                                 {400, "Invalid datetime format"},
                                                 {400, "At most 10 conversations can be pinned"}};
    static constexpr Route route{
        .method = Method::put,
        .path = "/conversations/{conversation_id}",
        .summary = "Mute, pin or archive a conversation.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{
        field("conversation_id", &ChatSettings::conversation_id, in_path),
        field("muted_until", &ChatSettings::muted_until, in_body | in_query, wire::null_is_empty),
        field("pinned", &ChatSettings::pinned, in_body | in_query),
        field("archived", &ChatSettings::archived, in_body | in_query),
    };
};
static_assert(wire::describes_every_member<ChatSettings>);

struct MessageText {
    std::string message;
    static constexpr auto fields = Pack{field("message", &MessageText::message)};
};

struct ChatClear {
    ChatId conversation_id;
    static constexpr api::RouteError errors[] = {{404, "Conversation not found"},
                                                 {400, "Leave the group instead"}};
    static constexpr Route route{
        .method = Method::delete_,
        .path = "/conversations/{conversation_id}",
        .summary = "Clear a conversation for oneself.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{field("conversation_id", &ChatClear::conversation_id, in_path)};
};

struct ReadAllAnswer {
    std::string message = "Conversation marked as read";
    std::int64_t marked = 0;
    std::int64_t unread_count = 0;
    static constexpr auto fields = Pack{
        field("message", &ReadAllAnswer::message),
        field("marked", &ReadAllAnswer::marked),
        field("unread_count", &ReadAllAnswer::unread_count),
    };
};

inline constexpr std::array kReadAllAliases{
    api::Alias{Method::post, "/messages/conversations/{conversation_id}/read"}};
struct ChatReadAll {
    ChatId conversation_id;
    static constexpr api::RouteError errors[] = {{404, "Conversation not found"}};
    static constexpr Route route{
        .method = Method::post,
        .path = "/conversations/{conversation_id}/read",
        .summary = "Mark everything in a conversation or group as read.",
        .aliases = kReadAllAliases,
    };
    static constexpr auto fields = Pack{field("conversation_id", &ChatReadAll::conversation_id, in_path)};
};

struct ReadOneAnswer {
    std::string message = "Message marked as read";
    std::optional<Time> read_at;
    static constexpr auto fields = Pack{
        field("message", &ReadOneAnswer::message),
        field("read_at", &ReadOneAnswer::read_at),
    };
};

struct MessageReadOne {
    MessageId message_id;
    static constexpr api::RouteError errors[] = {{404, "Message not found"}};
    static constexpr Route route{
        .method = Method::post,
        .path = "/messages/{message_id}/read",
        .summary = "Mark one message as read.",
    };
    static constexpr auto fields = Pack{field("message_id", &MessageReadOne::message_id, in_path)};
};

struct UnreadCount {
    std::int64_t unread_count = 0;
    static constexpr auto fields = Pack{field("unread_count", &UnreadCount::unread_count)};
};

struct ChatUnreadCount {
    ChatId conversation_id;
    static constexpr api::RouteError errors[] = {{404, "Conversation not found"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/conversations/{conversation_id}/unread-count",
        .summary = "How many messages of a conversation or group the caller has not read.",
    };
    static constexpr auto fields = Pack{field("conversation_id", &ChatUnreadCount::conversation_id, in_path)};
};

struct UnreadTotal {
    std::int64_t unread_count = 0;
    std::int64_t conversations = 0;
    static constexpr auto fields = Pack{
        field("unread_count", &UnreadTotal::unread_count),
        field("conversations", &UnreadTotal::conversations),
    };
};

struct UnreadTotalGet {
    static constexpr Route route{
        .method = Method::get,
        .path = "/messages/unread-count",
        .summary = "Unread messages of all conversations and groups.",
    };
    static constexpr auto fields = Pack<>{};
};

}  // namespace grover::messages
