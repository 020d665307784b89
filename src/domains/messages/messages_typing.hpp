// Who types where: what typists' sockets say of it, and what each node shows its own members. Private to domains/messages.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domains/messages/messages_parts.hpp"
#include "platform/api/rate_limit.hpp"
#include "platform/sockets/hub.hpp"
#include "platform/sockets/socket.hpp"

namespace grover::messages {

// What the node of a typist tells all nodes.
struct TypingSignal {
    static constexpr std::string_view name = "typing";
    ChatId conversation_id;
    UserId user_id;
    std::string user_name;
    bool is_typing = false;
    std::vector<UserId> except_users;  // members in a block with the typist
    static constexpr auto fields = Pack{
        field("conversation_id", &TypingSignal::conversation_id),
        field("user_id", &TypingSignal::user_id),
        field("user_name", &TypingSignal::user_name),
        field("is_typing", &TypingSignal::is_typing),
        field("except_users", &TypingSignal::except_users),
    };
};

// What is shown on this node, from whichever node it came. A node that showed somebody typing sees to its end: the
// typist's node may be gone. Any thread; waits for nothing.
class TypingBoard : public std::enable_shared_from_this<TypingBoard> {
public:
    // The hub outlives it.
    explicit TypingBoard(sockets::Hub& hub) : hub_(hub) {}

    void hear(const TypingSignal& signal);

private:
    using Key = std::pair<ChatId, UserId>;
    struct Shown {
        TypingSignal last;
        bool is_on = false;
        Time ends_at;
        Time quiet_until;  // for "on"
    };

    bool begin(const TypingSignal& signal, const Key& key);
    void end(Shown& shown);
    void say(const TypingSignal& signal);
    void look_after(std::chrono::milliseconds delay, const Key& key);
    void look(const Key& key);

    sockets::Hub& hub_;
    std::mutex mutex_;
    // Each has one that looks at it again, and goes when that finds nothing left to do.
    std::map<Key, Shown> shown_;
};

// The typist's side. A socket in the room has proved that it may; others are looked up.
class Typists {
public:
    Typists(sockets::Hub& hub, MessagesService::Parts& parts);

    void on(const Caller& me, sockets::Socket& socket, const ChatId& chat);
    void off(const Caller& me, sockets::Socket& socket, const ChatId& chat);

private:
    void require(const Caller& me, const sockets::Socket& socket, const ChatId& chat);
    void tell(const UserId& user, const ChatId& chat, bool is_typing);

    sockets::Hub& hub_;
    MessagesService::Parts& parts_;
    api::RateLimiter relays_;
};

}  // namespace grover::messages
