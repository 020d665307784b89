// Waiting for a socket: the fiber on a loop, the thread elsewhere. Private to this folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

namespace grover::db {

class SocketWait {
public:
    enum class For : std::uint8_t { reading, writing };

    // `io_context` null: always blocks. The socket stays its owner's, who closes it after this is gone.
    SocketWait(int socket, void* io_context);
    ~SocketWait();
    SocketWait(const SocketWait&) = delete;
    SocketWait& operator=(const SocketWait&) = delete;

    // False: it was not ready by then. Neither cancellation nor the deadline of the fiber ends it: half an answer on a
    // connection would be the next one's.
    bool wait(For what, std::chrono::steady_clock::time_point until);

private:
    struct OnLoop;
    int socket_;
    std::shared_ptr<OnLoop> on_loop_;
};

}  // namespace grover::db
