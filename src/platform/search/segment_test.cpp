#include <doctest/doctest.h>

#include "platform/search/segment_builder.hpp"

namespace grover::search {
namespace {

constexpr Time kNow{1'769'249'472'345'000};

void add(SegmentBuilder& builder, const std::string& id, std::uint32_t likes, std::vector<std::string> words,
         std::uint32_t owner = 0) {
    builder.document({.id = id, .owner = owner, .created_at = kNow.us, .counts = {likes, 0, 0}});
    for (const auto& word : words) builder.term(word, 1);
}

std::string documents_of(const Segment& segment, std::string_view term) {
    std::string out;
    const auto number = segment.vocabulary().find(term);
    if (!number) return "none";
    for (PostingReader reader(segment, *number); reader.document() != PostingReader::kEnd; reader.next())
        out += (out.empty() ? "" : " ") + std::string(segment.id(reader.document()));
    return out;
}

TEST_CASE("documents stand in the order of their rank") {
    SegmentBuilder builder(Aging::halves);
    add(builder, "low", 0, {"red"});
    add(builder, "high", 100, {"red", "blue"});
    add(builder, "middle", 10, {"red"});
    const auto segment = builder.build(kNow);
    CHECK(documents_of(*segment, "red") == "high middle low");
    CHECK(documents_of(*segment, "blue") == "high");
    CHECK(documents_of(*segment, "green") == "none");
    CHECK(segment->find("middle") == 1u);
    CHECK_FALSE(segment->find("unknown"));
}

TEST_CASE("a term given twice has the fields of both") {
    SegmentBuilder builder(Aging::none);
    add(builder, "a", 0, {"red"});
    builder.term("red", 2);
    const auto segment = builder.build(kNow);
    PostingReader reader(*segment, 0);
    CHECK(reader.fields() == 3);
    CHECK(segment->term(0).documents == 1);
}

TEST_CASE("merging leaves out what died, takes present counts, and ranks anew") {
    SegmentBuilder builder(Aging::none);
    add(builder, "a", 5, {"red"}, 7);
    add(builder, "b", 4, {"red"}, 8);
    const auto one = builder.build(kNow);
    add(builder, "c", 3, {"red", "blue"}, 7);
    const auto two = builder.build(kNow);
    one->kill(*one->find("a"), 1);
    two->set_counts(*two->find("c"), {50, 1, 1});
    two->set_flags(*two->find("c"), 9);
    CHECK(two->growth() > 1.2);

    const auto both = merge({one, two}, Aging::none, kNow);
    CHECK(documents_of(*both, "red") == "c b");
    CHECK(documents_of(*both, "blue") == "c");
    CHECK(both->counts(0) == Counts{50, 1, 1});
    CHECK(both->flags(0) == 9);
    CHECK(both->growth() < 1.001);
    REQUIRE(both->documents_of(7).size() == 1);
    CHECK(both->id(both->documents_of(7)[0]) == "c");
    CHECK(both->documents_of(9).empty());
}

TEST_CASE("a reader of an older version still finds what a newer one does not") {
    SegmentBuilder builder(Aging::none);
    add(builder, "a", 5, {"red"});
    const auto segment = builder.build(kNow);
    segment->kill(0, 3);
    CHECK_FALSE(segment->is_dead(0, 2));
    CHECK(segment->is_dead(0, 3));
}

TEST_CASE("a long list is entered in the middle") {
    SegmentBuilder builder(Aging::none);
    for (int i = 0; i < 5'000; ++i)
        add(builder, std::to_string(i), static_cast<std::uint32_t>(5'000 - i),
            i % 3 == 0 ? std::vector<std::string>{"red", "blue"} : std::vector<std::string>{"red"});
    const auto segment = builder.build(kNow);
    for (const std::uint32_t wanted : {0u, 1u, 255u, 256u, 257u, 2'560u, 4'999u, 5'000u}) {
        PostingReader red(*segment, *segment->vocabulary().find("red"));
        red.seek(wanted);
        CHECK(red.document() == (wanted == 5'000 ? PostingReader::kEnd : wanted));
        PostingReader blue(*segment, *segment->vocabulary().find("blue"));
        blue.seek(wanted);
        CHECK(blue.document() == (wanted > 4'998 ? PostingReader::kEnd : (wanted + 2) / 3 * 3));
    }
}

TEST_CASE("words are found by their beginning and by their inside") {
    Vocabulary vocabulary;
    for (const auto* word : {"#art", "art", "artist", "heart", "party", "smart", "\u97f3\u697d"})
        vocabulary.add(word);
    vocabulary.finish();
    const auto [first, last] = vocabulary.range("art");
    CHECK(first == 1);
    CHECK(last == 3);
    std::string inside;
    vocabulary.containing("art",
                          [&](std::uint32_t term) { inside += std::string(vocabulary.at(term)) + " "; });
    CHECK(inside == "heart party smart ");
    vocabulary.containing("zzz", [](std::uint32_t) { FAIL("nothing contains it"); });
}

}  // namespace
}  // namespace grover::search
