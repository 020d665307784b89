// The thread of a bus: what waits to be published, and the loop that connects again. Private to this folder.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
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
    bool wait_until(bool up, std::chrono::milliseconds limit) const override;

protected:
    Worker();

    // Connects, says up(), and serves until stopping() or until the connection is lost. On the bus's thread; may throw.
    virtual void serve() = 0;

    void up() { set_up(true); }
    bool stopping() const { return stopping_.load(std::memory_order_relaxed); }
    // What waits, all of it.
    std::vector<std::string> take_outgoing();
    // Returns when one of the sockets is readable, something is to be published, or after a while.
    void wait_for(int socket);
    void receive(std::string_view message) { receive_(message); }

private:
    void work();
    bool set_up(bool up);  // what it was

    Receive receive_;
    std::atomic<bool> up_{false};
    std::atomic<bool> stopping_{false};
    int wake_;  // eventfd
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;  // up_
    std::vector<std::string> outgoing_;
    std::thread thread_;
};

}  // namespace grover::bus
