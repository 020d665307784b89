// Which documents of a segment meet a query, and the best of them. The formulas are in ranking.hpp.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/function_ref.hpp"
#include "platform/search/segment.hpp"

namespace grover::search {

// What a match is worth by the set of fields the term stands in; 0: no match there.
using Weights = std::array<Weight, kFieldSets>;
// The best field counts: {100, 150, 50, 30} for bits 0 to 3.
Weights weights_of(const std::array<Weight, 4>& fields);

// One condition on a document. All must be met.
struct Clause {
    std::string word;  // folded; or a marked term, which only an equal one meets
    std::string
        within;  // if any: terms that begin with `word` and hold this behind it meet it, and no others
    Weights weights{};
    bool prefix = false;
    bool inside = false;
    bool typos = false;
    bool scored = true;     // adds to the text score
    bool excluded = false;  // must not be met
    // Documents of these owners meet it too, with this weight.
    std::vector<std::pair<std::uint32_t, Weight>> owners;

    static Clause exactly(std::string term, Weight weight = 1);
    static Clause containing(std::string mark, std::string part);
};

// Of one clause, at most so many terms of a segment are followed, the most frequent ones.
inline constexpr std::size_t kMostTerms = 2'000;
inline constexpr std::size_t kMostTypos = 50;

enum class Order : std::uint8_t { relevance, recent, popular };

struct Hit {
    double score = 0;  // by the order asked for
    std::int64_t created_at = 0;
    const Segment* segment = nullptr;
    std::uint32_t document = 0;
    std::uint32_t text = 0;  // its text score, in hundredths

    std::string_view id() const { return segment->id(document); }
    // Whether it stands before the other one: higher, then newer, then by id.
    bool before(const Hit& other) const;
};

// Where a page starts.
struct After {
    double score;
    std::int64_t created_at;
    std::string id;
};

inline constexpr int kMostCounted = 1'000;

// The best documents seen so far, and how many met the query.
class Collector {
public:
    struct Options {
        Order order = Order::relevance;
        Aging aging = Aging::none;
        Time now;
        std::size_t keep = 20;
        double highest_factor = 1;  // of what admit() can return
        std::optional<After> after;
        std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    };
    // Whether the reader may find the document, given its text weight, and what it is worth to them: 0 is no.
    using Admit = std::function<double(const Segment&, std::uint32_t document, std::uint32_t text)>;

    Collector(const Options& options, Admit admit) : options_(options), admit_(std::move(admit)) {}

    // What no document of the window or of a later one exceeds in rank, at the time that is asked about.
    double highest_rank(const Segment& segment, std::uint32_t window) const;
    // A document of a window with that highest rank.
    void offer(const Segment& segment, std::uint32_t document, std::uint32_t text, double highest_rank);
    // Whether no document of the window or a later one can change the result.
    bool is_done(std::uint32_t most_text, double highest_rank) const;
    // Whether this window alone cannot.
    bool skips(const Segment& segment, std::uint32_t window) const;
    bool out_of_time();

    // In order; nothing more may be offered.
    std::vector<Hit> take();
    // Up to kMostCounted.
    int total() const { return total_; }
    bool is_partial() const { return out_of_time_; }

private:
    bool is_full() const { return hits_.size() >= options_.keep; }
    // Whether a text like this cannot enter the result, whatever document it is of.
    bool is_too_low(std::uint32_t text, double highest_rank, double factor) const;
    double score_of(const Segment& segment, std::uint32_t document, std::uint32_t text, double factor) const;

    Options options_;
    Admit admit_;
    std::vector<Hit> hits_;  // a heap, the last in order on top
    int total_ = 0;
    bool out_of_time_ = false;
};

// Offers every document of the segment that meets all clauses. At least one clause is not excluded, or every document is
// met.
void match(const Segment& segment, const std::vector<Clause>& clauses, Collector& collector);

// Whether the word itself is a term of a document that is shown; of many documents so many are asked.
inline constexpr int kMostAsked = 256;
bool occurs(const Segment& segment, std::string_view word,
            FunctionRef<bool(std::uint32_t document)> is_shown);

// The term of these documents that a word of a query probably meant: the nearest, of equally near ones that of the most.
std::optional<std::string> correction(const std::vector<Hit>& found, std::string_view word);

}  // namespace grover::search
