#include "platform/sentry/rate_limits.hpp"

#include <doctest/doctest.h>

#include "testing/stopped_clock.hpp"

using namespace grover;
using namespace grover::sentry;
using namespace std::chrono_literals;

namespace {

struct World {
    testing::StoppedClock clock;
    RateLimits limits;

    void hear(int status, std::string_view header, std::string_view retry_after = {}) {
        limits.hear(status, header, retry_after, clock.now());
    }
    bool forbids(Category category = Category::error) const { return limits.forbid(category, clock.now()); }
    bool ends_after(std::chrono::seconds wait) {
        clock.advance(wait - 1us);
        const bool still = forbids();
        clock.advance(1us);
        return still && !forbids();
    }
};

}  // namespace

TEST_CASE("each category waits for its own time, and the later end wins") {
    World w;
    w.hear(200, " 60 : transaction : key , 2700:default;error;security:organization:quota:more");
    CHECK(w.forbids());
    CHECK(w.forbids(Category::transaction));
    CHECK_FALSE(w.forbids(Category::session));
    w.hear(200, "10:error:key");
    w.clock.advance(60s);
    CHECK_FALSE(w.forbids(Category::transaction));
    CHECK(w.ends_after(2640s));
}

TEST_CASE("no category means all of them") {
    World w;
    w.hear(429, "5::organization", "3600");
    for (const auto category :
         {Category::error, Category::transaction, Category::profile, Category::session, Category::attachment})
        CHECK(w.forbids(category));
    CHECK(w.ends_after(5s));
}

TEST_CASE("what is not understood is ignored") {
    World w;
    for (const auto* header : {"x:error:key", "-5:error", ":", ",,,", "60", "60:unknown;also_unknown:key",
                               "1e9:error", "99999999999999999999:error"}) {
        CAPTURE(header);
        w.hear(200, header);
        // "60" has no categories: all.
        CHECK(w.forbids() == (std::string_view(header) == "60"));
        w.clock.advance(60s);
    }
    w.hear(200, "");
    w.hear(503, "");
    CHECK_FALSE(w.forbids());
}

TEST_CASE("429 without the header waits as Retry-After says, or a minute") {
    World w;
    w.hear(429, "", "7");
    CHECK(w.ends_after(7s));
    w.hear(429, "", "");
    CHECK(w.ends_after(60s));
    w.hear(429, "", "soon");
    CHECK(w.ends_after(60s));
    World dated;
    dated.clock.advance(655ms);  // 10:11:13
    dated.hear(429, "", "Sat, 24 Jan 2026 10:11:43 GMT");
    CHECK(dated.ends_after(30s));
}
