// What DiscoveryService is made of, for the files of this folder.
#pragma once

#include "domains/discovery/categories.hpp"
#include "domains/discovery/discovery_api.hpp"
#include "domains/discovery/for_you.hpp"

namespace grover::discovery {

// What everybody's answer of GET /discover/trending is made from.
struct TrendingList {
    Window window = Window::day;
    std::vector<PostId> posts;  // more than are shown: some are not for every reader

    bool operator==(const TrendingList&) const = default;
};

struct RisingPerson {
    RankedGrowth growth;
    double engagement_rate = 0;

    bool operator==(const RisingPerson&) const = default;
};

struct DiscoveryService::Parts {
    Parts(const Ground& given, const Options& options)
        : ground(given),
          ranks(given.db, given.clock, given.users),
          seen(given.db, given.clock),
          recommended({given.db, given.clock, given.users, given.views, given.feed}, seen,
                      options.keeps_copies),
          category_sums({"discovery:categories"}, options.keeps_copies),
          trending({kRanksKey}, options.keeps_copies),
          rising({kRanksKey}, options.keeps_copies),
          creators({kRanksKey}, options.keeps_copies) {}

    TrendingList trending_list(db::Read& tx, std::string_view base_url) const;
    std::vector<RisingPerson> rising_people(db::Read& tx, std::string_view base_url) const;

    Ground ground;
    Ranks ranks;
    SeenPosts seen;
    ForYou recommended;
    Copies<std::string> category_sums;  // the answer
    Copies<TrendingList> trending;
    Copies<std::vector<RisingPerson>> rising;
    Copies<std::vector<RankedCreator>> creators;
};

}  // namespace grover::discovery
