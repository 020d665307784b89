// What DiscoveryService is made of, for the files of this folder.
#pragma once

#include "domains/discovery/categories.hpp"
#include "domains/discovery/discovery_api.hpp"
#include "domains/discovery/for_you.hpp"

namespace grover::discovery {

// How far a list was read.
struct PostsRead {
    RankedPost last = kBestPost;
    int rows = 0;
    bool ended = false;

    bool operator==(const PostsRead&) const = default;
};
struct PeopleRead {
    bool are_new = true;  // then come those that are not
    PersonPlace last{};
    int rows = 0;
    bool ended = false;

    bool operator==(const PeopleRead&) const = default;
};

// What everybody's answer of GET /discover/trending is made from: more than is shown, because some of it is not for every
// reader, and where more of it is.
struct TrendingList {
    Window window = Window::day;
    std::vector<PostId> posts;
    PostsRead read;

    bool operator==(const TrendingList&) const = default;
};

struct RisingList {
    std::vector<RankedGrowth> people;
    std::vector<double> rates;  // engagement, of the first ones
    PeopleRead read;

    bool operator==(const RisingList&) const = default;
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

    // Some more of public accounts, at least so many; fewer only when there are no more.
    std::vector<PostId> more_posts(db::Read& tx, std::string_view base_url, Window window, PostsRead& read,
                                   std::size_t wanted) const;
    std::vector<RankedGrowth> more_people(db::Read& tx, std::string_view base_url, PeopleRead& read,
                                          std::size_t wanted) const;
    TrendingList trending_list(db::Read& tx, std::string_view base_url) const;
    double engagement_rate(db::Read& tx, const RankedGrowth& person) const;
    RisingList rising_list(db::Read& tx, std::string_view base_url) const;
    std::string rising_creators(db::Read& tx, const Caller& me);

    Ground ground;
    Ranks ranks;
    SeenPosts seen;
    ForYou recommended;
    Copies<std::string> category_sums;  // the answer
    Copies<TrendingList> trending;
    Copies<RisingList> rising;
    Copies<std::vector<RankedCreator>> creators;
};

}  // namespace grover::discovery
