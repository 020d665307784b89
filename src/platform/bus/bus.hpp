// Messages between the nodes of one installation, at most once, in the order of each sender: for what may be lost.
//
// `local`: there are no other nodes. `postgres`: LISTEN/NOTIFY. `redis`: PUBLISH/SUBSCRIBE. A bus that is down drops what
// it is given and tries to come back, waiting 0.1 s, then longer, up to 5 s.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace grover::bus {

class Bus {
public:
    // On the bus's own thread, also for what this node published itself.
    using Receive = std::function<void(std::string_view message)>;

    virtual ~Bus() = default;
    // Once, before anything is published; from now on messages come.
    virtual void start(Receive receive) = 0;
    // Ends receiving; after it nothing is called any more. Not on the bus's thread.
    virtual void stop() = 0;

    // Any thread; never waits. Dropped when the bus is down, when it is over largest(), or when too many wait already.
    virtual void publish(std::string message) = 0;
    virtual std::size_t largest() const = 0;
    virtual bool is_up() const = 0;
    // Returns as soon as is_up() == up, or after `limit`; tells is_up() == up. Blocks the thread.
    virtual bool wait_until(bool up, std::chrono::milliseconds limit) const = 0;
    virtual std::string_view kind() const = 0;  // "local", "postgres", "redis"
};

std::unique_ptr<Bus> local();
// `url` as for the store.
std::unique_ptr<Bus> over_postgres(std::string url);
// redis://[[user]:password@]host[:port][/database]. Throws std::invalid_argument for another.
std::unique_ptr<Bus> over_redis(std::string url);
// Whether a Redis server answers there within a quarter of a second.
bool is_redis_reachable(const std::string& url);

}  // namespace grover::bus
