#include "platform/search/match.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "platform/search/typos.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/words.hpp"

namespace grover::search {
namespace {

constexpr std::size_t kShortestPrefix = 2;
constexpr std::size_t kShortestInside = 3;
constexpr std::size_t kAhead = 8;  // documents on their way from memory

Weights scaled(const Weights& weights, int percent) {
    Weights out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<Weight>((weights[i] * percent + 50) / 100);
    return out;
}

Weight highest(const Weights& weights, Fields fields) {
    Weight most = 0;
    for (Fields set = 1; set < kFieldSets; ++set) {
        if ((set & ~fields) == 0) most = std::max(most, weights[set]);
    }
    return most;
}

struct TermMatch {
    std::uint32_t term;
    int quality;
};

// f(term, distance) for every unmarked term within reach of the word.
template <class F>
void each_typo(const Vocabulary& vocabulary, std::string_view word, F&& f) {
    TypoFinder finder(word);
    if (finder.allowed() == 0 || is_marked(word)) return;
    std::size_t first_letter = 0;
    text::next_code_point(word, first_letter);
    const auto [first, last] = vocabulary.range(word.substr(0, first_letter));
    for (auto term = first; term < last; ++term) {
        const auto distance = finder.distance(vocabulary.at(term));
        if (distance > 0) f(term, distance);
    }
}

// Keeps the most frequent ones.
void keep_frequent(const Segment& segment, std::vector<TermMatch>& terms, std::size_t most) {
    if (terms.size() <= most) return;
    const auto by_frequency = [&](const TermMatch& a, const TermMatch& b) {
        if (a.quality != b.quality) return a.quality > b.quality;
        const auto df_a = segment.term(a.term).documents, df_b = segment.term(b.term).documents;
        return df_a != df_b ? df_a > df_b : a.term < b.term;
    };
    std::ranges::nth_element(terms, terms.begin() + static_cast<std::ptrdiff_t>(most), by_frequency);
    terms.resize(most);
}

std::vector<TermMatch> terms_of(const Segment& segment, const Clause& clause) {
    const auto& vocabulary = segment.vocabulary();
    std::vector<TermMatch> terms;
    if (clause.word.empty()) return terms;
    if (!clause.within.empty()) {
        const auto [first, last] = vocabulary.range(clause.word);
        for (auto term = first; term < last; ++term) {
            if (vocabulary.at(term).find(clause.within, clause.word.size()) != std::string_view::npos)
                terms.push_back({term, kEqual});
        }
        keep_frequent(segment, terms, kMostTerms);
        return terms;
    }
    if (const auto equal = vocabulary.find(clause.word)) terms.push_back({*equal, kEqual});
    if (is_marked(clause.word)) return terms;
    const auto letters = text::count_code_points(clause.word);
    if (clause.prefix && (letters >= kShortestPrefix || text::is_of_script_without_spaces(clause.word))) {
        const auto [first, last] = vocabulary.range(clause.word);
        for (auto term = first; term < last; ++term) {
            if (vocabulary.at(term).size() > clause.word.size()) terms.push_back({term, kPrefix});
        }
    }
    std::vector<TermMatch> weaker;
    if (clause.inside && letters >= kShortestInside)
        vocabulary.containing(clause.word, [&](std::uint32_t term) {
            if (!vocabulary.at(term).starts_with(clause.word)) weaker.push_back({term, kInside});
        });
    if (clause.typos) {
        std::vector<TermMatch> typos;
        each_typo(vocabulary, clause.word, [&](std::uint32_t term, int) {
            // A longer word that begins so is no slip.
            if (!vocabulary.at(term).starts_with(clause.word)) typos.push_back({term, kTypo});
        });
        keep_frequent(segment, typos, kMostTypos);
        weaker.insert(weaker.end(), typos.begin(), typos.end());
    }
    terms.insert(terms.end(), weaker.begin(), weaker.end());
    keep_frequent(segment, terms, kMostTerms);
    return terms;
}

// One clause on its way through the windows of a segment.
class ClauseCursor {
public:
    ClauseCursor(const Segment& segment, const Clause& clause)
        : excluded_(clause.excluded), scored_(clause.scored) {
        for (const auto& [term, quality] : terms_of(segment, clause)) {
            List list{PostingReader(segment, term), scaled(clause.weights, quality)};
            const auto most = highest(list.weights, segment.term(term).fields);
            if (most == 0) continue;
            most_ = std::max(most_, most);
            documents_ += segment.term(term).documents;
            next_ = std::min(next_, list.postings.document());
            lists_.push_back(std::move(list));
        }
        for (const auto& [owner, weight] : clause.owners) {
            const auto documents = segment.documents_of(owner);
            if (documents.empty()) continue;
            most_ = std::max(most_, weight);
            documents_ += documents.size();
            next_ = std::min(next_, documents.front());
            owners_.push_back({documents, weight});
        }
    }

    bool is_excluded() const { return excluded_; }
    bool is_scored() const { return scored_; }
    Weight most() const { return most_; }
    std::size_t documents() const { return documents_; }
    // The first document at or behind the last window that may meet the clause.
    std::uint32_t next() const { return next_; }
    Weight at(std::uint32_t place) const { return weights_[place]; }

