// Finding messages by their words, in the caller's own chats. Private to domains/messages.
#pragma once

#include "domains/messages/changes_api.hpp"
#include "domains/messages/messages_views.hpp"

namespace grover::messages {

class Search {
public:
    // `at_once`: so many messages of each chat are looked through for one page. A page may be short for that, and another one
    // follow.
    Search(const Ground& ground, const Chats& chats, int at_once = 5'000)
        : ground_(ground), chats_(chats), at_once_(at_once) {}

    Page<FoundMessage> search(const Caller& me, const MessageSearch& in) const;

private:
    struct Query;
    Query query_of(const MessageSearch& in) const;

    const Ground& ground_;
    const Chats& chats_;
    const int at_once_;
};

}  // namespace grover::messages
