// What clients send over sockets: the rules of the endpoints, by the same code.
#include "domains/messages/messages_sockets.hpp"

#include "domains/messages/messages_parts.hpp"
#include "domains/messages/messages_socket_events.hpp"
#include "domains/messages/messages_typing.hpp"

namespace grover::messages {
namespace {

using events::room_of;
using sockets::Hub;
using sockets::Socket;

}  // namespace

void add_messages_sockets(sockets::Sockets& table, Hub& hub, MessagesService& messages) {
    auto& parts = messages.parts();
    const auto typing = std::make_shared<Typists>(hub, parts);

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