    // Marks the window's documents; calls f(place) for each when it is marked first.
    template <class F>
    void fill(std::uint32_t start, std::uint32_t end, F&& f) {
        weights_.fill(0);
        next_ = PostingReader::kEnd;
        const auto mark = [&](std::uint32_t document, Weight weight) {
            if (weight == 0) return;
            auto& held = weights_[document - start];
            if (held == 0) f(document - start);
            held = std::max(held, weight);
        };
        for (auto& list : lists_) {
            auto& postings = list.postings;
            if (postings.document() < start) postings.seek(start);
            for (; postings.document() < end; postings.next())
                mark(postings.document(), list.weights[postings.fields()]);
            next_ = std::min(next_, postings.document());
        }
        for (auto& owner : owners_) {
            auto& left = owner.left;
            left =
                left.subspan(static_cast<std::size_t>(std::ranges::lower_bound(left, start) - left.begin()));
            for (; !left.empty() && left.front() < end; left = left.subspan(1))
                mark(left.front(), owner.weight);
            if (!left.empty()) next_ = std::min(next_, left.front());
        }
    }

private:
    struct List {
        PostingReader postings;
        Weights weights;
    };
    struct Owner {
        std::span<const std::uint32_t> left;
        Weight weight;
    };

    bool excluded_;
    bool scored_;
    Weight most_ = 0;
    std::size_t documents_ = 0;
    std::uint32_t next_ = PostingReader::kEnd;
    std::vector<List> lists_;
    std::vector<Owner> owners_;
    std::array<Weight, kWindow> weights_{};
};

}  // namespace

Weights weights_of(const std::array<Weight, 4>& fields) {
    Weights out{};
    for (std::size_t set = 0; set < out.size(); ++set) {
        for (std::size_t bit = 0; bit < fields.size(); ++bit) {
            if ((set >> bit) & 1) out[set] = std::max(out[set], fields[bit]);
        }
    }
    return out;
}

Clause Clause::exactly(std::string term, Weight weight) {
    Clause clause;
    clause.word = std::move(term);
    clause.weights.fill(weight);
    clause.scored = false;
    return clause;
}

Clause Clause::containing(std::string mark, std::string part) {
    auto clause = exactly(std::move(mark));
    clause.within = std::move(part);
    return clause;
}

bool Hit::before(const Hit& other) const {
    if (score != other.score) return score > other.score;
    if (created_at != other.created_at) return created_at > other.created_at;
    return id() < other.id();
}

double Collector::score_of(const Segment& segment, std::uint32_t document, std::uint32_t text,
                           double factor) const {
    switch (options_.order) {
        case Order::recent:
            return static_cast<double>(segment.created_at(document));
        case Order::popular:
            return static_cast<double>(segment.counts(document).popularity());
        case Order::relevance:
            break;
    }
    return text / 100.0 * factor *
           rank(segment.counts(document), segment.created_at(document), options_.aging, options_.now);
}

void Collector::offer(const Segment& segment, std::uint32_t document, std::uint32_t text,
                      double highest_rank) {
    // Counted is only up to there; then one that is not good enough need not be looked at.
    if (total_ >= kMostCounted && is_too_low(text, highest_rank, options_.highest_factor)) return;
    const double factor = admit_(segment, document, text);
    if (factor == 0) return;
    if (total_ < kMostCounted) ++total_;
    if (is_too_low(text, highest_rank, factor)) return;
    Hit hit{score_of(segment, document, text, factor), segment.created_at(document), &segment, document,
            text};
    if (is_full() && (options_.keep == 0 || !hit.before(hits_.front()))) return;
    if (options_.after) {
        const auto& after = *options_.after;
        if (hit.score > after.score) return;
        if (hit.score == after.score) {
            if (hit.created_at > after.created_at) return;
            if (hit.created_at == after.created_at && hit.id() <= after.id) return;
        }
    }
    const auto before = [](const Hit& a, const Hit& b) { return a.before(b); };
    if (is_full()) {
        std::ranges::pop_heap(hits_, before);
        hits_.back() = hit;
    } else {
        hits_.push_back(hit);
    }
    std::ranges::push_heap(hits_, before);
}

double Collector::highest_rank(const Segment& segment, std::uint32_t window) const {
    // The later pages of a list have the time of its first one, when ranks were higher than in a segment built since.
    return static_cast<double>(segment.windows()[window].rank) * segment.growth() *
           most_sunk(options_.now, segment.built_at(), options_.aging);
}

bool Collector::is_too_low(std::uint32_t text, double highest_rank, double factor) const {
    if (options_.order != Order::relevance || !is_full()) return false;
    return options_.keep == 0 || text / 100.0 * highest_rank * factor < hits_.front().score;
}

bool Collector::is_done(std::uint32_t most_text, double highest_rank) const {
    return total_ >= kMostCounted && is_too_low(most_text, highest_rank, options_.highest_factor);
}

bool Collector::skips(const Segment& segment, std::uint32_t window) const {
    if (options_.order != Order::recent || total_ < kMostCounted || !is_full()) return false;
    return options_.keep == 0 || static_cast<double>(segment.windows()[window].newest) < hits_.front().score;
}

bool Collector::out_of_time() {
    if (!out_of_time_ && std::chrono::steady_clock::now() >= options_.deadline) out_of_time_ = true;
    return out_of_time_;
}

std::vector<Hit> Collector::take() {
    std::ranges::sort_heap(hits_, [](const Hit& a, const Hit& b) { return a.before(b); });
    return std::move(hits_);
}

void match(const Segment& segment, const std::vector<Clause>& clauses, Collector& collector) {
    // On the heap: a window of each clause is more than a fiber's stack should carry.
    std::vector<ClauseCursor> wanted, unwanted;
    wanted.reserve(clauses.size());
    std::uint32_t most_text = 0;
    for (const auto& clause : clauses) {
        if (clause.excluded) {
            unwanted.emplace_back(segment, clause);
            continue;
        }
        wanted.emplace_back(segment, clause);
        if (wanted.back().next() == PostingReader::kEnd) return;
        if (clause.scored) most_text += wanted.back().most();
    }
    const bool any_scored = most_text > 0;
    if (!any_scored) most_text = 100;
    // The rarest says which documents are looked at.
    std::ranges::sort(wanted, {}, &ClauseCursor::documents);

    std::vector<std::uint32_t> places;
    places.reserve(kWindow);
    struct Met {
        std::uint32_t document;
        std::uint32_t text;
    };
    std::vector<Met> met;
    std::uint32_t from = 0;
    while (from < segment.size() && !collector.out_of_time()) {
        for (const auto& cursor : wanted) from = std::max(from, cursor.next());
        if (from >= segment.size()) return;
        const std::uint32_t window = from / kWindow;
        const std::uint32_t start = window * kWindow;
        const std::uint32_t end = std::min(start + kWindow, segment.size());
        from = end;
        const double highest_rank = collector.highest_rank(segment, window);
        if (collector.is_done(most_text, highest_rank)) return;
        if (collector.skips(segment, window)) continue;
        places.clear();
        if (wanted.empty()) {
            for (std::uint32_t i = 0; i < end - start; ++i) places.push_back(i);
        }
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (i == 0) {
                wanted[i].fill(start, end, [&](std::uint32_t place) { places.push_back(place); });
            } else {
                wanted[i].fill(start, end, [](std::uint32_t) {});
            }
            if (places.empty() && i + 1 < wanted.size()) break;
        }
        if (places.empty()) continue;
        for (auto& cursor : unwanted) cursor.fill(start, end, [](std::uint32_t) {});
        met.clear();
        for (const auto place : places) {
            std::uint32_t text = 0;
            const auto meets = [&](const ClauseCursor& cursor) {
                const auto weight = cursor.at(place);
                if (cursor.is_scored()) text += weight;
                return weight != 0;
            };
            if (std::ranges::all_of(wanted, meets) &&
                std::ranges::none_of(unwanted, [&](const auto& cursor) { return cursor.at(place) != 0; }))
                met.push_back({start + place, any_scored ? text : 100});
        }
        // They lie far apart in memory.
        for (std::size_t i = 0; i < met.size(); ++i) {
            if (i + kAhead < met.size()) segment.prefetch(met[i + kAhead].document);
            collector.offer(segment, met[i].document, met[i].text, highest_rank);
        }
    }
}

