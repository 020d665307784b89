// Hashtags: those that begin so, the posts of one, and what is trending (contract/discovery.md §1, §2).
#pragma once

#include <string>

#include "domains/discovery/hashtags_api.hpp"
#include "domains/discovery/search.hpp"

namespace grover::discovery {

class HashtagsService {
public:
    // References outlive the service.
    HashtagsService(SearchIndex& index, SearchService& search) : index_(index), search_(search) {}

    Page<FoundHashtag> beginning_with(const HashtagSearch& in) const;
    FoundPage<posts::Post> posts(const Caller& me, const HashtagPosts& in) const;
    // While the index lacks posts, counts are too low.
    bool is_partial() const;
    api::RawPage<TrendingTag> trending(TrendWindow window, const PageRequest& page) const;

private:
    SearchIndex& index_;
    SearchService& search_;
};

void add_hashtags_api(api::Api& api, HashtagsService& hashtags);

}  // namespace grover::discovery
