#include "platform/search/match.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <set>

#include "platform/search/segment_builder.hpp"

namespace grover::search {
namespace {

constexpr Time kNow{1'769'249'472'345'000};
const Weights kWeights = weights_of({100, 150, 50, 30});

struct Made {
    std::string id;
    std::int64_t created_at;
    Counts counts;
    std::vector<std::pair<std::string, Fields>> terms;
};

Clause word(std::string text) {
    Clause clause;
    clause.word = std::move(text);
    clause.weights = kWeights;
    clause.prefix = clause.inside = true;
    return clause;
}

std::shared_ptr<Segment> segment_of(const std::vector<Made>& documents) {
    SegmentBuilder builder(Aging::halves);
    for (const auto& document : documents) {
        builder.document({.id = document.id, .created_at = document.created_at, .counts = document.counts});
        for (const auto& [term, fields] : document.terms) builder.term(term, fields);
    }
    return builder.build(kNow);
}

struct Found {
    std::string ids;
    int total;
};

Found search(const std::vector<std::shared_ptr<Segment>>& segments, const std::vector<Clause>& clauses,
             Collector::Options options = {}) {
    options.aging = Aging::halves;
    options.now = kNow;
    Collector collector(options, [](const Segment&, std::uint32_t, std::uint32_t) { return 1.0; });
    for (const auto& segment : segments) match(*segment, clauses, collector);
    Found found{{}, collector.total()};
    for (const auto& hit : collector.take())
        found.ids += (found.ids.empty() ? "" : " ") + std::string(hit.id());
    return found;
}

TEST_CASE("equal words are worth more than beginnings, and those more than insides") {
    const auto segment = segment_of({{"inside", kNow.us, {}, {{"heart", 1}}},
                                     {"equal", kNow.us, {}, {{"art", 1}}},
                                     {"prefix", kNow.us, {}, {{"artist", 1}}},
                                     {"other", kNow.us, {}, {{"music", 1}}}});
    CHECK(search({segment}, {word("art")}).ids == "equal prefix inside");
    CHECK(search({segment}, {word("ar")}).ids == "equal prefix");  // an inside needs three letters
    CHECK(search({segment}, {word("a")}).ids.empty());             // a beginning two
}

TEST_CASE("the best field counts, and all words must be met") {
    const auto segment = segment_of({{"place", kNow.us, {}, {{"paris", 8}}},
                                     {"text", kNow.us, {}, {{"paris", 1}, {"night", 1}}},
                                     {"tag", kNow.us, {}, {{"paris", 3}}},
                                     {"poll", kNow.us, {}, {{"paris", 4}, {"night", 4}}}});
    CHECK(search({segment}, {word("paris")}).ids == "tag text poll place");
    CHECK(search({segment}, {word("paris"), word("night")}).ids == "text poll");
    auto without = word("night");
    without.excluded = true;
    CHECK(search({segment}, {word("paris"), without}).ids == "tag place");
}

TEST_CASE("likes raise and age sinks what fits equally") {
    constexpr std::int64_t day = 86'400'000'000;
    const auto segment = segment_of({{"old", kNow.us - 90 * day, {}, {{"red", 1}}},
                                     {"new", kNow.us, {}, {{"red", 1}}},
                                     {"liked", kNow.us - day, {500, 0, 0}, {{"red", 1}}}});
    CHECK(search({segment}, {word("red")}).ids == "liked new old");
    CHECK(search({segment}, {word("red")}, {.order = Order::recent}).ids == "new liked old");
    CHECK(search({segment}, {word("red")}, {.order = Order::popular}).ids == "liked new old");
}

TEST_CASE("ties are newer first, then by id") {
    const auto segment =
        segment_of({{"b", 5, {}, {{"red", 1}}}, {"a", 5, {}, {{"red", 1}}}, {"c", 6, {}, {{"red", 1}}}});
    CHECK(search({segment}, {word("red")}, {.order = Order::popular}).ids == "c a b");
}

TEST_CASE("marked terms are met only by equal ones") {
    const auto segment =
        segment_of({{"art", kNow.us, {}, {{"#art", 1}}}, {"artist", kNow.us, {}, {{"#artist", 1}}}});
    CHECK(search({segment}, {Clause::exactly("#art")}).ids == "art");
    CHECK(search({segment}, {word("rtis")}).ids.empty());
}

TEST_CASE("a part of a marked term meets what asks for a part, behind the mark") {
    const auto segment = segment_of({{"york", kNow.us, {}, {{"\x01at:new york, usa", 1}}},
                                     {"newark", kNow.us + 1, {}, {{"\x01at:newark", 1}}},
                                     {"text", kNow.us, {}, {{"york", 1}}}});
    const auto at = [&](const char* part) {
        return search({segment}, {Clause::containing("\x01at:", part)}, {.order = Order::recent}).ids;
    };
    CHECK(at("ew yo") == "york");
    CHECK(at("k, u") == "york");
    CHECK(at("n") == "newark york");
    CHECK(at("rk") == "newark york");
    CHECK(at("at").empty());
    CHECK(at("x").empty());
}

TEST_CASE("documents of an owner meet a word that names the owner") {
    SegmentBuilder builder(Aging::halves);
    builder.document({.id = "hers", .owner = 7, .created_at = kNow.us});
    builder.term("hello", 1);
    builder.document({.id = "his", .owner = 8, .created_at = kNow.us});
    builder.term("hello", 1);
    const auto segment = builder.build(kNow);
    auto ada = word("ada");
    ada.owners = {{7, 30}};
    CHECK(search({segment}, {ada, word("hello")}).ids == "hers");
}

TEST_CASE("typos are found only when asked for, and the likely word is suggested") {
    const auto segment = segment_of({{"a", kNow.us, {}, {{"guitar", 1}}},
                                     {"b", kNow.us, {}, {{"guitars", 1}}},
                                     {"c", kNow.us, {}, {{"guitar", 1}}}});
    auto clause = word("guitra");
    CHECK(search({segment}, {clause}).total == 0);
    clause.typos = true;
    CHECK(search({segment}, {clause}).ids == "a c");
    const auto everything = [](std::uint32_t) { return true; };
    CHECK(occurs(*segment, "guitar", everything));
    CHECK_FALSE(occurs(*segment, "guitra", everything));
    const auto found = [&](std::initializer_list<std::string_view> ids) {
        std::vector<Hit> hits;
        for (const auto id : ids) hits.push_back({.segment = segment.get(), .document = *segment->find(id)});
        return hits;
    };
    CHECK(correction(found({"a", "b", "c"}), "guitra") == "guitar");
    CHECK(correction(found({"a"}), "guitarz") == "guitar");
    CHECK_FALSE(correction(found({"a"}), "xylophone"));
}

TEST_CASE("of what is not shown no word is known, and none is suggested") {
    const auto segment = segment_of({{"hidden", kNow.us, {}, {{"zqharbour", 1}}},
                                     {"one", kNow.us, {}, {{"zqharbours", 1}}},
                                     {"two", kNow.us, {}, {{"zqharbours", 1}}}});
    const auto hidden = *segment->find("hidden");
    CHECK_FALSE(occurs(*segment, "zqharbour", [&](std::uint32_t document) { return document != hidden; }));
    const std::vector<Hit> one{{.segment = segment.get(), .document = *segment->find("one")}};
    CHECK(correction(one, "zqharbuor") == "zqharbours");
    CHECK_FALSE(correction({}, "zqharbuor"));
}

// What every document is worth, looked at one by one.
std::vector<std::pair<double, std::string>> judged(const std::vector<Made>& documents,
                                                   const std::set<std::string>& words) {
    std::vector<std::pair<double, std::string>> out;
    for (const auto& document : documents) {
        double text = 0;
        std::size_t met = 0;
        for (const auto& wanted : words) {
            double best = 0;
            for (const auto& [term, fields] : document.terms) {
                const double quality = term == wanted                           ? 1.0
                                       : term.starts_with(wanted)               ? 0.7
                                       : term.find(wanted) != std::string::npos ? 0.3
                                                                                : 0;
                const double field = fields & 2 ? 1.5 : fields & 1 ? 1.0 : fields & 4 ? 0.5 : 0.3;
                best = std::max(best, quality * field);
            }
            met += best > 0;
            text += best;
        }
        if (met < words.size()) continue;
        const double days = static_cast<double>(kNow.us - document.created_at) / 86'400e6;
        out.emplace_back(text *
                             (1 + 0.1 * std::log(1.0 + static_cast<double>(document.counts.popularity()))) *
                             (0.5 + 0.5 * std::pow(0.5, days / 30)),
                         document.id);
    }
    std::ranges::sort(out, std::greater<>());
    return out;
}

TEST_CASE("stopping early finds what looking at everything finds") {
    constexpr unsigned kSeed = 20'260'126;
    MESSAGE("seed " << kSeed);
    std::mt19937 random(kSeed);
    const std::vector<std::string> vocabulary{"music", "musical", "art",   "party",
                                              "heart", "night",   "light", "live"};
    std::vector<Made> documents;
    for (int i = 0; i < 60'000; ++i) {
        Made made;
        made.id = "post" + std::to_string(i);
        made.created_at = kNow.us - static_cast<std::int64_t>(random() % 7'776'000) * 1'000'000 - i;
        if (random() % 4 == 0)
            made.counts.likes = static_cast<std::uint32_t>(std::pow(random() % 100, 3) / 50);
        for (const auto& term : vocabulary) {
            if (random() % 3 == 0)
                made.terms.emplace_back(term,
                                        static_cast<Fields>(1u << (random() % 10 < 8 ? 0 : random() % 4)));
        }
        documents.push_back(std::move(made));
    }
    // Three segments; likes rise after they were built.
    std::vector<std::shared_ptr<Segment>> segments;
    for (int part = 0; part < 3; ++part)
        segments.push_back(
            segment_of({documents.begin() + part * 20'000, documents.begin() + (part + 1) * 20'000}));
    for (int i = 0; i < 3'000; ++i) {
        auto& made = documents[random() % documents.size()];
        made.counts.likes += static_cast<std::uint32_t>(random() % 4);
        for (auto& segment : segments) {
            if (const auto document = segment->find(made.id)) segment->set_counts(*document, made.counts);
        }
    }
    for (const auto& words : std::vector<std::set<std::string>>{
             {"music"}, {"music", "night"}, {"art", "li"}, {"art", "live", "light"}}) {
        const auto expected = judged(documents, words);
        std::vector<Clause> clauses;
        for (const auto& text : words) clauses.push_back(word(text));
        const auto found = search(segments, clauses, {.keep = 50});
        CHECK(found.total == std::min<int>(kMostCounted, static_cast<int>(expected.size())));
        std::string ids;
        for (std::size_t i = 0; i < 50; ++i) ids += (i == 0 ? "" : " ") + expected[i].second;
        CHECK(found.ids == ids);

        // Also when it was made later than the list began: ranks have sunk since.
        for (const int days : {0, 45}) {
            const auto merged = merge(segments, Aging::halves, kNow + std::chrono::hours{24 * days});
            CHECK(search({merged}, clauses, {.keep = 50}).ids == ids);
        }
    }
}

TEST_CASE("what stands in a segment that is newer than the list is not missed") {
    const auto old = kNow.us - std::chrono::microseconds(std::chrono::hours{24}).count();
    const auto worse = segment_of({{"worse", old, {}, {{"art", 1}}}});
    const auto better = segment_of({{"better", kNow.us, {}, {{"art", 1}}}});
    const auto later = merge({better}, Aging::halves, kNow + std::chrono::hours{24 * 30});
    CHECK(search({worse, later}, {word("art")}, {.keep = 1}).ids == "better");
}

TEST_CASE("pages follow each other without gap or repetition") {
    std::vector<Made> documents;
    for (int i = 0; i < 300; ++i)
        documents.push_back({"p" + std::to_string(1'000 + i),
                             kNow.us - i / 3,
                             {static_cast<std::uint32_t>(i % 7), 0, 0},
                             {{"red", 1}}});
    const auto segment = segment_of(documents);
    for (const auto order : {Order::relevance, Order::recent, Order::popular}) {
        std::set<std::string> seen;
        std::optional<After> after;
        for (int page = 0; page < 30; ++page) {
            Collector collector(
                {.order = order, .aging = Aging::halves, .now = kNow, .keep = 10, .after = after},
                [](const Segment&, std::uint32_t, std::uint32_t) { return 1.0; });
            match(*segment, {word("red")}, collector);
            CHECK(collector.total() == 300);
            const auto hits = collector.take();
            REQUIRE(hits.size() == 10);
            for (const auto& hit : hits) CHECK(seen.insert(std::string(hit.id())).second);
            after = After{hits.back().score, hits.back().created_at, std::string(hits.back().id())};
        }
        CHECK(seen.size() == 300);
    }
}

TEST_CASE("a query without time left answers what it has") {
    const auto segment = segment_of({{"a", kNow.us, {}, {{"red", 1}}}});
    Collector collector({.now = kNow, .deadline = std::chrono::steady_clock::now()},
                        [](const Segment&, std::uint32_t, std::uint32_t) { return 1.0; });
    match(*segment, {word("red")}, collector);
    CHECK(collector.is_partial());
    CHECK(collector.take().empty());
}

}  // namespace
}  // namespace grover::search
