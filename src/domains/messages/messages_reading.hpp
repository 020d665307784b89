// Pages of a chat, and what was read. Private to domains/messages.
#pragma once

#include "domains/messages/chats_api.hpp"
#include "domains/messages/messages_views.hpp"

namespace grover::messages {

class Reading {
public:
    Reading(const Ground& ground, const Chats& chats, const MessageViews& views)
        : ground_(ground), chats_(chats), views_(views) {}

    // `next`: where the older page starts; empty on the last one.
    ChatPage with_user(const Caller& me, const ChatWithUser& in, std::string& next) const;
    Page<Message> of_chat(const Caller& me, const ChatMessages& in) const;
    Page<Message> of_group(const Caller& me, const ChatId& chat, const PageRequest& page,
                           bool mark_read) const;

    ReadAllAnswer read_all(const Caller& me, const ChatId& chat) const;
    // `in_chat`: 404 for a message of another one.
    ReadOneAnswer read_one(const Caller& me, const MessageId& message,
                           const std::optional<ChatId>& in_chat = std::nullopt) const;
    UnreadCount unread_count(const Caller& me, const ChatId& chat) const;
    UnreadTotal unread_total(const Caller& me) const;

private:
    struct Rows;
    Rows rows_of(db::Read& tx, const UserId& me, const SeenChat& seen, const PageRequest& page) const;
    Page<Message> page_of(const Caller& me, const ChatId& chat, const PageRequest& page,
                          bool mark_read) const;
    // Everything up to now. How many messages became read.
    std::int64_t mark(db::Write& tx, const UserId& me, const SeenChat& seen) const;
    void deliver(db::Write& tx, const UserId& me, const Standing& chat) const;

    const Ground& ground_;
    const Chats& chats_;
    const MessageViews& views_;
};

}  // namespace grover::messages
