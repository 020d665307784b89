// What a namespace is for: the application implements this.
//
// Everything is called in a fiber on the socket's thread and may wait. Calls for one client follow each other in the
// order of its packets: the next one begins when the last one has returned. (Answers to Socket::ask do not queue up
// behind them.) What a call throws ends the connection with Reason::handler_failed and is logged; a deadline
// (ServerOptions::handler_timeout) holds for each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/realtime/socket.hpp"
#include "platform/wire/json_in.hpp"

namespace grover::realtime {

// A CONNECT packet and what is answered to it.
class Connect {
public:
    Connect(const Handshake& its_handshake, const Socket* its_earlier, wire::JsonView its_payload,
            std::string_view its_payload_text)
        : handshake(its_handshake),
          earlier(its_earlier),
          payload(its_payload),
          payload_text(its_payload_text) {}

    // The request that opened the connection, for this call. It is forgotten when the client has connected to the only
    // namespace: keep what you need.
    const Handshake& handshake;
    // Null, or this client has been connected before on the same connection, as this one, which has its `data` still.
    // Then the handshake is forgotten: an empty request, without headers and peer.
    const Socket* const earlier;
    const wire::JsonView payload;  // an object, or absent
    const std::string_view payload_text;

    // Answers 44{"message":…,"data":…}; `data` is JSON or empty.
    void refuse(std::string message, std::string data = {}) {
        refusal_.emplace(std::move(message), std::move(data));
    }
    // More members for the answer 40{"sid":…}: `"pid":"…"`.
    std::string answer_members;

    const auto& refusal() const { return refusal_; }

private:
    std::optional<std::pair<std::string, std::string>> refusal_;
};

// The answer that the client of an event may have asked for. May outlive the handler; on its thread.
class Ack {
public:
    Ack() = default;
    Ack(SocketPtr socket, std::uint64_t id) : socket_(std::move(socket)), id_(id) {}

    bool wanted() const { return socket_ != nullptr; }
    // Arguments as in Outgoing. Sent once: later calls do nothing.
    void answer(std::string_view arguments, const std::vector<std::string_view>& attachments = {});

private:
    SocketPtr socket_;  // null: not wanted, or given
    std::uint64_t id_ = 0;
};

struct Event {
    std::string_view name;
    wire::JsonView array;        // all of it: the name, then the arguments
    std::string_view arguments;  // the text of the arguments, as Outgoing takes it
    // In the order of their numbers; see Application::takes_binary.
    std::span<const std::string> attachments;
    Ack ack;
};

class Application {
public:
    virtual ~Application() = default;

    // Who is it, and may they? Not refusing accepts. Rooms and emissions belong into on_connected.
    virtual void on_connect(Socket& socket, Connect& connect) = 0;
    // The client has been told its id: what is emitted from here on follows that.
    virtual void on_connected(Socket& socket) = 0;
    virtual void on_event(Socket& socket, Event& event) = 0;
    // Exactly once after on_connected; it has left its rooms.
    virtual void on_disconnected(Socket& socket, Reason reason) = 0;

    // False: what attachments hold is not kept while a packet comes in. Events and answers have as many, all empty.
    virtual bool takes_binary() const { return true; }
};

}  // namespace grover::realtime
