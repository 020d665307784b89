// What the tests of this folder share: a stopped clock, an event, a job.
#pragma once

#include <string>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/jobs/background.hpp"
#include "platform/wire/fields.hpp"
#include "testing/database.hpp"

namespace grover {

struct StoppedClock final : Clock {
    Time now() const override { return time; }
    Time time{1'769'249'472'000'000};
};

struct Said {
    static constexpr std::string_view name = "test.said";
    std::string text;
    static constexpr auto fields = Pack{wire::field("text", &Said::text)};
};

struct Shouted {
    static constexpr std::string_view name = "test.shouted";
    std::string text;
    static constexpr auto fields = Pack{wire::field("text", &Shouted::text)};
};

struct Print {
    static constexpr std::string_view name = "test.print";
    std::string text;
    static constexpr auto fields = Pack{wire::field("text", &Print::text)};
};

template <class E>
void publish(db::Database& database, const std::string& text) {
    database.write([&](db::Write& tx) { tx.publish(E{text}); });
}

using Texts = std::vector<std::string>;

}  // namespace grover
