// Finding messages by their words, in the caller's own chats. Private to domains/messages.
#pragma once

#include "domains/messages/changes_api.hpp"
#include "domains/messages/messages_views.hpp"

namespace grover::messages {

class Search {
public:
    Search(const Ground& ground, const Chats& chats) : ground_(ground), chats_(chats) {}

    Page<FoundMessage> search(const Caller& me, const MessageSearch& in) const;

private:
    struct Query;
    Query query_of(const MessageSearch& in) const;

    const Ground& ground_;
    const Chats& chats_;
};

}  // namespace grover::messages
