// What sockets hear of chats: each node tells its own members what committed.
#include <algorithm>
#include <map>
#include <set>

#include "domains/messages/messages_parts.hpp"
#include "domains/messages/messages_socket_events.hpp"
#include "domains/messages/messages_sockets.hpp"
#include "platform/jobs/events.hpp"

namespace grover::messages {
namespace {

using events::room_of;
using sockets::Room;

class Tellers {
public:
    Tellers(sockets::Hub& hub, MessagesService::Parts& parts, std::string base_url)
        : hub_(hub), parts_(parts), base_url_(std::move(base_url)) {}

    // Together, because what they look like is read for all of them at once.
    void tell(const std::vector<MessageSent>& events) {
        std::vector<const MessageSent*> plain;
        for (const auto& event : events) {
            if (!differs(event) && event.is_plain && is_heard_here(event)) plain.push_back(&event);
        }
        auto views = plain_views(plain);
        auto view = views.begin();
        auto next_plain = plain.begin();
        for (const auto& event : events) {
            const auto room = room_of(event.conversation_id);
            if (next_plain != plain.end() && *next_plain == &event) {
                say(event, room, *view++);
                ++next_plain;
            } else if (is_heard_here(event)) {
                new_message(event, room);
            }
            move_up(event);
            // A sent message ends typing, also one that came by another way than the socket that typed.
            if (event.type != MessageType::system)
                hub_.finish(event.sender_id, events::typing_key(event.conversation_id));
        }
    }

    void tell(const MessageEdited& event) {
        const auto room = room_of(event.conversation_id);
        if (hub_.has_members(room)) {
            auto delivery = without_cut_off(room, event.is_group, event.sender_id);
            const auto members = parts_.ground.db.read(
                [&](db::Read& tx) { return store::members(tx, event.conversation_id); });
            for (const auto& member : members) {
                if (member.seen_from > event.created_at) delivery.except_users.push_back(member.user_id);
            }
            hub_.emit(room,
                      events::EditedMessage{event.message_id, event.conversation_id, event.sender_id,
                                            event.content, event.created_at, event.edited_at},
                      delivery);
        }
        list_changed(event.conversation_id, {}, event.message_id);
    }

    void tell(const MessageDeleted& event) {
        const events::DeletedMessage out{.message_id = event.message_id,
                                         .conversation_id = event.conversation_id,
                                         .deleted_for_everyone = !event.only_for,
                                         .deleted_at = event.deleted_at};
        if (event.only_for) {
            hub_.emit_user(*event.only_for, out);
        } else if (const auto room = room_of(event.conversation_id); hub_.has_members(room)) {
            hub_.emit(room, out, without_cut_off(room, event.is_group, event.sender_id));
        }
        list_changed(event.conversation_id, event.only_for, {});
    }

    void tell(const MessageReacted& event) {
        const auto room = room_of(event.conversation_id);
        if (!hub_.has_members(room)) return;
        const auto rows = parts_.ground.db.read(
            [&](db::Read& tx) { return store::reactions(tx, std::span(&event.message_id, 1)); });
        auto delivery = without_cut_off(room, event.is_group, event.sender_id);
        const auto others = without_cut_off(room, event.is_group, event.user_id);
        delivery.except_users.insert(delivery.except_users.end(), others.except_users.begin(),
                                     others.except_users.end());
        if (event.is_group) {
            for (const auto& [user, unseen] : unseen_reactors(hub_.members(room), rows)) {
                if (std::ranges::find(delivery.except_users, user) != delivery.except_users.end()) continue;
                auto seen = rows;
                std::erase_if(seen,
                              [&of = unseen](const ReactionRow& row) { return of.contains(row.user_id); });
                hub_.emit(room, reaction_of(event, seen), {.only_user = user});
                delivery.except_users.push_back(user);
            }
        }
        hub_.emit(room, reaction_of(event, rows), delivery);
    }

