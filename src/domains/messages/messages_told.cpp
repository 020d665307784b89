// What sockets hear of chats: each node tells its own members what committed.
#include <algorithm>

#include "domains/messages/messages_parts.hpp"
#include "domains/messages/messages_socket_events.hpp"
#include "domains/messages/messages_sockets.hpp"
#include "platform/jobs/events.hpp"

namespace grover::messages {
namespace {

using sockets::Room;

class Tellers {
public:
    Tellers(sockets::Hub& hub, MessagesService::Parts& parts, std::string base_url)
        : hub_(hub), parts_(parts), base_url_(std::move(base_url)) {}

    void tell(const MessageSent& event) {
        const auto room = room_of(event.conversation_id);
        if (hub_.has_members(room)) new_message(event, room);
        std::optional<std::string> line;
        for (const auto& recipient : event.recipients) {
            if (!hub_.has_members(Room::user(recipient.user_id))) continue;
            if (!line) line = line_of(event);
            hub_.emit_user(recipient.user_id,
                           events::ConversationUpdated{.conversation_id = event.conversation_id,
                                                       .last_message = *line,
                                                       .last_message_at = event.created_at,
                                                       .unread_count = recipient.unread_count,
                                                       .message_id = event.message_id});
        }
    }

    void tell(const MessageEdited& event) {
        const auto room = room_of(event.conversation_id);
        if (!hub_.has_members(room)) return;
        const events::EditedMessage out{event.message_id, event.conversation_id, event.sender_id,
                                        event.content,    event.created_at,      event.edited_at};
        if (!event.is_group) return hub_.emit(room, out);
        for (const auto& reader : readers(room, event.sender_id)) hub_.emit(room, out, {.only_user = reader});
    }

    void tell(const MessageDeleted& event) {
        const events::DeletedMessage out{.message_id = event.message_id,
                                         .conversation_id = event.conversation_id,
                                         .deleted_for_everyone = !event.only_for,
                                         .deleted_at = event.deleted_at};
        if (event.only_for) return hub_.emit_user(*event.only_for, out);
        hub_.emit(room_of(event.conversation_id), out);
    }

    void tell(const MessageReacted& event) {
        const auto room = room_of(event.conversation_id);
        if (!hub_.has_members(room)) return;
        events::MessageReaction out{.message_id = event.message_id,
                                    .conversation_id = event.conversation_id,
                                    .user_id = event.user_id,
                                    .emoji = event.emoji,
                                    .action = event.added ? "added" : "removed",
                                    .reaction_counts = {},
                                    .reaction_totals = {}};
        const auto rows = parts_.ground.db.read(
            [&](db::Read& tx) { return store::reactions(tx, std::span(&event.message_id, 1)); });
        for (const auto& row : rows) {
            out.reaction_counts[shown_emoji(row.emoji)].push_back({row.user_id, row.created_at});
            ++out.reaction_totals[shown_emoji(row.emoji)];
        }
        hub_.emit(room, out);
    }

    // To the room, and to those who wrote what was read, wherever they are.
    void tell(const ChatRead& event) {
        if (!event.is_shown) return;
        const auto room = room_of(event.conversation_id);
        std::vector<UserId> senders;
        for (const auto& message : event.messages) {
            const events::MessageRead out{message.message_id, event.conversation_id, event.user_id,
                                          event.read_at};
            hub_.emit(room, out);
            hub_.emit_user(message.sender_id, out);
            if (std::ranges::find(senders, message.sender_id) == senders.end())
                senders.push_back(message.sender_id);
        }
        if (!event.last_read_message_id) return;
        const events::ConversationRead out{event.conversation_id, event.user_id, event.read_at,
                                           *event.last_read_message_id};
        hub_.emit(room, out);
        for (const auto& sender : senders) hub_.emit_user(sender, out);
    }

    // The room of a direct chat is for two who are not in a block.
    void tell(const users::UserBlocked& event) {
        const auto chat = parts_.ground.db.read(
            [&](db::Read& tx) { return store::find_pair(tx, event.blocker_id, event.blocked_id); });
        if (!chat) return;
        hub_.remove(room_of(*chat), event.blocker_id);
        hub_.remove(room_of(*chat), event.blocked_id);
    }

private:
    static Room room_of(const ChatId& chat) { return Room::conversation(chat.view()); }

