// The socket events of chats as they cross the wire (contract/messages.md "Real-time", realtime.md §6). Private to
// domains/messages.
#pragma once

#include <optional>
#include <string>

#include "domains/messages/chats_api.hpp"
#include "platform/sockets/event.hpp"
#include "platform/sockets/room.hpp"

namespace grover::messages::events {

// ---- from clients

struct JoinConversation {
    ChatId conversation_id;
    static constexpr sockets::EventInfo event{.name = "join_conversation", .limit = sockets::per_minute(60)};
    static constexpr auto fields = Pack{field("conversation_id", &JoinConversation::conversation_id)};
};

struct LeaveConversation {
    ChatId conversation_id;
    static constexpr sockets::EventInfo event{.name = "leave_conversation", .limit = sockets::per_minute(60)};
    static constexpr auto fields = Pack{field("conversation_id", &LeaveConversation::conversation_id)};
};

struct SendMessage : TextInput {
    ChatId conversation_id;
    static constexpr sockets::EventInfo event{.name = "send_message"};
    static constexpr auto fields =
        join(TextInput::fields, Pack{field("conversation_id", &SendMessage::conversation_id)});
};

// Under which a socket keeps what ends its typing.
inline std::string typing_key(const ChatId& chat) { return "typing " + chat.str(); }
// Who has the chat open.
inline sockets::Room room_of(const ChatId& chat) { return sockets::Room::conversation(chat.view()); }

struct Typing {
    ChatId conversation_id;
    static constexpr sockets::EventInfo event{.name = "typing"};
    static constexpr auto fields = Pack{field("conversation_id", &Typing::conversation_id)};
};

struct TypingStop {
    ChatId conversation_id;
    static constexpr sockets::EventInfo event{.name = "typing_stop"};
    static constexpr auto fields = Pack{field("conversation_id", &TypingStop::conversation_id)};
};

struct TypingSet {
    ChatId conversation_id;
    bool is_typing = false;
    static constexpr sockets::EventInfo event{.name = "typing_set"};
    static constexpr auto fields = Pack{
        field("conversation_id", &TypingSet::conversation_id),
        field("is_typing", &TypingSet::is_typing),
    };
};

struct MarkRead {
    ChatId conversation_id;
    std::optional<MessageId> message_id;
    static constexpr sockets::EventInfo event{.name = "message:read", .limit = sockets::per_minute(60)};
    static constexpr auto fields = Pack{
        field("conversation_id", &MarkRead::conversation_id),
        field("message_id", &MarkRead::message_id),
    };
};

// ---- acks

struct JoinedAck {
    ChatId conversation_id;
    static constexpr auto fields = Pack{field("conversation_id", &JoinedAck::conversation_id)};
};

struct SentAck {
    MessageId message_id;
    Time created_at;
    std::optional<std::string> client_message_id;
    static constexpr auto fields = Pack{
        field("message_id", &SentAck::message_id),
        field("created_at", &SentAck::created_at),
        field("client_message_id", &SentAck::client_message_id),
    };
};

// ---- to clients

struct ConversationUpdated {
    static constexpr std::string_view name = "conversation:updated";
    ChatId conversation_id;
    std::string last_message;
    Time last_message_at;
    std::int64_t unread_count = 0;
    std::optional<MessageId> message_id;  // null: nothing is left of the chat for its reader
    static constexpr auto fields = Pack{
        field("conversation_id", &ConversationUpdated::conversation_id),
        field("last_message", &ConversationUpdated::last_message),
        field("last_message_at", &ConversationUpdated::last_message_at),
        field("unread_count", &ConversationUpdated::unread_count),
        field("message_id", &ConversationUpdated::message_id),
    };
};

// The one that is camel case alone.
struct TypingUpdate {
    static constexpr std::string_view name = "typing_update";
    ChatId conversation_id;
    UserId user_id;
    bool is_typing = false;
    static constexpr auto fields = Pack{
        field("conversationId", &TypingUpdate::conversation_id),
        field("userId", &TypingUpdate::user_id),
        field("isTyping", &TypingUpdate::is_typing),
    };
};

struct UserTyping {
    static constexpr std::string_view name = "user_typing";
    UserId user_id;
    std::string user_name;
    ChatId conversation_id;
    static constexpr auto fields = Pack{
        field("user_id", &UserTyping::user_id),
        field("user_name", &UserTyping::user_name),
        field("conversation_id", &UserTyping::conversation_id),
    };
};

struct UserStoppedTyping {
    static constexpr std::string_view name = "user_stopped_typing";
    UserId user_id;
    std::string user_name;
    ChatId conversation_id;
    static constexpr auto fields = Pack{
        field("user_id", &UserStoppedTyping::user_id),
        field("user_name", &UserStoppedTyping::user_name),
        field("conversation_id", &UserStoppedTyping::conversation_id),
    };
};

struct MessageRead {
    static constexpr std::string_view name = "message:read";
    MessageId message_id;
    ChatId conversation_id;
    UserId user_id;
    Time read_at;
    static constexpr auto fields = Pack{
        field("message_id", &MessageRead::message_id),
        field("conversation_id", &MessageRead::conversation_id),
        field("user_id", &MessageRead::user_id),
        field("read_at", &MessageRead::read_at),
    };
};

struct ConversationRead {
    static constexpr std::string_view name = "conversation:read";
    ChatId conversation_id;
    UserId user_id;
    Time read_at;
    MessageId last_read_message_id;
    static constexpr auto fields = Pack{
        field("conversation_id", &ConversationRead::conversation_id),
        field("user_id", &ConversationRead::user_id),
        field("read_at", &ConversationRead::read_at),
        field("last_read_message_id", &ConversationRead::last_read_message_id),
    };
};

struct MessageReaction {
    static constexpr std::string_view name = "message:reaction";
    MessageId message_id;
    ChatId conversation_id;
    UserId user_id;
    std::string emoji;
    std::string action;
    Reactions reaction_counts;
    ReactionTotals reaction_totals;
    static constexpr auto fields = Pack{
        field("message_id", &MessageReaction::message_id),
        field("conversation_id", &MessageReaction::conversation_id),
        field("user_id", &MessageReaction::user_id),
        field("emoji", &MessageReaction::emoji),
        field("action", &MessageReaction::action),
        field("reaction_counts", &MessageReaction::reaction_counts),
        field("reaction_totals", &MessageReaction::reaction_totals),
    };
};

struct EditedMessage {
    static constexpr std::string_view name = "message_edited";
    MessageId message_id;
    ChatId conversation_id;
    UserId sender_id;
    std::string content;
    Time created_at;
    Time edited_at;
    static constexpr auto fields = Pack{
        field("message_id", &EditedMessage::message_id),
        field("conversation_id", &EditedMessage::conversation_id),
        field("sender_id", &EditedMessage::sender_id),
        field("content", &EditedMessage::content),
        field("created_at", &EditedMessage::created_at),
        field("edited_at", &EditedMessage::edited_at),
    };
};

struct DeletedMessage {
    static constexpr std::string_view name = "message_deleted";
    MessageId message_id;
    ChatId conversation_id;
    bool deleted_for_everyone = false;
    std::optional<Time> deleted_at;
    std::string content{kDeletedText};
    bool is_deleted = true;
    static constexpr auto fields = Pack{
        field("message_id", &DeletedMessage::message_id),
        field("conversation_id", &DeletedMessage::conversation_id),
        field("deleted_for_everyone", &DeletedMessage::deleted_for_everyone),
        field("deleted_at", &DeletedMessage::deleted_at),
        field("content", &DeletedMessage::content),
        field("is_deleted", &DeletedMessage::is_deleted),
    };
};

}  // namespace grover::messages::events
