// All of Socket.IO on one Engine.IO session: takes its packets apart and brings them to the application, one after the
// other. On the session's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/function_ref.hpp"
#include "platform/realtime/session.hpp"
#include "platform/realtime/socket.hpp"
#include "platform/realtime/socket_codec.hpp"

namespace grover::realtime {

struct ServerState;

class Client final : public SessionUser, public std::enable_shared_from_this<Client> {
public:
    Client(ServerState& server, Session& session, std::unique_ptr<Handshake> handshake);
    ~Client() override;

    // SessionUser.
    void on_message(std::string_view data, bool binary) override;
    void on_deadline(Deadline deadline) override;
    void on_closed(Reason reason) override;
    bool is_busy() const override;

    // Null when it has ended.
    Session* session() const { return session_; }
    void prefetch_session() const { __builtin_prefetch(session_); }
    void prefetch_queue() const {
        if (session_ != nullptr) session_->prefetch_queue();
    }
    void send(const PacketPtr& packet, Delivery delivery = Delivery::durable);
    // Takes a socket out of everything; the application hears of it when it is not doing something else.
    void detach(Socket& socket, Reason reason);

private:
    struct Incoming {
        std::string text;
        std::vector<std::string> attachments;
    };
    struct Unfinished;
    struct Work;

    void begin_packet(std::string_view text, const SocketPacket& packet);
    void add_attachment(std::string_view data);
    void wait_for_attachments();
    void complete(Incoming incoming);
    void on_ack(const SocketPacket& packet, Incoming& incoming) const;
    void fail(Reason reason);

    void begin(Incoming first);
    void run(Incoming first);
    bool next(Incoming& incoming);
    void say_goodbyes();
    void handle(const Incoming& incoming);
    void handle_connect(const SocketPacket& packet);
    void handle_event(const SocketPacket& packet, const Incoming& incoming);
    void call(FunctionRef<void()> f);
    Socket* find(std::string_view nsp) const;
    bool forgets_handshake() const;

    ServerState& server_;
    Session* session_;
    std::unique_ptr<Handshake> handshake_;  // while it may be needed
    SocketPtr sockets_;
    SocketPtr earlier_;                       // the last one that left, when the handshake is forgotten
    std::unique_ptr<Unfinished> unfinished_;  // waits for its attachments
    std::unique_ptr<Work> work_;              // what has to wait for the handler that runs
    bool running_ = false;
    bool has_begun_ = false;  // CONNECT came
};

}  // namespace grover::realtime
