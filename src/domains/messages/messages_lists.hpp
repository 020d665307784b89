// Lists of chats, the caller's settings of one, and requests from strangers. Private to domains/messages.
#pragma once

#include "domains/messages/chats_api.hpp"
#include "domains/messages/messages_views.hpp"

namespace grover::messages {

class Lists {
public:
    Lists(const Ground& ground, const Chats& chats, const MessageViews& views)
        : ground_(ground), chats_(chats), views_(views) {}

    Page<Conversation> conversations(const Caller& me, const ConversationList& in) const;
    Page<Conversation> requests(const Caller& me, const PageRequest& page) const;
    Page<Conversation> groups(db::Read& tx, const Caller& me, const PageRequest& page) const;
    Conversation get(const Caller& me, const ChatId& chat) const;
    Conversation change(const Caller& me, const ChatSettings& in) const;
    MessageText clear(const Caller& me, const ChatId& chat) const;
    RequestAnswer accept(const Caller& me, const ChatId& chat) const;
    RequestAnswer decline(const Caller& me, const ChatId& chat) const;

    ForwardRecipients recipients(const Caller& me, const ForwardRecipientList& in, std::string& next) const;

private:
    enum class Kinds : std::uint8_t { direct, groups, both };
    Page<ListedChat> rows(db::Read& tx, const UserId& me, Kinds kinds, ChatFolder folder,
                          const PageRequest& page) const;
    Page<Conversation> page(const Caller& me, Kinds kinds, ChatFolder folder, const PageRequest& page) const;
    SeenChat require_request(db::Write& tx, const UserId& me, const ChatId& chat) const;

    const Ground& ground_;
    const Chats& chats_;
    const MessageViews& views_;
};

}  // namespace grover::messages
