// The transport: listeners, connections, HTTP/1.1, TLS, deadlines, compression, draining. Knows no route and
// no user. contract/system.md §2 "Sizes", "Timeouts", "Compression", "Shutdown".
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/http/message.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::http {

// What the transport calls. Both run on the connection's thread.
class Handler {
public:
    virtual ~Handler() = default;

    // Called before a fiber is started, for answers that never wait (health, static errors): true when it
    // answered.
    virtual bool answer_at_once(const RequestHead& request, Response& response) = 0;
    // Called in a fiber with a deadline. Must not throw; what it leaves in response() is sent.
    virtual void handle(Exchange& exchange) = 0;
    // A refusal by the transport itself (400, 408, 413, 414, 431, 503): fills in the body and headers of
    // every error. Of a request that could not be read, `request` has a few headers and nothing else (salvage()).
    virtual void refuse(const RequestHead& request, int status, std::string_view detail,
                        Response& response) = 0;
};

struct ServerOptions {
    std::string host = "0.0.0.0";
    std::uint16_t port = 8001;  // 0: any free port (tests)
    std::string tls_cert_file;  // both or neither
    std::string tls_key_file;
    std::size_t max_target = 8 * 1024;    // 414
    std::size_t max_headers = 32 * 1024;  // 431
    std::chrono::seconds header_timeout{10};
    std::chrono::seconds idle_timeout{75};
    std::chrono::seconds slow_body_grace{30};  // then at least 1 KiB/s
    std::chrono::seconds handler_timeout{25};
    // Of all threads. One more takes the place of one that has waited for a request for a second, or is closed at once.
    std::size_t max_connections = 15'000;
    std::chrono::milliseconds sweep_period{500};  // how often the time limits are looked at
    // What they are measured by; tests move it. Called by any thread. Empty: the steady clock.
    std::function<runtime::Steady::time_point()> now;
};

class Server {
public:
    // Binds at once (throws std::runtime_error with a sentence saying what to do); serves when the loops run.
    // Destroy it when they no longer do, and before them.
    Server(runtime::Loops& loops, Handler& handler, ServerOptions options);
    ~Server();

    std::uint16_t port() const;
    std::size_t connections() const;

    // Accepts for a while longer; then stops, closes idle connections and lets running requests finish, at
    // most `limit`, after which they are cancelled. Returns when all connections are gone. Not on a loop's
    // thread, and while the loops run.
    void drain(std::chrono::seconds accept_for, std::chrono::seconds limit);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace grover::http
