// The thread of a bus: what waits to be published, and the loop that connects again. Private to this folder.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "platform/bus/bus.hpp"

namespace grover::bus {

class Worker : public Bus {
public:
    ~Worker() override;
    void start(Receive receive) override;
    void stop() override;
    void publish(std::string message) override;
    bool is_up() const override { return up_.load(std::memory_order_relaxed); }

protected:
    Worker();

    // Connects, says up(), and serves until stopping() or until the connection is lost. On the bus's thread; may throw.
    virtual void serve() = 0;

    void up() { up_.store(true, std::memory_order_relaxed); }
    bool stopping() const { return stopping_.load(std::memory_order_relaxed); }
    // What waits, all of it.
    std::vector<std::string> take_outgoing();
    // Returns when one of the sockets is readable, something is to be published, or after a while.
    void wait_for(int socket);
    void receive(std::string_view message) { receive_(message); }

private:
    void work();

    Receive receive_;
    std::atomic<bool> up_{false};
    std::atomic<bool> stopping_{false};
    int wake_;  // eventfd
    std::mutex mutex_;
    std::vector<std::string> outgoing_;
    std::thread thread_;
};

}  // namespace grover::bus
