// What a connection becomes after 101 Switching Protocols: the seam between HTTP and WebSocket.
#pragma once

#include <memory>
#include <string>

#include "platform/http/tls.hpp"

namespace grover::http {

// Everything that is left of the connection; the receiver owns it.
struct UpgradedConnection {
    int fd = -1;                      // connected, non-blocking, in no event loop. The receiver closes it
    std::unique_ptr<TlsSession> tls;  // null on a plain connection; else all bytes go through it
    std::string read_ahead;           // what the client sent behind its request
    std::string peer;
    bool https = false;
};

class UpgradeHandler {
public:
    virtual ~UpgradeHandler() = default;
    // On the connection's thread, outside any fiber, after the 101 was written. Not called if the client went
    // away first.
    virtual void taken(UpgradedConnection connection) = 0;
};

}  // namespace grover::http
