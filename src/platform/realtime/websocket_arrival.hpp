// What becomes of a connection once its client has been told that it is a WebSocket.
#pragma once

#include <memory>
#include <string>

#include "platform/http/upgrade.hpp"
#include "platform/realtime/handshake.hpp"

namespace grover::realtime {

class IoThread;

// It opens a session on this thread. `deflate_window`: Extensions::deflate_window.
std::unique_ptr<http::UpgradeHandler> open_on_arrival(IoThread& thread, std::unique_ptr<Handshake> handshake,
                                                      int deflate_window);
// It joins the polling session `id`, on whose thread it goes on.
std::unique_ptr<http::UpgradeHandler> join_on_arrival(IoThread& home, std::string id, int deflate_window);

}  // namespace grover::realtime
