// Search over posts, users and hashtags (contract/discovery.md §1). What matches and how it is ranked: search_find.hpp; what
// is searched: search_documents.hpp; where it is kept: search_index.hpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "domains/discovery/search_api.hpp"
#include "domains/discovery/search_index.hpp"

namespace grover::discovery {

class SearchViewer;
struct SearchResult;
struct SearchRequest;

class SearchService {
public:
    // What another domain finds for this reader: a JSON array, its next page, how many there are.
    struct Elsewhere {
        std::string json = "[]";
        std::string next;
        std::int64_t total = 0;
    };
    using Search = std::function<Elsewhere(const Caller& me, std::string_view q, const PageRequest& page)>;
    // Before the first request; until then nothing is found there.
    void plug_communities(Search search) { communities_ = std::move(search); }

    // References outlive the service.
    SearchService(db::Database& db, const Clock& clock, users::UsersService& users, posts::PostViews& views,
                  const posts::PostGate& gate, SearchIndex& index)
        : db_(db), clock_(clock), users_(users), views_(views), gate_(gate), index_(index) {}

    SearchPage all(const Caller& me, const SearchAll& in);
    FoundPage<FoundPerson> users(const Caller& me, const SearchUsers& in);
    FoundPage<FoundPost> posts(const Caller& me, const SearchPosts& in);
    // Posts that carry exactly the hashtag, given in stored form.
    FoundPage<posts::Post> posts_of_tag(const Caller& me, std::string_view tag, search::Order order,
                                        const PageRequest& page);

    // The newest posts whose location holds this text.
    FoundPage<posts::Post> posts_at(const Caller& me, const std::string& location, const PageRequest& page);

private:
    struct Written {
        std::string json = "[]";  // an array
        std::string next{};
        int total = 0;
        bool is_partial = false;
        bool with_typos = false;
        std::vector<search::Hit> hits{};                   // what is on the page
        std::shared_ptr<const SearchSnapshot> snapshot{};  // that they point into
        int rounds = 0;

        void begin(const SearchResult& result);
        void leave_out(std::size_t count);
        void end_at(Time as_of);
    };
    struct Asked;
    std::function<bool(const CommunityId&)> reader_of(db::Read& tx, const Caller& me) const;
    Written write_posts(db::Read& tx, const Caller& me, const Asked& asked, const SearchFilters* filters);
    template <class Entry>
    Written write_users(db::Read& tx, const Caller& me, const Asked& asked);
    Written posts_page(const Caller& me, std::string_view q, search::Order order, const PageRequest& page,
                       const SearchFilters* filters);

    db::Database& db_;
    const Clock& clock_;
    users::UsersService& users_;
    posts::PostViews& views_;
    const posts::PostGate& gate_;
    SearchIndex& index_;
    Search communities_;
};

void add_search_api(api::Api& api, SearchService& search);

}  // namespace grover::discovery