    // To the room, and to those who wrote what was read, wherever they are; to each socket once.
    void tell(const ChatRead& event) {
        list_changed(event.conversation_id, event.user_id, {});
        if (!event.is_shown) return;
        const auto room = room_of(event.conversation_id);
        const auto delivery = without_cut_off(room, event.is_group, event.user_id);
        std::vector<UserId> senders;
        for (const auto& message : event.messages) {
            const events::MessageRead out{message.message_id, event.conversation_id, event.user_id,
                                          event.read_at};
            hub_.emit(room, out, without(delivery, std::span(&message.sender_id, 1)));
            hub_.emit_user(message.sender_id, out);
            if (std::ranges::find(senders, message.sender_id) == senders.end())
                senders.push_back(message.sender_id);
        }
        if (!event.last_read_message_id) return;
        const events::ConversationRead out{event.conversation_id, event.user_id, event.read_at,
                                           *event.last_read_message_id};
        hub_.emit(room, out, without(delivery, senders));
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
    // Members of a group who are in a block with somebody hear nothing of them.
    sockets::Delivery without_cut_off(const Room& room, bool is_group, const std::optional<UserId>& user) {
        if (!is_group || !user || !hub_.has_members(room)) return {};
        auto cut_off =
            parts_.ground.db.read([&](db::Read& tx) { return parts_.ground.users.cut_off(tx, *user); });
        if (cut_off.empty()) return {};
        const auto here = hub_.members(room);
        std::erase_if(cut_off, [&](const UserId& one) { return std::ranges::find(here, one) == here.end(); });
        return {.except_users = std::move(cut_off)};
    }

    static events::MessageReaction reaction_of(const MessageReacted& event,
                                               std::span<const ReactionRow> rows) {
        events::MessageReaction out{.message_id = event.message_id,
                                    .conversation_id = event.conversation_id,
                                    .user_id = event.user_id,
                                    .emoji = event.emoji,
                                    .action = event.added ? "added" : "removed",
                                    .reaction_counts = reactions_of(rows),
                                    .reaction_totals = {}};
        out.reaction_totals = totals_of(out.reaction_counts);
        return out;
    }

    // Which of these reacted, for each of `users` who is in a block with some.
    std::map<UserId, std::set<UserId>> unseen_reactors(const std::vector<UserId>& users,
                                                       std::span<const ReactionRow> rows) {
        std::set<UserId> reactors;
        for (const auto& row : rows) reactors.insert(row.user_id);
        std::vector<users::Pair> pairs;
        for (const auto& user : users) {
            for (const auto& reactor : reactors) {
                if (user != reactor) pairs.push_back({user, reactor});
            }
        }
        std::map<UserId, std::set<UserId>> out;
        if (pairs.empty()) return out;
        const auto found =
            parts_.ground.db.read([&](db::Read& tx) { return parts_.ground.users.reach(tx, pairs); });
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            if (found[i] && (found[i]->has_blocked || found[i]->is_blocked_by))
                out[pairs[i].viewer].insert(pairs[i].other);
        }
        return out;
    }

    static sockets::Delivery without(sockets::Delivery delivery, std::span<const UserId> users) {
        delivery.except_users.insert(delivery.except_users.end(), users.begin(), users.end());
        return delivery;
    }

    // Something else than a new message changed what lists of chats show: for one member, or for those who see `last` last,
    // or for all.
    void list_changed(const ChatId& chat, const std::optional<UserId>& member,
                      const std::optional<MessageId>& last) {
        if (member ? !hub_.has_members(Room::user(*member)) : hub_.is_empty()) return;
        const auto is_unconcerned = [&](const LineOfMember& line) {
            const bool is_listed = line.folder == ChatFolder::listed || line.folder == ChatFolder::archived;
            return !is_listed || (last && line.last_message_id != last) ||
                   !hub_.has_members(Room::user(line.user_id));
        };
        std::vector<std::shared_ptr<const users::UserCard>> cards;
        const auto lines = parts_.ground.db.read([&](db::Read& tx) {
            auto found = store::lines_of_members(tx, chat, member);
            std::erase_if(found, is_unconcerned);
            std::vector<UserId> senders;
            for (const auto& line : found)
                senders.push_back(line.last_sender_id.value_or(users::kDeletedUser.user_id));
            if (!found.empty() && found.front().is_group)
                cards = parts_.ground.users.cards(tx, senders, base_url_);
            return found;
        });
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const auto& line = lines[i];
            std::string text;
            if (line.last_type) {
                if (!cards.empty() && *line.last_type != MessageType::system)
                    text = cards[i]->summary.name + ": ";
                text += preview_of(*line.last_type, *line.last_content, line.last_forwarded_from.has_value(),
                                   line.last_deleted_at.has_value());
            }
            hub_.emit_user(line.user_id, events::ConversationUpdated{.conversation_id = chat,
                                                                     .last_message = std::move(text),
                                                                     .last_message_at = line.last_message_at,
                                                                     .unread_count = line.unread_count,
                                                                     .message_id = line.last_message_id});
        }
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

