// Messages that are sent at the same time share a transaction on PostgreSQL: statements, round trips and the commit are
// paid for once. (SQLite's writer does it for everything that is written.) Private to domains/messages.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domains/messages/chats_store.hpp"
#include "domains/messages/messages_store.hpp"

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
    // Socket that sends it, and hears it wherever it is.
    std::optional<std::string> socket_id;
};

struct Sent {
    MessageRow row;
    ChatRow chat;
    bool is_new = true;  // false: the client's id was sent before, this is that message
};

// Both outlive the sending.
struct Order {
    const Caller& me;
    const Outgoing& out;
};

class Gathering {
public:
    using SendAll = std::function<std::vector<Sent>(db::Write& tx, std::span<const Order> orders)>;
    Gathering(db::Database& db, SendAll send_all) : db_(db), send_all_(std::move(send_all)) {}

    // Returns when the message is on disk. Throws what its own sending alone would throw. Any thread.
    Sent send(const Caller& me, const Outgoing& out);

private:
    struct Waiter;

    bool gathers(const Outgoing& out) const;
    Sent send_alone(const Order& order);
    void work();
    std::vector<Waiter*> take();
    void send_together(std::span<Waiter* const> waiters);

    db::Database& db_;
    const SendAll send_all_;

    std::mutex mutex_;
    std::deque<Waiter*> waiting_;
    int working_ = 0;  // fibers that send
};

}  // namespace grover::messages
