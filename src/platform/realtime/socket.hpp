// One client's connection to one namespace.
//
// Lives on one loop's thread and is used there only; Namespace reaches sockets from everywhere. Holding a SocketPtr keeps
// the object, not the connection: after it has ended, everything here does nothing.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/realtime/handshake.hpp"
#include "platform/realtime/packet.hpp"
#include "platform/realtime/reason.hpp"

namespace grover::realtime {

class Client;
class Namespace;
class Rooms;
struct Room;

// An event to send. Views are read during the call.
struct Outgoing {
    std::string_view name;
    // The arguments as JSON, with commas between them: `{"a":1}` or `1,"two"`; may be empty.
    std::string_view arguments;
    // What `{"_placeholder":true,"num":i}` in the arguments stands for.
    std::vector<std::string_view> attachments{};
};

// What a client answered to an event.
struct Answer {
    std::string arguments;  // a JSON array
    std::vector<std::string> attachments;
};

// What an application keeps with a socket.
struct SocketData {
    virtual ~SocketData() = default;
};

class Socket {
public:
    Socket(Client& client, Namespace& nsp, std::string id);
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    // Another one than the session's of Engine.IO, and no secret. Names node and thread: id.hpp.
    std::string_view id() const { return id_; }
    Namespace& nsp() const { return *namespace_; }
    bool connected() const { return client_ != nullptr; }
    TransportKind transport() const;
    // Waiting to be sent, of the whole connection.
    std::size_t queued_bytes() const;

    void emit(const Outgoing& event, Delivery delivery = Delivery::durable);
    void send(const PacketPtr& packet, Delivery delivery = Delivery::durable);
    // Emits, and waits for the client's answer; nothing if it does not come in time or the connection ends. In a fiber.
    std::optional<Answer> ask(const Outgoing& event, std::chrono::milliseconds patience);

    // False if it was (or was not) in the room already.
    bool join(std::string_view room);
    bool leave(std::string_view room);
    void leave_all();
    bool is_in(std::string_view room) const;
    std::size_t room_count() const { return memberships_.size(); }
    std::vector<std::string> rooms() const;

    // Packet 41: the client does not come back by itself.
    void disconnect();
    // Ends the whole connection: the client reconnects.
    void close(Reason reason = Reason::server_closed);

    std::unique_ptr<SocketData> data;

private:
    friend class Client;
    friend class Rooms;
    friend void intrusive_ptr_add_ref(Socket* socket) { ++socket->references_; }
    friend void intrusive_ptr_release(Socket* socket) {
        if (--socket->references_ == 0) delete socket;
    }

    struct Membership {
        Room* room;
        std::uint32_t index;  // of this socket among its members
    };
    struct Asked;

    Rooms& rooms_here() const;
    void on_ack(std::uint64_t id, Answer answer);
    void end_asking();

    Client* client_;  // null when the connection has ended
    Namespace* namespace_;
    boost::intrusive_ptr<Socket> next_;  // of the same client
    std::vector<Membership> memberships_;
    std::unique_ptr<Asked> asked_;  // events that wait for an answer
    std::string id_;
    std::uint64_t key_ = 0;
    std::uint32_t index_ = 0;  // among all of its namespace on this thread
    std::uint32_t references_ = 0;
    std::uint32_t seen_ = 0;  // number of the last walk over several rooms that passed here
    bool announced_ = false;  // on_connected was called: on_disconnected will be
};

using SocketPtr = boost::intrusive_ptr<Socket>;

}  // namespace grover::realtime
