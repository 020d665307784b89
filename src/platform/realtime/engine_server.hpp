// Engine.IO 4: sessions over polling and WebSocket, their handshakes, upgrades and heartbeats. Knows nothing of what the
// messages mean; Socket.IO (server.hpp) is one application of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "platform/http/message.hpp"
#include "platform/realtime/options.hpp"
#include "platform/realtime/packet.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::realtime {

class IoThread;
class Session;
struct EngineState;

// What a session's client may be waited for, each with a time of its own.
enum class Deadline : std::uint8_t { connect, attachments };

// The application's side of one session. Called on the session's thread, outside fibers.
class SessionUser {
public:
    virtual ~SessionUser() = default;
    // The view lives until the call returns.
    virtual void on_message(std::string_view data, bool binary) = 0;
    // The time given to Session::set_deadline has come.
    virtual void on_deadline(Deadline) {}
    // Once, last: the session must not be used any more.
    virtual void on_closed(Reason reason) = 0;
    // Has more to do than it should be given: its client is left waiting.
    virtual bool is_busy() const { return false; }
};

class EngineApplication {
public:
    virtual ~EngineApplication() = default;
    // On the session's thread, outside fibers.
    virtual std::shared_ptr<SessionUser> on_open(Session& session, std::unique_ptr<Handshake> handshake) = 0;
};

// Where a request goes whose session lives on another node; see adapter.hpp.
class Forwarder {
public:
    virtual ~Forwarder() = default;
    virtual bool forward(std::string_view node, http::Exchange& exchange) = 0;
};

class EngineServer {
public:
    EngineServer(runtime::Loops& loops, const ServerOptions& options, EngineApplication& application,
                 Gate* gate, Forwarder* forwarder, Observer* observer);
    ~EngineServer();

    bool takes(std::string_view path) const;
    void handle(http::Exchange& exchange);
    std::size_t sessions(TransportKind transport) const;
    const ServerOptions& options() const;
    // Which of its threads calls; -1: another one.
    int here() const;
    void drain(std::chrono::milliseconds limit);

private:
    void open(http::Exchange& exchange, bool websocket);
    void handle_known(http::Exchange& exchange, const std::string& sid, bool websocket);
    void join(http::Exchange& exchange, IoThread& home, const std::string& sid);
    void poll(http::Exchange& exchange, IoThread& home, const std::string& sid);
    void post(http::Exchange& exchange, IoThread& home, const std::string& sid);

    std::unique_ptr<EngineState> state_;
};

}  // namespace grover::realtime
