// Lets the first hundred failures of a kind through in a minute; one event at its end speaks for the rest
// (contract/monitoring.md §2.3). Not synchronised.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "platform/sentry/captured.hpp"

namespace grover::sentry {

class Repeats {
public:
    static constexpr std::uint64_t kShown = 100;
    static constexpr std::chrono::seconds kWindow{60};
    static constexpr std::size_t kMostKinds = 1'000;

    enum class Verdict : std::uint8_t { show, kept, counted };
    // kept: it will be the one that speaks for the rest; counted: it is one of those.
    Verdict see(const Captured& captured, Time now);

    // Those whose minute is over, or all of them.
    std::vector<Captured> take_finished(Time now);
    std::vector<Captured> take_all();

private:
    struct Kind {
        Time since;
        std::uint64_t seen = 0;
        std::optional<Captured> kept;
    };
    template <class Ends>
    std::vector<Captured> take(Ends ends);

    std::unordered_map<std::size_t, Kind> kinds_;
};

}  // namespace grover::sentry
