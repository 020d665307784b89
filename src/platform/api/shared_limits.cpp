#include "platform/api/shared_limits.hpp"

namespace grover::api {
namespace {

constexpr std::chrono::milliseconds kPeriod{100};
constexpr std::chrono::seconds kPauseWhileAway{5};

}  // namespace

SharedLimits::SharedLimits(RateLimiter& limiter, const Clock& clock, std::unique_ptr<SharedBuckets> buckets)
    : limiter_(limiter), clock_(clock), buckets_(std::move(buckets)), thread_([this] { work(); }) {}

SharedLimits::~SharedLimits() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

bool SharedLimits::share(RateLimiter& limiter, SharedBuckets& buckets, Time now) {
    std::vector<SharedBuckets::Taken> taken;
    limiter.tell([&](std::uint64_t bucket, std::int64_t us) { taken.push_back({bucket, us}); });
    if (taken.empty()) return true;
    const auto full_at = buckets.add(taken, now);
    if (full_at.size() != taken.size()) return false;
    for (std::size_t i = 0; i < taken.size(); ++i) limiter.hear(taken[i].bucket, full_at[i]);
    return true;
}

void SharedLimits::work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        const bool reached = share(limiter_, *buckets_, clock_.now());
        lock.lock();
        wake_.wait_for(lock, reached ? std::chrono::milliseconds(kPeriod) : kPauseWhileAway,
                       [this] { return stopping_; });
    }
}

}  // namespace grover::api
