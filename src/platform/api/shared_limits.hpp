// Rate limits of several nodes (contract/system.md §7): what each takes from its buckets becomes known to all within a tenth of a
// second, through a store that all reach. While it is away each node limits alone.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/api/rate_limit.hpp"

namespace grover::api {

// Where the nodes meet; platform/bus implements it over Redis.
class SharedBuckets {
public:
    struct Taken {
        std::uint64_t bucket;
        std::int64_t us;  // of refilling
    };
    virtual ~SharedBuckets() = default;
    // Adds what was taken to each bucket; when each is full again, in the same order. Nothing: it cannot be reached. Blocks.
    virtual std::vector<std::int64_t> add(const std::vector<Taken>& taken, Time now) = 0;
};

class SharedLimits {
public:
    // References outlive it. A thread of its own asks, so that no request waits.
    SharedLimits(RateLimiter& limiter, const Clock& clock, std::unique_ptr<SharedBuckets> buckets);
    ~SharedLimits();
    SharedLimits(const SharedLimits&) = delete;
    SharedLimits& operator=(const SharedLimits&) = delete;

    // One exchange; false: the store is away.
    static bool share(RateLimiter& limiter, SharedBuckets& buckets, Time now);

private:
    void work();

    RateLimiter& limiter_;
    const Clock& clock_;
    std::unique_ptr<SharedBuckets> buckets_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace grover::api
