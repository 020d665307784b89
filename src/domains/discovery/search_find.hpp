// From a query to hits, in memory: clauses for the segments, and the rules of typos and phrases around them.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/discovery/search_api.hpp"
#include "domains/discovery/search_index.hpp"
#include "domains/discovery/search_position.hpp"
#include "domains/discovery/search_viewer.hpp"
#include "platform/search/query.hpp"

namespace grover::discovery {

// One list of results that is asked for.
struct SearchRequest {
    const search::Query& query;
    search::Order order = search::Order::relevance;
    Time now;
    std::optional<SearchPosition> position;
    std::size_t wanted = 20;  // hits, skipped ones included
    std::size_t limit = 20;   // fewer results than this allow typos
    std::chrono::steady_clock::time_point deadline;

    Time as_of() const { return position ? position->as_of : now; }
};

struct SearchResult {
    std::vector<search::Hit> hits;  // in order
    int total = 0;                  // of the whole list, up to 1,000
    bool with_typos = false;
    bool is_partial = false;
};

class SearchFinder {
public:
    SearchFinder(const SearchSnapshot& snapshot, const SearchViewer& viewer)
        : snapshot_(snapshot), viewer_(viewer) {}

    // Throws 422 for a filter that cannot be read. `filters` may be null.
    SearchResult posts(db::Read& tx, const SearchRequest& request, const SearchFilters* filters) const;
    SearchResult users(db::Read& tx, const SearchRequest& request,
                       FunctionRef<std::int64_t(const UserId&)> mutual_followers) const;
    // The query with the words that the reader finds nowhere replaced by likely ones of what was found.
    std::optional<std::string> suggestion(std::string_view typed, const search::Query& query,
                                          std::vector<search::Hit> found) const;

private:
    // Numbers of authors, and what posts by them are worth.
    using Authors = std::vector<std::pair<std::uint32_t, search::Weight>>;
    // Which of the hits hold every phrase of the query.
    using Verify = FunctionRef<std::vector<bool>(std::span<const search::Hit> hits)>;

    // Nothing: no post can meet it.
    std::optional<std::vector<search::Clause>> post_clauses(const search::Query& query,
                                                            const std::vector<Authors>& of_phrases,
                                                            const SearchFilters* filters, bool typos) const;
    std::optional<std::uint32_t> author_called(const std::string& username) const;
    std::vector<search::Hit> people_called(std::vector<search::Clause> words) const;
    Authors authors_matching(const search::Clause& word) const;
    Authors authors_called(db::Read& tx, const std::vector<std::string>& phrase) const;
    SearchResult find_posts(db::Read& tx, const SearchRequest& request,
                            const std::vector<search::Clause>& clauses,
                            const std::vector<Authors>& of_phrases, const PostFilter& filter) const;
    static void keep_verified(const SearchRequest& request, SearchResult& result, Verify verify);
    bool occurs(const std::string& word) const;
    bool is_shown(const search::Segment& users, std::uint32_t document) const;

    const SearchSnapshot& snapshot_;
    const SearchViewer& viewer_;
};

// Whether the query is this username and nothing else.
bool asks_for_username(const search::Query& query, std::string_view username);

// The part of the filters that posts are asked one by one. Throws 422.
PostFilter post_filter_of(const SearchFilters& filters);

}  // namespace grover::discovery
