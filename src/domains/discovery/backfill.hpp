// Ranks and categories of what is older than they are: step by step, once, in the background. A migration gives the first order
// where there is something to do. Private to domains/discovery.
#pragma once

#include <string>

#include "domains/discovery/discovery.hpp"

namespace grover::discovery {

// One step, and where it begins. Posts go from the newest to the oldest, then people in the order of their ids.
struct Backfill {
    static constexpr std::string_view name = "discovery.backfill";
    std::string before;  // the post that was reached; empty: none
    std::string after;   // the person that was reached
    bool of_people = false;
    static constexpr auto fields = Pack{
        wire::field("before", &Backfill::before),
        wire::field("after", &Backfill::after),
        wire::field("of_people", &Backfill::of_people),
    };
};

// Does one step and orders the next. Changes nothing when it is done again.
void run_backfill(const Backfill& job, const DiscoveryService::Ground& ground,
                  posts::PostWatcher& categories);

}  // namespace grover::discovery
