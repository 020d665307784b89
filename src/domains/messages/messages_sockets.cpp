// What clients send over sockets: the rules of the endpoints, by the same code.
#include "domains/messages/messages_sockets.hpp"

#include <algorithm>

#include "domains/messages/messages_parts.hpp"
#include "domains/messages/messages_socket_events.hpp"
#include "platform/api/rate_limit.hpp"

namespace grover::messages {
namespace {

using sockets::Hub;
using sockets::Room;
using sockets::Socket;

constexpr std::chrono::milliseconds kTypingEnds{5'000};  // TYPING_INDICATOR_TIMEOUT
// Of one user in one chat, however many sockets they have: one a second.
constexpr api::BucketSize kTypingRelays{.per_minute = 60, .burst = 1};
constexpr std::size_t kTypists = 1 << 14;

Room room_of(const ChatId& chat) { return Room::conversation(chat.view()); }

// Who types where. A socket in the room has proved that it may; others are looked up.
class TypingSignals {
public:
    TypingSignals(Hub& hub, MessagesService::Parts& parts)
        : hub_(hub), parts_(parts), relays_(hub.clock(), 60, kTypists) {}

    void on(const Caller& me, Socket& socket, const ChatId& chat) {
        require(me, socket, chat);
        const auto key = events::typing_key(chat);
        if (relays_.take(me.id.str() + ' ' + key, kTypingRelays)) relay(me.id, chat, true);
        socket.later(key, kTypingEnds, [this, user = me.id, chat] { relay(user, chat, false); });
    }
    void off(const Caller& me, Socket& socket, const ChatId& chat) {
        require(me, socket, chat);
        const auto key = events::typing_key(chat);
        if (socket.waits(key)) {
            socket.finish(key);
        } else {
            relay(me.id, chat, false);
        }
    }

private:
    void require(const Caller& me, Socket& socket, const ChatId& chat) {
        if (socket.is_in(room_of(chat))) return;
        parts_.ground.db.read([&](db::Read& tx) { parts_.chats.get_visible(tx, me.id, chat); });
    }
    void relay(const UserId& user, const ChatId& chat, bool is_typing) {
        sockets::Delivery others{.except_user = user};
        const auto name = parts_.ground.db.read([&](db::Read& tx) -> std::optional<std::string> {
            if (is_group(chat)) {
                others.except_users = members_cut_off(tx, user, chat);
            } else if (is_asked_in(tx, user, chat)) {
                return std::nullopt;
            }
            return parts_.ground.users.card(tx, user, {})->summary.name;
        });
        if (!name) return;
        const auto room = room_of(chat);
        hub_.broadcast(room, events::TypingUpdate{chat, user, is_typing}, others);
        if (is_typing) {
            hub_.broadcast(room, events::UserTyping{user, *name, chat}, others);
        } else {
            hub_.broadcast(room, events::UserStoppedTyping{user, *name, chat}, others);
        }
    }

    // Whether this user has a request there that waits: who sent it cannot tell that somebody looks at it.
    static bool is_asked_in(db::Read& tx, const UserId& user, const ChatId& chat) {
        const auto standing = store::find_standing(tx, chat, user);
        return standing && standing->is_pending() && standing->requested_by != user;
    }
    static bool is_group(const ChatId& chat) { return chat.view().starts_with("group_"); }
    // Members who are in a block with this one.
    std::vector<UserId> members_cut_off(db::Read& tx, const UserId& user, const ChatId& chat) {
        auto cut_off = parts_.ground.users.cut_off(tx, user);
        if (cut_off.empty()) return cut_off;
        const auto members = store::members(tx, chat);
        std::erase_if(cut_off, [&](const UserId& one) {
            return std::ranges::find(members, one, &MemberRow::user_id) == members.end();
        });
        return cut_off;
    }

    Hub& hub_;
    MessagesService::Parts& parts_;
    api::RateLimiter relays_;
};

}  // namespace

void add_messages_sockets(sockets::Sockets& table, Hub& hub, MessagesService& messages) {
    auto& parts = messages.parts();
    const auto typing = std::make_shared<TypingSignals>(hub, parts);

    table.on<events::JoinConversation>(
        [&parts](const Caller& me, Socket& socket, const events::JoinConversation& in) {
            socket.join_if(room_of(in.conversation_id), [&] {
                parts.ground.db.read(
                    [&](db::Read& tx) { parts.chats.get_visible(tx, me.id, in.conversation_id); });
            });
            return events::JoinedAck{in.conversation_id};
        });
    table.on<events::LeaveConversation>(
        [](const Caller&, Socket& socket, const events::LeaveConversation& in) {
            socket.finish(events::typing_key(in.conversation_id));
            socket.leave(room_of(in.conversation_id));
        });
    table.on<events::SendMessage>([&parts](const Caller& me, Socket& socket, const events::SendMessage& in) {
        const auto sent = parts.sending.send_text(
            me, {.receiver_id = {}, .conversation_id = in.conversation_id, .group_id = {}}, in, socket.id());
        socket.finish(events::typing_key(in.conversation_id));
        return events::SentAck{sent.row.message_id, sent.row.created_at, sent.row.client_message_id};
    });
    table.on<events::Typing>([typing](const Caller& me, Socket& socket, const events::Typing& in) {
        typing->on(me, socket, in.conversation_id);
    });
    table.on<events::TypingStop>([typing](const Caller& me, Socket& socket, const events::TypingStop& in) {
        typing->off(me, socket, in.conversation_id);
    });
    table.on<events::TypingSet>([typing](const Caller& me, Socket& socket, const events::TypingSet& in) {
        if (in.is_typing) {
            typing->on(me, socket, in.conversation_id);
        } else {
            typing->off(me, socket, in.conversation_id);
        }
    });
    table.on<events::MarkRead>([&parts](const Caller& me, Socket&, const events::MarkRead& in) {
        if (!in.message_id) {
            parts.reading.read_all(me, in.conversation_id);
            return UnreadCount{0};
        }
        parts.reading.read_one(me, *in.message_id, in.conversation_id);
        return parts.reading.unread_count(me, in.conversation_id);
    });
}

}  // namespace grover::messages