bool occurs(const Segment& segment, std::string_view word,
            FunctionRef<bool(std::uint32_t document)> is_shown) {
    const auto term = segment.vocabulary().find(word);
    if (!term) return false;
    int asked = 0;
    for (PostingReader postings(segment, *term); postings.document() != PostingReader::kEnd;
         postings.next()) {
        if (is_shown(postings.document())) return true;
        if (++asked == kMostAsked) return false;
    }
    return false;
}

std::optional<std::string> correction(const std::vector<Hit>& found, std::string_view word) {
    std::map<const Segment*, std::vector<std::uint32_t>> by_segment;
    for (const auto& hit : found) by_segment[hit.segment].push_back(hit.document);
    struct Near {
        int distance = 0;
        std::uint64_t documents = 0;
    };
    std::map<std::string, Near> terms;
    for (auto& one : by_segment) {
        const auto& segment = *one.first;
        auto& documents = one.second;
        std::ranges::sort(documents);
        documents.erase(std::unique(documents.begin(), documents.end()), documents.end());
        const auto& vocabulary = segment.vocabulary();
        each_typo(vocabulary, word, [&](std::uint32_t term, int distance) {
            PostingReader postings(segment, term);
            for (const auto document : documents) {
                postings.seek(document);
                if (postings.document() != document) continue;
                auto& near = terms[std::string(vocabulary.at(term))];
                near.distance = distance;
                ++near.documents;
            }
        });
    }
    const auto best = std::ranges::min_element(terms, [](const auto& a, const auto& b) {
        return std::tie(a.second.distance, b.second.documents) <
               std::tie(b.second.distance, a.second.documents);
    });
    return best != terms.end() ? std::optional(best->first) : std::nullopt;
}

}  // namespace grover::search
