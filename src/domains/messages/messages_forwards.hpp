// Handing a message on. Private to domains/messages.
#pragma once

#include "domains/messages/messages_sending.hpp"

namespace grover::messages {

class Forwards {
public:
    Forwards(const Ground& ground, const Chats& chats, const Sending& sending)
        : ground_(ground), chats_(chats), sending_(sending) {}

    ForwardAnswer forward(const Caller& me, const MessageForward& in) const;

    // Throws 404 for what the caller cannot see, 400 for what nobody hands on.
    MessageRow get_original(db::Read& tx, const Caller& me, const MessageId& id) const;
    static UserId first_author(const MessageRow& original);

private:
    const Ground& ground_;
    const Chats& chats_;
    const Sending& sending_;
};

}  // namespace grover::messages
