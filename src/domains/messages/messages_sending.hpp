// The one way in which anything is sent, by REST or by socket, to one or to a group (messages.md S1 to S11). Private to
// domains/messages.
#pragma once

#include <optional>
#include <string>

#include "domains/messages/messages_api.hpp"
#include "domains/messages/messages_views.hpp"

namespace grover::messages {

// What is to be sent, and where to: one of the three.
struct Outgoing {
    std::optional<UserId> receiver_id;
    std::optional<ChatId> conversation_id;
    std::optional<GroupId> group_id;
    // Type, content and what hangs on it; the rest is filled in while sending.
    MessageRow row;
    // Its files are shared with this message instead of being attached.
    std::optional<MessageId> forwards;
};

struct Sent {
    MessageRow row;
    ChatRow chat;
    bool is_new = true;  // false: the client's id was sent before, this is that message
};

class Sending {
public:
    Sending(const Ground& ground, const Chats& chats, const MessageViews& views)
        : ground_(ground), chats_(chats), views_(views) {}

    SendAnswer text(const Caller& me, const SendTarget& target, const TextInput& in) const;
    SendAnswer post(const Caller& me, const MessageSendPost& in) const;
    SendAnswer voice(const Caller& me, MessageSendVoice& in) const;
    SendAnswer video(const Caller& me, MessageSendVideo& in) const;
    SendAnswer gif(const Caller& me, const MessageSendGif& in) const;

    // In the caller's transaction. Throws as S2 to S8 say.
    Sent send(db::Write& tx, const Caller& me, const Outgoing& out) const;
    // Text of a socket: without a view.
    Sent send_text(const Caller& me, const SendTarget& target, const TextInput& in) const;
    void say(db::Write& tx, const ChatId& chat, const UserId& actor, const std::string& text) const;

private:
    std::optional<MediaId> take(const Caller& me, std::optional<http::UploadedFile>& file,
                                const std::optional<std::string>& text, const media::Use& use,
                                const std::string& field) const;
    SendAnswer deliver(const Caller& me, const Outgoing& out, std::string_view sentence) const;
    ChatRow open_chat(db::Write& tx, const Caller& me, const Outgoing& out, Time now,
                      std::vector<UserId>& cut_off, std::optional<Standing>& standing,
                      bool& is_request) const;
    bool settle_request(db::Write& tx, const UserId& me, const users::Reach& other,
                        const ChatRow& chat) const;
    void require_quotable(db::Read& tx, const UserId& me, const MessageId& quoted, const ChatRow& chat) const;
    void tell(db::Write& tx, const Sent& sent, const std::vector<Noted>& noted, bool is_forward) const;

    const Ground& ground_;
    const Chats& chats_;
    const MessageViews& views_;
};

}  // namespace grover::messages