    // Of the members here, those who are not in a block with the author.
    std::vector<UserId> readers(const Room& room, const UserId& author) {
        auto users = hub_.members(room);
        const auto cut_off =
            parts_.ground.db.read([&](db::Read& tx) { return parts_.ground.users.cut_off(tx, author); });
        std::erase_if(users,
                      [&](const UserId& user) { return std::ranges::find(cut_off, user) != cut_off.end(); });
        return users;
    }

    std::string line_of(const MessageSent& event) {
        if (!event.is_group || event.type == MessageType::system) return event.preview;
        return parts_.ground.db.read([&](db::Read& tx) {
            return parts_.ground.users.card(tx, event.sender_id, base_url_)->summary.name + ": " +
                   event.preview;
        });
    }

    Caller reader(const UserId& user) const {
        Caller caller;
        caller.id = user;
        caller.base_url = base_url_;
        return caller;
    }

    // What a message without attachments looks like is in the event; others are read again, for each reader apart where they
    // may see different things of it.
    std::optional<Message> view_for(const MessageSent& event, const UserId& user) {
        return parts_.ground.db.read([&](db::Read& tx) -> std::optional<Message> {
            ChatRow chat;
            chat.chat_id = event.conversation_id;
            chat.is_group = event.is_group;
            chat.low_user_id = event.sender_id;
            chat.high_user_id = event.receiver_id;
            MessageRow row;
            if (event.is_plain) {
                row.message_id = event.message_id;
                row.chat_id = event.conversation_id;
                row.sender_id = event.sender_id;
                row.type = event.type;
                row.content = event.content;
                row.created_at = event.created_at;
                row.client_message_id = event.client_message_id;
                if (event.is_delivered) row.delivered_at = event.created_at;
            } else {
                auto rows = store::named(tx, user, std::span(&event.message_id, 1));
                if (rows.empty()) return std::nullopt;
                row = std::move(rows.front());
            }
            return parts_.views.fresh(tx, reader(user), chat, row);
        });
    }

    void new_message(const MessageSent& event, const Room& room) {
        const bool differs = event.is_group || event.type == MessageType::post || event.is_forward;
        if (!differs) {
            auto view = view_for(event, event.sender_id);
            if (!view) return;
            if (!view->client_message_id) return hub_.emit_as("new_message", room, *view);
            hub_.emit_as("new_message", room, *view, {.only_user = event.sender_id});
            view->client_message_id.reset();
            return hub_.emit_as("new_message", room, *view, {.except_user = event.sender_id});
        }
        for (const auto& user : hub_.members(room)) {
            const bool hears = !event.is_group ||
                               std::ranges::any_of(event.recipients,
                                                   [&](const Recipient& one) { return one.user_id == user; });
            if (!hears) continue;
            if (const auto view = view_for(event, user))
                hub_.emit_as("new_message", room, *view, {.only_user = user});
        }
    }

    sockets::Hub& hub_;
    MessagesService::Parts& parts_;
    const std::string base_url_;
};

}  // namespace

void tell_messages_to_sockets(jobs::Events& events, sockets::Hub& hub, MessagesService& messages,
                              const std::string& base_url) {
    const auto tellers = std::make_shared<Tellers>(hub, messages.parts(), base_url);
    const auto listen = [&]<class E>(const E*) {
        events.on_every_node<E>("messages.sockets", [tellers](const E& event) { tellers->tell(event); });
    };
    listen(static_cast<const MessageSent*>(nullptr));
    listen(static_cast<const MessageEdited*>(nullptr));
    listen(static_cast<const MessageDeleted*>(nullptr));
    listen(static_cast<const MessageReacted*>(nullptr));
    listen(static_cast<const ChatRead*>(nullptr));
    listen(static_cast<const users::UserBlocked*>(nullptr));
}

}  // namespace grover::messages
