// Token buckets of system.md §7, kept as GCRA: one number for each (key, class), the time at which the bucket would be full
// again (ATM Forum TM 4.0 §4.4.2; the same arithmetic as a bucket refilled evenly). No locks: a fixed table of atomics, where
// a full bucket needs no entry, so an old entry may be overwritten without anybody noticing.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "platform/api/route.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/function_ref.hpp"

namespace grover::api {

// Rates and bursts by class for R requests per minute.
struct BucketSize {
    double per_minute;
    double burst;
};
BucketSize bucket_size(RateClass limit, int requests_per_minute);

struct Verdict {
    bool allowed = true;
    std::int64_t limit = 0;
    std::int64_t remaining = 0;
    std::int64_t reset_seconds = 0;        // until the bucket is full again
    std::int64_t retry_after_seconds = 0;  // when refused, at least 1
};

// Several nodes may share their buckets: each tells now and then what was taken from a bucket here, and hears when it would be
// full counting what all took (shared_limits.hpp). In between, and while nobody can be told, a node limits alone.
class RateLimiter {
public:
    // `entries` is rounded up to a power of two; 24 bytes each. Nodes that share have one `shared_seed`.
    RateLimiter(const Clock& clock, int requests_per_minute, std::size_t entries = 1 << 16,
                std::optional<std::uint64_t> shared_seed = {});

    // Takes one token of the class's bucket and one of `general`; either empty: refused, and nothing is taken. Answers for the
    // tighter of the two. With `per_minute` also one of a bucket of `name` that holds so many. Any thread.
    Verdict take(RateClass limit, std::string_view key, std::string_view name = {}, int per_minute = 0);
    // What take() took of the same, for a request that was refused after all.
    void give_back(RateClass limit, std::string_view key, std::string_view name = {}, int per_minute = 0);
    // One token of the class's bucket alone.
    Verdict take_one(RateClass limit, std::string_view key);
    void give_back_one(RateClass limit, std::string_view key);
    // Takes tokens of a bucket that belongs to no class; false: it has not so many. One size for each key.
    bool take(std::string_view key, BucketSize size, std::int64_t tokens = 1);

    // Calls f(bucket, what was taken since the last time, in microseconds of refilling). One thread at a time.
    void tell(FunctionRef<void(std::uint64_t, std::int64_t)> f);
    // The bucket is full at that time or later. No effect when it was forgotten here.
    void hear(std::uint64_t bucket, std::int64_t full_at);

private:
    struct Bucket {
        std::int64_t interval_us;  // between tokens
        std::int64_t burst_us;     // burst × interval
        std::int64_t limit;
    };
    struct Slot {
        std::atomic<std::uint64_t> key{0};
        std::atomic<std::int64_t> full_at{0};
        std::atomic<std::int64_t> untold{0};
    };

    static constexpr std::size_t kMostBuckets = 3;  // that one request takes from

    Slot* find(std::uint64_t hash);
    Slot& slot_of(std::uint64_t hash, std::int64_t now);
    struct Wanted {
        std::uint64_t slot;
        Bucket bucket;
    };
    static Bucket bucket_of(BucketSize size);
    Wanted of_class(RateClass limit, std::string_view key) const;
    std::span<const Wanted> wanted_by(RateClass limit, std::string_view key, std::string_view name,
                                      int per_minute, std::array<Wanted, kMostBuckets>& held) const;
    Verdict take_each(std::span<const Wanted> wanted);
    void give_back_each(std::span<const Wanted> wanted);

    const Clock& clock_;
    Bucket buckets_[static_cast<std::size_t>(RateClass::count)];
    std::size_t mask_;
    std::unique_ptr<Slot[]> slots_;
    std::uint64_t seed_;
    const bool is_shared_;
};

}  // namespace grover::api
