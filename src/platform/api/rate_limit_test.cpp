#include <doctest/doctest.h>

#include <map>

#include "platform/api/shared_limits.hpp"
#include "testing/stopped_clock.hpp"

using namespace grover;
using namespace grover::api;
using testing::StoppedClock;

namespace {

// The arithmetic of the real one, in a map.
class Meeting final : public SharedBuckets {
public:
    explicit Meeting(std::map<std::uint64_t, std::int64_t>& buckets, const bool& away)
        : buckets_(buckets), away_(away) {}
    std::vector<std::int64_t> add(const std::vector<Taken>& taken, Time now) override {
        std::vector<std::int64_t> out;
        if (away_) return out;
        for (const auto& [bucket, us] : taken) {
            auto& full_at = buckets_[bucket];
            full_at = std::max(full_at, now.us) + us;
            out.push_back(full_at);
        }
        return out;
    }

private:
    std::map<std::uint64_t, std::int64_t>& buckets_;
    const bool& away_;
};

int allowed(RateLimiter& limiter, int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += limiter.take(RateClass::write, "user_a").allowed;
    return count;
}

}  // namespace

TEST_CASE("a burst is allowed, then as much as refills") {
    StoppedClock clock;
    RateLimiter limiter(clock, 60);
    CHECK(allowed(limiter, 400) == 300);
    const auto refused = limiter.take(RateClass::write, "user_a");
    CHECK_FALSE(refused.allowed);
    CHECK(refused.retry_after_seconds == 2);
    clock.advance(std::chrono::seconds{60});
    CHECK(allowed(limiter, 400) == 30);
    CHECK(limiter.take(RateClass::write, "user_b").allowed);
}

TEST_CASE("a bucket of no class gives as many tokens at once as it has") {
    StoppedClock clock;
    RateLimiter limiter(clock, 60);
    constexpr BucketSize day{.per_minute = 1, .burst = 1'440};
    CHECK(limiter.take("ada", day, 1'000));
    CHECK_FALSE(limiter.take("ada", day, 441));
    CHECK(limiter.take("ada", day, 440));
    CHECK(limiter.take("bob", day, 1'440));
    clock.advance(std::chrono::hours{1});
    CHECK_FALSE(limiter.take("ada", day, 61));
    CHECK(limiter.take("ada", day, 60));
}

TEST_CASE(
    "nodes that share their buckets let no more through together than one alone, and each goes on alone") {
    StoppedClock clock;
    bool away = false;
    std::map<std::uint64_t, std::int64_t> buckets;
    Meeting meeting(buckets, away);
    RateLimiter one(clock, 60, 1 << 10, 7), other(clock, 60, 1 << 10, 7);
    const auto share = [&] {
        const bool reached = SharedLimits::share(one, meeting, clock.now());
        return SharedLimits::share(other, meeting, clock.now()) && reached;
    };
    CHECK(allowed(one, 200) == 200);
    CHECK(share());
    // The other hears of a bucket when it takes from it.
    CHECK(allowed(other, 1) == 1);
    CHECK(share());
    CHECK(allowed(other, 200) == 99);
    CHECK(share());
    CHECK(allowed(one, 10) == 10);  // until it is told
    CHECK(share());
    CHECK(allowed(one, 10) == 0);

    away = true;
    clock.advance(std::chrono::hours{1});
    CHECK(allowed(one, 400) == 300);
    CHECK_FALSE(share());
    CHECK(allowed(other, 400) == 300);
}

TEST_CASE("what is given back can be taken again, here and by other nodes") {
    StoppedClock clock;
    const bool away = false;
    std::map<std::uint64_t, std::int64_t> buckets;
    Meeting meeting(buckets, away);
    RateLimiter one(clock, 60, 1 << 10, 7), other(clock, 60, 1 << 10, 7);
    CHECK(allowed(one, 300) == 300);
    CHECK(SharedLimits::share(one, meeting, clock.now()));
    for (int i = 0; i < 10; ++i) one.give_back(RateClass::write, "user_a");
    one.give_back(RateClass::write, "user_b");  // who took nothing
    CHECK(allowed(other, 1) == 1);
    CHECK(SharedLimits::share(one, meeting, clock.now()));
    CHECK(SharedLimits::share(other, meeting, clock.now()));
    CHECK(allowed(other, 20) == 9);

    const auto take = [&] { return one.take(RateClass::general, "user_c", "rare", 1).allowed; };
    CHECK(take());
    CHECK_FALSE(take());
    one.give_back(RateClass::general, "user_c", "rare", 1);
    CHECK(take());
}

TEST_CASE("classes without a bucket are never refused") {
    StoppedClock clock;
    RateLimiter limiter(clock, 1);
    for (const auto limit : {RateClass::exempt, RateClass::own}) {
        for (int i = 0; i < 100; ++i) CHECK(limiter.take(limit, "user_a").allowed);
    }
    CHECK(limiter.take(RateClass::general, "user_a").remaining == 9);
}
