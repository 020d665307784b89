#include "platform/api/rate_limit.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "platform/base/id.hpp"

namespace grover::api {
namespace {

constexpr std::size_t kWays = 4;

std::uint64_t mix(std::uint64_t h, std::string_view text) {
    // FNV-1a from a secret start: keys are user ids and addresses, and nobody may aim at somebody else's slot.
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    h ^= h >> 32;
    h *= 0x9E3779B97F4A7C15ULL;
    return h ^ (h >> 29);
}

}  // namespace

BucketSize bucket_size(RateClass limit, int requests_per_minute) {
    const double r = requests_per_minute;
    switch (limit) {
        case RateClass::auth:
            return {r / 6, r};
        case RateClass::search:
            return {r, 5 * r};
        case RateClass::write:
            return {r / 2, 5 * r};
        case RateClass::upload:
            return {r / 6, r};
        case RateClass::money:
            return {r / 10, r};
        case RateClass::push:
            return {r / 10, r / 2};
        case RateClass::export_:
            return {1.0 / (24 * 60), 3};
        default:
            return {r, 10 * r};
    }
}

RateLimiter::RateLimiter(const Clock& clock, int requests_per_minute, std::size_t entries,
                         std::optional<std::uint64_t> shared_seed)
    : clock_(clock),
      mask_(std::bit_ceil(entries) - 1),
      slots_(new Slot[mask_ + 1]),
      seed_(shared_seed.value_or(0)),
      is_shared_(shared_seed.has_value()) {
    if (!is_shared_) fill_random(&seed_, sizeof seed_);
    for (std::size_t i = 0; i < std::size(buckets_); ++i) {
        buckets_[i] = bucket_of(bucket_size(static_cast<RateClass>(i), requests_per_minute));
    }
}

RateLimiter::Bucket RateLimiter::bucket_of(BucketSize size) {
    const double interval = 60e6 / std::max(size.per_minute, 1e-6);
    const double burst = std::max(1.0, size.burst);
    return {static_cast<std::int64_t>(interval), static_cast<std::int64_t>(interval * burst),
            static_cast<std::int64_t>(burst)};
}

RateLimiter::Slot* RateLimiter::find(std::uint64_t hash) {
    const std::size_t start = hash & mask_ & ~(kWays - 1);
    for (std::size_t i = 0; i < kWays; ++i) {
        Slot& slot = slots_[start + i];
        if (slot.key.load(std::memory_order_relaxed) == hash) return &slot;
    }
    return nullptr;
}

RateLimiter::Slot& RateLimiter::slot_of(std::uint64_t hash, std::int64_t now) {
    if (Slot* known = find(hash)) return *known;
    const std::size_t start = hash & mask_ & ~(kWays - 1);
    Slot* oldest = &slots_[start];
    for (std::size_t i = 0; i < kWays; ++i) {
        Slot& slot = slots_[start + i];
        if (slot.full_at.load(std::memory_order_relaxed) < oldest->full_at.load(std::memory_order_relaxed))
            oldest = &slot;
    }
    // The one that is full again soonest loses least by being forgotten.
    oldest->full_at.store(now, std::memory_order_relaxed);
    oldest->untold.store(0, std::memory_order_relaxed);
    oldest->key.store(hash, std::memory_order_relaxed);
    return *oldest;
}

bool RateLimiter::take(std::string_view key, BucketSize size, std::int64_t tokens) {
    const auto now = clock_.now().us;
    const auto interval = static_cast<std::int64_t>(60e6 / size.per_minute * static_cast<double>(tokens));
    const auto burst = static_cast<std::int64_t>(60e6 / size.per_minute * size.burst);
    auto& full_at = slot_of(mix(seed_ + static_cast<std::uint64_t>(RateClass::count), key) | 1, now).full_at;
    auto known = full_at.load(std::memory_order_relaxed);
    do {
        if (std::max(known, now) + interval - now > burst) return false;
    } while (
        !full_at.compare_exchange_weak(known, std::max(known, now) + interval, std::memory_order_relaxed));
    return true;
}

RateLimiter::Wanted RateLimiter::of_class(RateClass limit, std::string_view key) const {
    const auto index = static_cast<std::size_t>(limit);
    return {mix(seed_ + index, key) | 1, buckets_[index]};
}

std::span<const RateLimiter::Wanted> RateLimiter::wanted_by(RateClass limit, std::string_view key,
                                                            std::string_view name, int per_minute,
                                                            std::array<Wanted, kMostBuckets>& held) const {
    std::size_t count = 0;
    if (!has_bucket(limit)) return {};
    if (per_minute > 0) {
        // The name is part of the start of the hash, so that no key can be mistaken for another name and key.
        const auto start = mix(seed_ + static_cast<std::uint64_t>(RateClass::count), name);
        held[count++] = {mix(start, key) | 1, bucket_of({.per_minute = static_cast<double>(per_minute),
                                                         .burst = static_cast<double>(per_minute)})};
    }
    if (limit != RateClass::general) held[count++] = of_class(limit, key);
    held[count++] = of_class(RateClass::general, key);
    return std::span(held).first(count);
}

Verdict RateLimiter::take(RateClass limit, std::string_view key, std::string_view name, int per_minute) {
    if (!has_bucket(limit)) return {};
    std::array<Wanted, kMostBuckets> held;
    return take_each(wanted_by(limit, key, name, per_minute, held));
}

void RateLimiter::give_back(RateClass limit, std::string_view key, std::string_view name, int per_minute) {
    std::array<Wanted, kMostBuckets> held;
    give_back_each(wanted_by(limit, key, name, per_minute, held));
}

Verdict RateLimiter::take_one(RateClass limit, std::string_view key) {
    return take_each(std::array{of_class(limit, key)});
}

void RateLimiter::give_back_one(RateClass limit, std::string_view key) {
    give_back_each(std::array{of_class(limit, key)});
}

Verdict RateLimiter::take_each(std::span<const Wanted> wanted) {
    const auto now = clock_.now().us;
    std::array<Slot*, kMostBuckets> slots{};
    Verdict tightest;
    tightest.remaining = INT64_MAX;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto& bucket = wanted[i].bucket;
        slots[i] = &slot_of(wanted[i].slot, now);
        const auto full_at = std::max(slots[i]->full_at.load(std::memory_order_relaxed), now);
        const auto after = full_at + bucket.interval_us;
        Verdict verdict;
        verdict.limit = bucket.limit;
        verdict.allowed = after - now <= bucket.burst_us;
        verdict.remaining = std::max<std::int64_t>(0, (bucket.burst_us - (after - now)) / bucket.interval_us);
        verdict.reset_seconds = (after - now + 999'999) / 1'000'000;
        if (!verdict.allowed) {
            verdict.remaining = 0;
            verdict.retry_after_seconds =
                std::max<std::int64_t>(1, (after - now - bucket.burst_us + 999'999) / 1'000'000);
            return verdict;
        }
        if (verdict.remaining < tightest.remaining) tightest = verdict;
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto& bucket = wanted[i].bucket;
        auto full_at = slots[i]->full_at.load(std::memory_order_relaxed);
        while (!slots[i]->full_at.compare_exchange_weak(full_at, std::max(full_at, now) + bucket.interval_us,
                                                        std::memory_order_relaxed)) {
        }
        if (is_shared_) slots[i]->untold.fetch_add(bucket.interval_us, std::memory_order_relaxed);
    }
    return tightest;
}

// A slot that was forgotten meanwhile counts as full, and has nothing to get back.
void RateLimiter::give_back_each(std::span<const Wanted> wanted) {
    for (const auto& [hash, bucket] : wanted) {
        Slot* slot = find(hash);
        if (slot == nullptr) continue;
        slot->full_at.fetch_sub(bucket.interval_us, std::memory_order_relaxed);
        if (is_shared_) slot->untold.fetch_sub(bucket.interval_us, std::memory_order_relaxed);
    }
}

void RateLimiter::tell(FunctionRef<void(std::uint64_t, std::int64_t)> f) {
    for (std::size_t i = 0; i <= mask_; ++i) {
        Slot& slot = slots_[i];
        if (slot.untold.load(std::memory_order_relaxed) == 0) continue;
        const auto key = slot.key.load(std::memory_order_relaxed);
        f(key, slot.untold.exchange(0, std::memory_order_relaxed));
    }
}

void RateLimiter::hear(std::uint64_t bucket, std::int64_t full_at) {
    Slot* slot = find(bucket);
    if (slot == nullptr) return;
    auto known = slot->full_at.load(std::memory_order_relaxed);
    while (known < full_at &&
           !slot->full_at.compare_exchange_weak(known, full_at, std::memory_order_relaxed)) {
    }
}

}  // namespace grover::api
