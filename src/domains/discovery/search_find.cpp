#include "domains/discovery/search_find.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_set>

#include "domains/discovery/search_documents.hpp"
#include "platform/search/typos.hpp"
#include "platform/text/hashtags.hpp"
#include "platform/text/time_format.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/words.hpp"

namespace grover::discovery {
namespace {

using search::Clause;
using search::Collector;

// People whose name fits a word, as authors of posts: the best ones.
constexpr std::size_t kMostAuthors = 500;
// Posts that are looked at word by word for a phrase.
constexpr std::size_t kMostVerified = 2'000;
constexpr std::size_t kVerifiedAtOnce = 200;
// An exact username comes first, whatever the others are worth.
constexpr double kExact = 1e9;
constexpr double kOfMutualFollower = 1.1;
constexpr std::int64_t kMostMutualFollowers = 5;

Clause word_clause(const std::string& word, const search::Weights& weights, bool typos) {
    Clause clause;
    clause.word = word;
    clause.weights = weights;
    clause.prefix = clause.inside = true;
    clause.typos = typos;
    return clause;
}

Clause exact_clause(const std::string& word, const search::Weights& weights) {
    Clause clause;
    clause.word = word;
    clause.weights = weights;
    return clause;
}

Clause scored(Clause clause) {
    clause.scored = true;
    return clause;
}

Error bad_filter(std::string_view name, std::string msg) {
    return invalid_input({"query", std::string(name)}, std::move(msg));
}

// The first microsecond of a time or a day, or the first behind it. A time is a whole millisecond: that is how posts show theirs.
std::int64_t time_of(std::string_view name, const std::string& text, bool is_end) {
    constexpr std::int64_t kMillisecond = 1'000;
    const auto trimmed = text::trim(text);
    if (const auto time = text::parse_time(trimmed))
        return is_end ? (time->us / kMillisecond + 1) * kMillisecond : time->us;
    const auto day =
        trimmed.size() == 10 ? text::parse_time(std::string(trimmed) + "T00:00:00Z") : std::nullopt;
    if (!day) throw bad_filter(name, "Input should be a time or a date (YYYY-MM-DD)");
    return day->us + (is_end ? 86'400'000'000 : 0);
}

bool may_have_typos(const search::Query& query) {
    return std::ranges::any_of(query.words, [](const auto& word) {
        return search::allowed_typos(text::count_code_points(word)) > 0;
    });
}

// Whether the query is one word or one @username and nothing else.
bool is_one_name(const search::Query& query) {
    return query.words.size() + query.mentions.size() == 1 && query.phrases.empty() && query.tags.empty() &&
           query.authors.empty();
}

const std::string& the_name(const search::Query& query) {
    return query.words.empty() ? query.mentions[0] : query.words[0];
}

}  // namespace

bool asks_for_username(const search::Query& query, std::string_view username) {
    return is_one_name(query) && text::fold_for_search(the_name(query)) == text::fold_for_search(username);
}

PostFilter post_filter_of(const SearchFilters& filters) {
    PostFilter out;
    if (filters.media_type == MediaFilter::none) out.media = PostFilter::Media::without;
    if (filters.media_type == MediaFilter::any) out.media = PostFilter::Media::with;
    if (filters.from_date) out.from = time_of("from_date", *filters.from_date, false);
    if (filters.to_date) out.before = time_of("to_date", *filters.to_date, true);
    out.min_likes = filters.min_likes.value_or(0);
    out.min_comments = filters.min_comments.value_or(0);
    out.following_only = filters.following_only.value_or(false);
    out.has_poll = filters.has_poll;
    return out;
}

std::optional<std::uint32_t> SearchFinder::author_called(const std::string& username) const {
    std::optional<std::uint32_t> found;
    Collector collector({.order = search::Order::recent, .keep = 1},
                        [&](const search::Segment& segment, std::uint32_t document, std::uint32_t) {
                            if (!segment.is_dead(document, snapshot_.version))
                                found = segment.owner(document);
                            return 0.0;
                        });
    const std::vector<Clause> clauses{exact_clause(text::fold_for_search(username), kUsernameWeights)};
    for (const auto& segment : snapshot_.users) search::match(*segment, clauses, collector);
    return found;
}

// People as authors of posts, the best ones. Who does not want to be found is called by the whole username only.
std::vector<search::Hit> SearchFinder::people_called(std::vector<Clause> words) const {
    const auto exact = words.size() == 1 ? author_called(words[0].word) : std::nullopt;
    Collector collector(
        {.keep = kMostAuthors}, [&](const search::Segment& segment, std::uint32_t document, std::uint32_t) {
            if (segment.is_dead(document, snapshot_.version)) return 0.0;
            return viewer_.user(segment, document, segment.owner(document) == exact) > 0 ? 1.0 : 0.0;
        });
    for (auto& word : words) {
        word.weights = kAuthorWeights;
        word.scored = true;
        word.excluded = false;
    }
    for (const auto& segment : snapshot_.users) search::match(*segment, words, collector);
    return collector.take();
}

SearchFinder::Authors SearchFinder::authors_matching(const Clause& word) const {
    Authors authors;
    for (const auto& hit : people_called({word}))
        authors.emplace_back(hit.segment->owner(hit.document), static_cast<search::Weight>(hit.text));
    return authors;
}

// Those in whose name or username the phrase stands.
SearchFinder::Authors SearchFinder::authors_called(db::Read& tx,
                                                   const std::vector<std::string>& phrase) const {
    std::vector<Clause> words;
    for (const auto& word : phrase) words.push_back(exact_clause(word, kAuthorWeights));
    const auto hits = people_called(std::move(words));
    std::vector<UserId> ids;
    for (const auto& hit : hits) ids.emplace_back(hit.id());
    std::unordered_set<std::string> called;
    if (!ids.empty()) {
        for (const auto& user : users::indexed_users(tx, ids)) {
            if (is_called(user, phrase)) called.insert(user.user_id.str());
        }
    }
    Authors authors;
    for (const auto& hit : hits) {
        if (called.contains(std::string(hit.id())))
            authors.emplace_back(hit.segment->owner(hit.document), kAuthorWeight);
    }
    return authors;
}

std::optional<std::vector<Clause>> SearchFinder::post_clauses(const search::Query& query,
                                                              const std::vector<Authors>& of_phrases,
                                                              const SearchFilters* filters,
                                                              bool typos) const {
    std::vector<Clause> clauses;
    const auto by = [&](std::uint32_t author) {
        Clause clause;
        clause.scored = false;
        clause.owners = {{author, 1}};
        clauses.push_back(std::move(clause));
    };
    for (const auto& word : query.words) {
        clauses.push_back(word_clause(word, kPostWeights, typos));
        clauses.back().owners = authors_matching(clauses.back());
    }
    for (std::size_t i = 0; i < query.phrases.size(); ++i) {
        for (const auto& word : query.phrases[i]) {
            clauses.push_back(exact_clause(word, kPostWeights));
            clauses.back().owners = of_phrases[i];
        }
    }
    for (const auto& word : query.excluded) {
        clauses.push_back(exact_clause(word, kPostWeights));
        clauses.back().owners = authors_matching(clauses.back());
        clauses.back().excluded = true;
    }
    for (const auto& tag : query.tags) clauses.push_back(scored(Clause::exactly(tag_term(tag), kTagWeight)));
    for (const auto& name : query.mentions)
        clauses.push_back(scored(Clause::exactly(mention_term(name), kMentionWeight)));
    for (const auto& name : query.authors) {
        const auto author = author_called(name);
        if (!author) return std::nullopt;
        by(*author);
    }
    if (filters == nullptr) return clauses;

    if (filters->is_paid.value_or(false)) return std::nullopt;  // no post can be paid yet
    if (filters->user_id) {
        std::optional<std::uint32_t> author;
        for (const auto& segment : snapshot_.users) {
            if (const auto document = segment->find(filters->user_id->view()))
                author = segment->owner(*document);
        }
        if (!author) return std::nullopt;
        by(*author);
    }
    if (filters->hashtag) {
        std::string tag;
        try {
            tag = text::sanitize_hashtag(*filters->hashtag);
        } catch (const Error& error) {
            throw bad_filter("hashtag", error.detail);
        }
        clauses.push_back(Clause::exactly(tag_term(tag)));
    }
    if (filters->category)
        clauses.push_back(Clause::exactly(category_term(wire::name_of(*filters->category))));
    if (filters->media_type && *filters->media_type != MediaFilter::none &&
        *filters->media_type != MediaFilter::any)
        clauses.push_back(Clause::exactly(media_term(wire::name_of(*filters->media_type))));
    if (filters->has_poll.value_or(false)) clauses.push_back(Clause::exactly(poll_term()));
    if (filters->location) {
        auto part = text::fold_for_search(text::trim(*filters->location));
        if (part.empty()) return std::nullopt;
        clauses.push_back(Clause::containing(place_term(""), std::move(part)));
    }
    return clauses;
}

SearchResult SearchFinder::find_posts(db::Read& tx, const SearchRequest& request,
                                      const std::vector<Clause>& clauses,
                                      const std::vector<Authors>& of_phrases,
                                      const PostFilter& filter) const {
    // The index knows words, not what stands between them.
    const bool is_verified = !request.query.phrases.empty();
    Collector::Options options{.order = request.order,
                               .aging = search::Aging::halves,
                               .now = request.as_of(),
                               .keep = is_verified ? kMostVerified : request.wanted,
                               .highest_factor = viewer_.follows_anybody() ? SearchViewer::kFollowed : 1,
                               .deadline = request.deadline};
    if (request.position && !is_verified) options.after = request.position->after;
    Collector collector(options, [&](const search::Segment& segment, std::uint32_t document, std::uint32_t) {
        if (segment.is_dead(document, snapshot_.version)) return 0.0;
        return viewer_.post(segment, document, filter);
    });
    for (const auto& segment : snapshot_.posts) search::match(*segment, clauses, collector);
    SearchResult result{.total = collector.total(), .is_partial = collector.is_partial()};
    result.hits = collector.take();
    if (!is_verified) return result;
    keep_verified(request, result, [&](std::span<const search::Hit> hits) {
        std::vector<PostId> ids;
        for (const auto& hit : hits) ids.emplace_back(hit.id());
        std::map<std::string, posts::IndexedPost, std::less<>> rows;
        for (auto& post : posts::indexed_posts(tx, ids)) rows.emplace(post.post_id.str(), std::move(post));
        std::vector<bool> out;
        for (const auto& hit : hits) {
            const auto row = rows.find(hit.id());
            bool holds = row != rows.end();
            for (std::size_t i = 0; holds && i < of_phrases.size(); ++i) {
                const auto author = hit.segment->owner(hit.document);
                holds = has_phrase(row->second, request.query.phrases[i]) ||
                        std::ranges::find(of_phrases[i], author, &Authors::value_type::first) !=
                            of_phrases[i].end();
            }
            out.push_back(holds);
        }
        return out;
    });
    return result;
}

// All words of the phrases are there; whether in that order, the texts say.
void SearchFinder::keep_verified(const SearchRequest& request, SearchResult& result, Verify verify) {
    const auto candidates = std::move(result.hits);
    if (candidates.size() == kMostVerified) result.is_partial = true;
    result.hits.clear();
    result.total = 0;
    for (std::size_t start = 0; start < candidates.size(); start += kVerifiedAtOnce) {
        if (std::chrono::steady_clock::now() >= request.deadline) {
            result.is_partial = true;
            return;
        }
        const auto end = std::min(start + kVerifiedAtOnce, candidates.size());
        const auto holds = verify(std::span(candidates).subspan(start, end - start));
        for (auto i = start; i < end; ++i) {
            if (!holds[i - start]) continue;
            result.total = std::min(result.total + 1, search::kMostCounted);
            const auto& hit = candidates[i];
            if (request.position) {
                search::Hit last = hit;
                const auto& after = request.position->after;
                if (last.score > after.score) continue;
                if (last.score == after.score &&
                    (last.created_at > after.created_at ||
                     (last.created_at == after.created_at && last.id() <= after.id)))
                    continue;
            }
            if (result.hits.size() < request.wanted) result.hits.push_back(hit);
        }
    }
}

SearchResult SearchFinder::posts(db::Read& tx, const SearchRequest& request,
                                 const SearchFilters* filters) const {
    const auto filter = filters != nullptr ? post_filter_of(*filters) : PostFilter{};
    const bool may_slip = may_have_typos(request.query);
    bool typos = request.position && request.position->typos;
    std::vector<Authors> of_phrases;
    for (const auto& phrase : request.query.phrases) of_phrases.push_back(authors_called(tx, phrase));
    const auto clauses = post_clauses(request.query, of_phrases, filters, typos);
    if (!clauses || (clauses->empty() && filters == nullptr)) return {};
    auto result = find_posts(tx, request, *clauses, of_phrases, filter);
    result.with_typos = typos;
    if (typos || request.position || !may_slip || result.total >= static_cast<int>(request.limit))
        return result;
    auto more =
        find_posts(tx, request, *post_clauses(request.query, of_phrases, filters, true), of_phrases, filter);
    if (more.total <= result.total) return result;
    more.with_typos = true;
    return more;
}

SearchResult SearchFinder::users(db::Read& tx, const SearchRequest& request,
                                 FunctionRef<std::int64_t(const UserId&)> mutual_followers) const {
    const auto& query = request.query;
    // Nobody carries a hashtag or wrote themselves.
    if (!query.tags.empty() || !query.authors.empty()) return {};
    const bool one_name = is_one_name(query);
    const auto clauses_with = [&](bool typos) {
        std::vector<Clause> clauses;
        for (const auto& word : query.words) clauses.push_back(word_clause(word, kUserWeights, typos));
        for (const auto& name : query.mentions)
            clauses.push_back(word_clause(text::fold_for_search(name), kUsernameWeights, typos));
        for (const auto& phrase : query.phrases) {
            for (const auto& word : phrase) clauses.push_back(exact_clause(word, kUserWeights));
        }
        if (clauses.empty()) return clauses;
        for (const auto& word : query.excluded) {
            clauses.push_back(exact_clause(word, kUserWeights));
            clauses.back().excluded = true;
        }
        return clauses;
    };
    const bool is_verified = !query.phrases.empty();
    const auto verify = [&](std::span<const search::Hit> hits) {
        std::vector<UserId> ids;
        for (const auto& hit : hits) ids.emplace_back(hit.id());
        std::unordered_set<std::string> held;
        for (const auto& user : users::indexed_users(tx, ids)) {
            if (std::ranges::all_of(query.phrases, [&](const auto& p) { return has_phrase(user, p); }))
                held.insert(user.user_id.str());
        }
        std::vector<bool> out;
        for (const auto& hit : hits) out.push_back(held.contains(std::string(hit.id())));
        return out;
    };
    const auto run = [&](bool typos) {
        Collector::Options options{
            .order = request.order,
            .aging = search::Aging::none,
            .now = request.as_of(),
            .keep = is_verified ? kMostVerified : request.wanted,
            .highest_factor = SearchViewer::kFollowed * std::pow(kOfMutualFollower, kMostMutualFollowers),
            .deadline = request.deadline};
        if (request.position && !is_verified) options.after = request.position->after;
        bool for_exact = one_name;
        Collector collector(
            options, [&](const search::Segment& segment, std::uint32_t document, std::uint32_t text) {
                if (segment.is_dead(document, snapshot_.version)) return 0.0;
                const bool is_exact = one_name && text == kUsernameWeight;
                if (is_exact != for_exact) return 0.0;
                const double factor = viewer_.user(segment, document, is_exact);
                if (factor == 0 || is_exact) return factor * kExact;
                const auto mutual = mutual_followers(UserId(segment.id(document)));
                return factor * std::pow(kOfMutualFollower, std::min(mutual, kMostMutualFollowers));
            });
        if (one_name) {
            const std::vector<Clause> exact{
                exact_clause(text::fold_for_search(the_name(query)), kUsernameWeights)};
            for (const auto& segment : snapshot_.users) search::match(*segment, exact, collector);
            for_exact = false;
        }
        const auto clauses = clauses_with(typos);
        for (const auto& segment : snapshot_.users) search::match(*segment, clauses, collector);
        SearchResult result{
            .total = collector.total(), .with_typos = typos, .is_partial = collector.is_partial()};
        result.hits = collector.take();
        if (is_verified) keep_verified(request, result, verify);
        return result;
    };
    if (clauses_with(false).empty()) return {};
    const bool typos = request.position && request.position->typos;
    auto result = run(typos);
    const bool may_slip = may_have_typos(query) || !query.mentions.empty();
    if (request.position || !may_slip || result.total >= static_cast<int>(request.limit)) return result;
    auto more = run(true);
    return more.total > result.total ? more : result;
}

bool SearchFinder::is_shown(const search::Segment& users, std::uint32_t document) const {
    return !users.is_dead(document, snapshot_.version) && viewer_.user(users, document, false) > 0;
}

bool SearchFinder::occurs(const std::string& word) const {
    const auto in_posts = [&](const auto& segment) {
        return search::occurs(*segment, word, [&](std::uint32_t document) {
            return !segment->is_dead(document, snapshot_.version) && viewer_.post(*segment, document, {}) > 0;
        });
    };
    const auto in_users = [&](const auto& segment) {
        return search::occurs(*segment, word,
                              [&](std::uint32_t document) { return is_shown(*segment, document); });
    };
    return std::ranges::any_of(snapshot_.posts, in_posts) || std::ranges::any_of(snapshot_.users, in_users);
}

std::optional<std::string> SearchFinder::suggestion(std::string_view typed, const search::Query& query,
                                                    std::vector<search::Hit> found) const {
    // A post may have been found by the name of its author.
    for (const auto& segment : snapshot_.users) {
        for (std::size_t i = 0, posts = found.size(); i < posts; ++i) {
            for (const auto document : segment->documents_of(found[i].segment->owner(found[i].document))) {
                if (is_shown(*segment, document))
                    found.push_back({.segment = segment.get(), .document = document});
            }
        }
    }
    std::map<std::string, std::string> corrections;
    for (const auto& word : query.words) {
        if (occurs(word)) continue;
        if (auto better = search::correction(found, word)) corrections.emplace(word, std::move(*better));
    }
    if (corrections.empty()) return std::nullopt;
    return search::corrected(typed, corrections);
}

}  // namespace grover::discovery
