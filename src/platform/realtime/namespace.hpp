// All sockets of one namespace on this node, by rooms. Any thread, also inside fibers: nothing here waits.
//
// A call reaches the sockets of the calling thread before it returns, those of other threads soon. What one thread calls
// arrives everywhere in the order of the calls.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/realtime/application.hpp"

namespace grover::realtime {

class Rooms;
struct ServerState;

// Which sockets: those in any of the rooms (none named: all), each once, without the excepted ones.
struct Audience {
    std::vector<std::string> rooms;
    std::vector<std::string> except_rooms;
    std::vector<std::string> except_sockets;  // ids
    // Asked for each of them, on its thread, by several threads at a time; empty: all.
    std::function<bool(const Socket&)> filter;

    static Audience room(std::string_view name) { return {{std::string(name)}, {}, {}, {}}; }
};

class Namespace {
public:
    Namespace(ServerState& server, std::string name, Application& application);
    ~Namespace();
    Namespace(const Namespace&) = delete;
    Namespace& operator=(const Namespace&) = delete;

    const std::string& name() const { return name_; }
    Application& application() const { return application_; }

    // Encodes an event for sockets of this namespace.
    PacketPtr encode(const Outgoing& event) const;

    // To the sockets of this node.
    void emit(const Audience& audience, const Outgoing& event, Delivery delivery = Delivery::durable);
    void send(const Audience& audience, const PacketPtr& packet, Delivery delivery = Delivery::durable);
    // Also to those of other nodes, through the adapter, at most once. A filter is not possible here.
    void emit_everywhere(const Audience& audience, const Outgoing& event);

    // Runs `f` for each of these sockets on its thread, not in a fiber, where it may join, leave, emit, disconnect.
    void for_each(const Audience& audience, std::function<void(Socket&)> f);
    // The same for one socket; nothing happens when it is not connected to this node.
    void with(std::string_view socket_id, std::function<void(Socket&)> f);

    // True if a socket of this node is in the room; rarely also when none is.
    bool has_members(std::string_view room) const;

private:
    friend class Client;
    friend class Socket;

    Rooms& here() const;
    // On each thread that may have such sockets: at once on this one.
    template <class F>
    void on_threads(const Audience& audience, F f);

    ServerState& server_;
    std::string name_;
    Application& application_;
    std::vector<std::unique_ptr<Rooms>> rooms_;  // of each thread
};

}  // namespace grover::realtime
