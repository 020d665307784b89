// The one way in which anything is sent, by REST or by socket, to one or to a group (messages.md S1 to S11). Private to
// domains/messages.
#pragma once

#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/messages/messages_api.hpp"
#include "domains/messages/messages_gathering.hpp"
#include "domains/messages/messages_views.hpp"

namespace grover::messages {

class Sending {
public:
    Sending(const Ground& ground, const Chats& chats, const MessageViews& views)
        : ground_(ground), chats_(chats), views_(views) {}

    SendAnswer text(const Caller& me, const SendTarget& target, const TextInput& in) const;
    SendAnswer post(const Caller& me, const MessageSendPost& in) const;
    SendAnswer voice(const Caller& me, MessageSendVoice& in) const;
    SendAnswer video(const Caller& me, MessageSendVideo& in) const;
    SendAnswer gif(const Caller& me, const MessageSendGif& in) const;

    // In the caller's transaction, one or several, each by another sender to another chat. Throws as S2 to S8 say, what the
    // first one to be refused deserves.
    std::vector<Sent> send_all(db::Write& tx, std::span<const Order> orders) const;
    // Text of a socket: without a view. The socket hears it with the room, by its event.
    Sent send_text(const Caller& me, const SendTarget& target, const TextInput& in,
                   std::string_view socket_id) const;
    // In a transaction of its own, or of several that are sent at once.
    Sent commit(const Caller& me, const Outgoing& out) const;
    // Throws 403 "Email not verified". Sockets and forwards come here too, where no route says what needs it.
    static void require_verified(const Caller& me);
    void say(db::Write& tx, const ChatId& chat, const UserId& actor, const std::string& text) const;

private:
    struct Draft;
    using Drafts = std::list<Draft>;

    SendAnswer deliver(const Caller& me, const Outgoing& out, std::string_view sentence) const;

    std::optional<Sent> first_answer(db::Read& tx, const Order& order, Time now) const;
    void require_shown_post(db::Read& tx, const Order& order) const;
    ChatId chat_of(db::Write& tx, Draft& draft, Time now) const;
    void open_chats(db::Write& tx, Drafts& drafts, Time now) const;
    void require_rights(db::Write& tx, Drafts& drafts) const;
    bool settle_request(db::Write& tx, const UserId& me, const users::Reach& other,
                        const ChatRow& chat) const;
    void require_quotable(db::Read& tx, const UserId& me, const MessageId& quoted, const ChatRow& chat) const;
    void mark_delivered(db::Read& tx, Drafts& drafts) const;
    void write_down(db::Write& tx, Drafts& drafts) const;
    void tell(db::Write& tx, const Sent& sent, const std::vector<Noted>& noted, const Outgoing& out) const;

    const Ground& ground_;
    const Chats& chats_;
    const MessageViews& views_;
    mutable Gathering gathering_{
        ground_.db, [this](db::Write& tx, std::span<const Order> orders) { return send_all(tx, orders); }};
};

}  // namespace grover::messages
