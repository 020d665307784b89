// Chats over sockets: what clients may send, and what they hear (contract/messages.md "Real-time").
#pragma once

#include <string>

#include "domains/messages/messages.hpp"
#include "platform/sockets/hub.hpp"
#include "platform/sockets/sockets.hpp"

namespace grover::jobs {
class Events;
}

namespace grover::messages {

// For `delivered`.
class OnlineByHub final : public OnlineUsers {
public:
    explicit OnlineByHub(const sockets::Hub& hub) : hub_(hub) {}
    std::vector<UserId> online(db::Read& tx, const std::vector<UserId>& users) const override {
        return hub_.connected(tx, users);
    }

private:
    const sockets::Hub& hub_;
};

// What clients send. All outlive the table.
void add_messages_sockets(sockets::Sockets& sockets, sockets::Hub& hub, MessagesService& messages);
// What they hear. `base_url`: of links in payloads.
void tell_messages_to_sockets(jobs::Events& events, sockets::Hub& hub, MessagesService& messages,
                              const std::string& base_url);

}  // namespace grover::messages
