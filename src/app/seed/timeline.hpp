// When the members write: in bursts, by their own clock, more of them every week.
#pragma once

#include <vector>

#include "app/seed/community.hpp"

namespace grover::seed {

struct Moment {
    Time at;
    MemberIndex author;
};

// `posts` moments in order, all between community.begin and community.now.
std::vector<Moment> make_timeline(const SeedOptions& options, const Community& community);

}  // namespace grover::seed
