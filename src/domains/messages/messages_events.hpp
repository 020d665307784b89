// What happened in chats, for listeners above: notifications and sockets. Included through messages.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domains/messages/messages_objects.hpp"

namespace grover::messages {

// One member for whom a message counts.
struct Recipient {
    UserId user_id;
    std::int64_t unread_count = 0;  // of the chat, with this message
    bool is_told = false;           // wants a notification: not the sender, not while muted, no request
    static constexpr auto fields = Pack{
        field("user_id", &Recipient::user_id),
        field("unread_count", &Recipient::unread_count),
        field("is_told", &Recipient::is_told),
    };
};

// A message was sent, in a direct chat or a group. Members in a block with the sender are no recipients, nor is the receiver
// of a request. Type `message`; one unread notification for each conversation is updated in place.
struct MessageSent {
    static constexpr std::string_view name = "message.sent";
    MessageId message_id;
    ChatId conversation_id;
    bool is_group = false;
    std::string group_name;
    UserId sender_id;
    std::optional<UserId> receiver_id;  // of a direct message
    MessageType type = MessageType::text;
    bool is_forward = false;
    std::string content;  // as sent
    std::string preview;  // as in lists of chats, without the sender's name
    std::optional<std::string> client_message_id;
    std::optional<std::string> socket_id;  // it was sent over; hears it, in the room or not
    std::vector<Recipient> recipients;     // the sender is one of them
    bool is_plain = false;                 // text alone: nothing of it has to be read again
    bool is_delivered = false;
    Time created_at;
    static constexpr auto fields = Pack{
        field("message_id", &MessageSent::message_id),
        field("conversation_id", &MessageSent::conversation_id),
        field("is_group", &MessageSent::is_group),
        field("group_name", &MessageSent::group_name),
        field("sender_id", &MessageSent::sender_id),
        field("receiver_id", &MessageSent::receiver_id),
        field("type", &MessageSent::type),
        field("is_forward", &MessageSent::is_forward),
        field("content", &MessageSent::content),
        field("preview", &MessageSent::preview),
        field("client_message_id", &MessageSent::client_message_id),
        field("socket_id", &MessageSent::socket_id),
        field("recipients", &MessageSent::recipients),
        field("is_plain", &MessageSent::is_plain),
        field("is_delivered", &MessageSent::is_delivered),
        field("created_at", &MessageSent::created_at),
    };
};

struct MessageEdited {
    static constexpr std::string_view name = "message.edited";
    MessageId message_id;
    ChatId conversation_id;
    bool is_group = false;
    UserId sender_id;
    std::string content;
    Time created_at;
    Time edited_at;
    static constexpr auto fields = Pack{
        field("message_id", &MessageEdited::message_id),
        field("conversation_id", &MessageEdited::conversation_id),
        field("is_group", &MessageEdited::is_group),
        field("sender_id", &MessageEdited::sender_id),
        field("content", &MessageEdited::content),
        field("created_at", &MessageEdited::created_at),
        field("edited_at", &MessageEdited::edited_at),
    };
};

// For everyone: an unread notification that points at it goes. `only_for`: hidden by that member alone.
struct MessageDeleted {
    static constexpr std::string_view name = "message.deleted";
    MessageId message_id;
    ChatId conversation_id;
    bool is_group = false;
    std::optional<UserId> sender_id;
    std::optional<UserId> only_for;
    std::optional<Time> deleted_at;
    static constexpr auto fields = Pack{
        field("message_id", &MessageDeleted::message_id),
        field("conversation_id", &MessageDeleted::conversation_id),
        field("is_group", &MessageDeleted::is_group),
        field("sender_id", &MessageDeleted::sender_id),
        field("only_for", &MessageDeleted::only_for),
        field("deleted_at", &MessageDeleted::deleted_at),
    };
};

// Type `message_reaction`: `author_id` is told "reacted <emoji> to your message", once per message and user in 24 h; none
// for own messages, and when the reaction was taken back. `has_others`: the user has another reaction on it still.
struct MessageReacted {
    static constexpr std::string_view name = "message.reacted";
    MessageId message_id;
    ChatId conversation_id;
    bool is_group = false;
    std::optional<UserId> sender_id;  // of the message
    UserId user_id;
    std::optional<UserId> author_id;
    std::string emoji;
    bool added = false;
    bool has_others = false;
    static constexpr auto fields = Pack{
        field("message_id", &MessageReacted::message_id),
        field("conversation_id", &MessageReacted::conversation_id),
        field("is_group", &MessageReacted::is_group),
        field("sender_id", &MessageReacted::sender_id),
        field("user_id", &MessageReacted::user_id),
        field("author_id", &MessageReacted::author_id),
        field("emoji", &MessageReacted::emoji),
        field("added", &MessageReacted::added),
        field("has_others", &MessageReacted::has_others, wire::or_default),
    };
};

struct ReadMessage {
    MessageId message_id;
    UserId sender_id;
    static constexpr auto fields =
        Pack{field("message_id", &ReadMessage::message_id), field("sender_id", &ReadMessage::sender_id)};
};

// A member read something new. An unread notification of that conversation for this user is read with it.
struct ChatRead {
    static constexpr std::string_view name = "message.read";
    ChatId conversation_id;
    bool is_group = false;
    UserId user_id;
    Time read_at;
    std::optional<MessageId> last_read_message_id;  // absent: one message was read alone
    std::vector<ReadMessage> messages;              // the newest of them
    bool is_shown = true;                           // false: somebody wants no receipts, nobody is told
    static constexpr auto fields = Pack{
        field("conversation_id", &ChatRead::conversation_id),
        field("is_group", &ChatRead::is_group),
        field("user_id", &ChatRead::user_id),
        field("read_at", &ChatRead::read_at),
        field("last_read_message_id", &ChatRead::last_read_message_id),
        field("messages", &ChatRead::messages),
        field("is_shown", &ChatRead::is_shown),
    };
};

}  // namespace grover::messages
