// The message endpoints.
#include "domains/messages/messages_parts.hpp"
#include "platform/api/api.hpp"

namespace grover::messages {

void add_messages_api(Api& api, MessagesService& messages) {
    auto& parts = messages.parts();
    api.on<MessageSend>([&](const Caller& me, const MessageSend& in) {
        return parts.sending.text(me, {in.receiver_id, in.conversation_id, in.group_id}, in);
    });
    api.on<MessageSendToUser>([&](const Caller& me, const MessageSendToUser& in) {
        return parts.sending.text(me, {.receiver_id = in.user_id, .conversation_id = {}, .group_id = {}}, in);
    });
    api.on<MessageSendToChat>([&](const Caller& me, const MessageSendToChat& in) {
        return parts.sending.text(
            me, {.receiver_id = {}, .conversation_id = in.conversation_id, .group_id = {}}, in);
    });
    api.on<MessageSendPost>(
        [&](const Caller& me, const MessageSendPost& in) { return parts.sending.post(me, in); });
    api.on<MessageSendVoice>(
        [&](const Caller& me, MessageSendVoice& in) { return parts.sending.voice(me, in); });
    api.on<MessageSendVideo>(
        [&](const Caller& me, MessageSendVideo& in) { return parts.sending.video(me, in); });
    api.on<MessageSendGif>(
        [&](const Caller& me, const MessageSendGif& in) { return parts.sending.gif(me, in); });
    api.on<MessageForward>(
        [&](const Caller& me, const MessageForward& in) { return parts.forwards.forward(me, in); });
    api.on<ForwardRecipientList>([&](const Caller& me, const ForwardRecipientList& in, api::Reply&) {
        std::string next;
        return api::WithNext<ForwardRecipients>{parts.lists.recipients(me, in, next), std::move(next)};
    });

    api.on<ConversationList>(
        [&](const Caller& me, const ConversationList& in) { return parts.lists.conversations(me, in); });
    api.on<RequestList>(
        [&](const Caller& me, const RequestList& in) { return parts.lists.requests(me, in.page); });
    api.on<RequestAccept>([&](const Caller& me, const RequestAccept& in) {
        return parts.lists.accept(me, in.conversation_id);
    });
    api.on<RequestDecline>([&](const Caller& me, const RequestDecline& in) {
        return parts.lists.decline(me, in.conversation_id);
    });
    api.on<ChatGet>(
        [&](const Caller& me, const ChatGet& in) { return parts.lists.get(me, in.conversation_id); });
    api.on<ChatSettings>(
        [&](const Caller& me, const ChatSettings& in) { return parts.lists.change(me, in); });
    api.on<ChatClear>(
        [&](const Caller& me, const ChatClear& in) { return parts.lists.clear(me, in.conversation_id); });

    api.on<ChatWithUser>([&](const Caller& me, const ChatWithUser& in) {
        std::string next;
        auto page = parts.reading.with_user(me, in, next);
        return api::WithNext<ChatPage>{std::move(page), std::move(next)};
    });
    api.on<ChatMessages>(
        [&](const Caller& me, const ChatMessages& in) { return parts.reading.of_chat(me, in); });
    api.on<ChatReadAll>([&](const Caller& me, const ChatReadAll& in) {
        return parts.reading.read_all(me, in.conversation_id);
    });
    api.on<MessageReadOne>([&](const Caller& me, const MessageReadOne& in) {
        return parts.reading.read_one(me, in.message_id);
    });
    api.on<ChatUnreadCount>([&](const Caller& me, const ChatUnreadCount& in) {
        return parts.reading.unread_count(me, in.conversation_id);
    });
    api.on<UnreadTotalGet>(
        [&](const Caller& me, const UnreadTotalGet&) { return parts.reading.unread_total(me); });
    api.on<MessageSearch>(
        [&](const Caller& me, const MessageSearch& in) { return parts.search.search(me, in); });

    api.on<MessageEdit>([&](const Caller& me, const MessageEdit& in) { return parts.changes.edit(me, in); });
    api.on<MessageDelete>(
        [&](const Caller& me, const MessageDelete& in) { return parts.changes.remove(me, in); });
    api.on<MessageHistory>(
        [&](const Caller& me, const MessageHistory& in) { return parts.changes.history(me, in.message_id); });
    api.on<MessageReact>(
        [&](const Caller& me, const MessageReact& in) { return parts.changes.react(me, in); });
    api.on<MessageUnreact>(
        [&](const Caller& me, const MessageUnreact& in) { return parts.changes.unreact(me, in); });
    api.on<MessageReactions>([&](const Caller& me, const MessageReactions& in) {
        return parts.changes.reactions(me, in.message_id);
    });
}

}  // namespace grover::messages
