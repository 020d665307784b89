// The way out: what domains send to sockets (contract/realtime.md §5..§9).
//
// Durable events need nothing but a listener: each node hears each domain event in the order of commits and emits to its
// own members (design of realtime.md §9; the outbox is the durable path).
//
//     events.on_every_node<MessageSent>("messages.sockets", [&](const MessageSent& event) {
//         const auto room = Room::conversation(event.conversation_id.view());
//         if (!hub.has_members(room)) return;                 // nobody here: read nothing
//         hub.emit(room, view_of(event), {.except_user = event.sender_id});
//     });
//
// So are rights that are lost: the listener calls remove() on each node. What may be lost (typing, presence, viewers) goes
// through broadcast() to the members of all nodes.
//
// One hub for each process; it outlives the listeners. Any thread, except where it says "in a fiber".
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/sockets/event.hpp"
#include "platform/sockets/room.hpp"
#include "platform/wire/json_in.hpp"

namespace grover::db {
class Read;
}

namespace grover::sockets {

// Who of a room is meant.
struct Delivery {
    UserId only_user{};                  // nobody but sockets of this user
    UserId except_user{};                // no socket of this user
    std::vector<UserId> except_users{};  // nor of these
    std::string except_socket{};         // not this one (Socket::id())
    std::string
        also_socket{};  // this one too, even if it is not in the room; only_user does not hold it back
    bool may_be_lost =
        false;  // dropped first for a client that does not keep up; what is broadcast always is
};

class Hub {
public:
    virtual ~Hub() = default;

    // ---- this node -------------------------------------------------------------------------------------------------
    // Whether somebody on this node is in the room. May rarely say yes for an empty one; never no for a member.
    virtual bool has_members(const Room& room) const = 0;
    // Whether no user has a socket on this node: then there is nobody to tell anything.
    virtual bool is_empty() const = 0;
    // The users in the room on this node, each once, ascending. In a fiber.
    virtual std::vector<UserId> members(const Room& room) = 0;
    // The rooms that sockets of this user are in on this node, without the user's own, each once. In a fiber.
    virtual std::vector<Room> rooms_of(const UserId& user) = 0;
    // All rooms of this node with that prefix ("post_") that have members. In a fiber; for rare changes of rights.
    virtual std::vector<Room> rooms(std::string_view prefix) = 0;

    // To the members on this node, in the order of the calls of one thread or fiber. Written once, shared by all.
    template <Outgoing E>
    void emit(const Room& room, const E& event, const Delivery& delivery = {}) {
        emit_json(room, E::name, payload_of(event), delivery);
    }
    // The same under a name that the struct does not carry: a view that REST answers with.
    template <wire::Described T>
    void emit_as(std::string_view name, const Room& room, const T& payload, const Delivery& delivery = {}) {
        emit_json(room, name, payload_of(payload), delivery);
    }
    template <Outgoing E>
    void emit_user(const UserId& user, const E& event) {
        emit(Room::user(user), event);
    }
    // `payload` is one JSON value.
    virtual void emit_json(const Room& room, std::string_view name, std::string payload,
                           const Delivery& delivery) = 0;

    // Sockets of this user (or all) leave the room. On this node; call it from a listener on every node.
    virtual void remove(const Room& room, const UserId& user) = 0;
    virtual void clear(const Room& room) = 0;

    // What waits under this key on sockets of this user (Socket::later) runs now. On this node; call it from a listener on
    // every node.
    virtual void finish(const UserId& user, std::string_view key) = 0;

    // Runs `f` in a fiber of this process after `delay`. Lost at the end of the process.
    virtual void after(std::chrono::milliseconds delay, std::function<void()> f) = 0;
    virtual const Clock& clock() const = 0;

    // ---- all nodes -------------------------------------------------------------------------------------------------
    // To the members on all nodes, at most once. Payloads over 7,000 bytes stay on this node.
    template <Outgoing E>
    void broadcast(const Room& room, const E& event, const Delivery& delivery = {}) {
        broadcast_json(room, E::name, payload_of(event), delivery);
    }
    virtual void broadcast_json(const Room& room, std::string_view name, std::string payload,
                                const Delivery& delivery) = 0;

    // What no socket hears as it is: each node, this one too, does with it what it registered by on_told(), at most once.
    // Payloads over 7,000 bytes stay on this node.
    template <Outgoing E>
    void tell_nodes(const E& event) {
        tell_nodes_json(E::name, payload_of(event));
    }
    virtual void tell_nodes_json(std::string_view name, std::string payload) = 0;
    // One for each name, before the first is told. `f` is called on the thread that tells or, for what other nodes tell, on the
    // one that listens to all of them: it waits for nothing.
    template <Outgoing E>
    void on_told(std::function<void(const E&)> f) {
        on_told_json(E::name, [f = std::move(f)](std::string_view payload) { f(wire::read<E>(payload)); });
    }
    virtual void on_told_json(std::string_view name, std::function<void(std::string_view payload)> f) = 0;

    // The users in a conversation's room on any node, ascending: who has that chat open. In a fiber, outside transactions.
    std::vector<UserId> members_anywhere(const Room& room) {
        return members_anywhere(std::vector<Room>{room}).front();
    }
    // For each room, in order.
    virtual std::vector<std::vector<UserId>> members_anywhere(const std::vector<Room>& rooms) = 0;
    // Those of `users` that have a live socket on any node, ascending. In a fiber, outside transactions.
    virtual std::vector<UserId> connected_anywhere(const std::vector<UserId>& users) = 0;
    // The same for a transaction that must know: asks the store only about those that have none on this node.
    virtual std::vector<UserId> connected(db::Read& tx, const std::vector<UserId>& users) const = 0;
};

}  // namespace grover::sockets
