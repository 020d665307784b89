// What a session has while its transport is polling.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "platform/realtime/out_queue.hpp"
#include "platform/realtime/websocket.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::realtime {

// A GET that waits for packets. The session's thread fills it in and notifies once; the request's fiber reads it then.
struct Poll {
    runtime::Signal ready;
    std::string body;
};

struct Polling {
    std::string id;
    OutQueue queue;
    std::shared_ptr<Poll> poll;
    bool posting = false;
    // The WebSocket that wants to take over.
    std::unique_ptr<WebSocket> probe;
    std::int64_t probe_by = 0;
    bool probed = false;         // it has been answered 3probe
    unsigned noops_at_once = 0;  // GETs since then that were answered with nothing
};

}  // namespace grover::realtime
