// What MessagesService is made of, for the files of this folder.
#pragma once

#include "domains/messages/messages_account.hpp"
#include "domains/messages/messages_changes.hpp"
#include "domains/messages/messages_forwards.hpp"
#include "domains/messages/messages_groups.hpp"
#include "domains/messages/messages_lists.hpp"
#include "domains/messages/messages_reading.hpp"
#include "domains/messages/messages_search.hpp"
#include "domains/messages/messages_sending.hpp"

namespace grover::messages {

struct MessagesService::Parts {
    explicit Parts(const Ground& made) : ground(made) {}

    Ground ground;
    Chats chats{ground};
    MessageViews views{ground};
    Sending sending{ground, chats, views};
    Reading reading{ground, chats, views};
    Changes changes{ground, chats, views};
    Lists lists{ground, chats, views};
    Forwards forwards{ground, chats, sending};
    Search search{ground, chats};
    GroupChatsOfStore groups{ground, sending, reading, lists, views};
    MessagesEraser eraser{ground};
    MessagesExport exporter{ground};
};

}  // namespace grover::messages