    // Whether its sender's socket may be here counts too: that screen draws the message from this, in the room or not.
    bool is_heard_here(const MessageSent& event) const {
        return hub_.has_members(room_of(event.conversation_id)) ||
               (event.socket_id && hub_.has_members(Room::user(event.sender_id)));
    }

    // Whether its readers see different things of it.
    static bool differs(const MessageSent& event) {
        return event.is_group || event.type == MessageType::post || event.type == MessageType::story_reply ||
               event.is_forward;
    }

    static ChatRow chat_of(const MessageSent& event) {
        ChatRow chat;
        chat.chat_id = event.conversation_id;
        chat.is_group = event.is_group;
        chat.low_user_id = event.sender_id;
        chat.high_user_id = event.receiver_id;
        return chat;
    }

    // What a message without attachments looks like is in the event.
    static MessageRow plain_row(const MessageSent& event) {
        MessageRow row;
        row.message_id = event.message_id;
        row.chat_id = event.conversation_id;
        row.sender_id = event.sender_id;
        row.type = event.type;
        row.content = event.content;
        row.created_at = event.created_at;
        row.client_message_id = event.client_message_id;
        if (event.is_delivered) row.delivered_at = event.created_at;
        return row;
    }

    std::vector<Message> plain_views(const std::vector<const MessageSent*>& events) {
        if (events.empty()) return {};
        std::vector<MessageViews::Plain> sent;
        sent.reserve(events.size());
        for (const auto* event : events) sent.push_back({chat_of(*event), plain_row(*event)});
        return parts_.ground.db.read(
            [&](db::Read& tx) { return parts_.views.fresh_plain(tx, base_url_, sent); });
    }

    // Others are read again, for each reader apart where they may see different things of them.
    std::optional<Message> view_for(const MessageSent& event, const UserId& user) {
        return parts_.ground.db.read([&](db::Read& tx) -> std::optional<Message> {
            if (event.is_plain) return parts_.views.fresh(tx, reader(user), chat_of(event), plain_row(event));
            const auto rows = store::named(tx, user, std::span(&event.message_id, 1));
            if (rows.empty()) return std::nullopt;
            return parts_.views.fresh(tx, reader(user), chat_of(event), rows.front());
        });
    }

    void new_message(const MessageSent& event, const Room& room) {
        if (!differs(event)) {
            if (auto view = view_for(event, event.sender_id)) say(event, room, *view);
            return;
        }
        auto users = hub_.members(room);
        if (event.socket_id && std::ranges::find(users, event.sender_id) == users.end())
            users.push_back(event.sender_id);
        for (const auto& user : users) {
            const bool hears = !event.is_group || user == event.sender_id ||
                               std::ranges::any_of(event.recipients,
                                                   [&](const Recipient& one) { return one.user_id == user; });
            if (!hears) continue;
            if (const auto view = view_for(event, user)) {
                hub_.emit_as(
                    "new_message", room, *view,
                    user == event.sender_id ? to_sender(event) : sockets::Delivery{.only_user = user});
            }
        }
    }

    // The sender's sockets in the room. The one that sent it is told here and not by who handled its event: where it is in the
    // room by then, or no more, neither doubles nor loses what it hears, which stays in the order of commits.
    static sockets::Delivery to_sender(const MessageSent& event) {
        return {.only_user = event.sender_id, .also_socket = event.socket_id.value_or("")};
    }

    // The sender's own id of it is for the sender alone.
    void say(const MessageSent& event, const Room& room, Message& view) {
        if (!view.client_message_id) {
            return hub_.emit_as("new_message", room, view, {.also_socket = event.socket_id.value_or("")});
        }
        hub_.emit_as("new_message", room, view, to_sender(event));
        view.client_message_id.reset();
        hub_.emit_as("new_message", room, view, {.except_user = event.sender_id});
    }

    // The conversation, in the lists of those who see the message.
    void move_up(const MessageSent& event) {
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
    events.on_every_node_together<MessageSent>(
        "messages.sockets", [tellers](const std::vector<MessageSent>& sent) { tellers->tell(sent); });
    listen(static_cast<const MessageEdited*>(nullptr));
    listen(static_cast<const MessageDeleted*>(nullptr));
    listen(static_cast<const MessageReacted*>(nullptr));
    listen(static_cast<const ChatRead*>(nullptr));
    listen(static_cast<const users::UserBlocked*>(nullptr));
}

}  // namespace grover::messages
