#include "platform/search/typos.hpp"

#include <doctest/doctest.h>

namespace grover::search {
namespace {

int distance(std::string_view word, std::string_view other) { return TypoFinder(word).distance(other); }

TEST_CASE("short words have no typos, longer ones one, long ones two") {
    CHECK(distance("art", "arts") == -1);
    CHECK(distance("music", "musik") == 1);
    CHECK(distance("music", "mucis") == 2 - 3);  // two slips in a word of five
    CHECK(distance("guitars", "guitar") == 1);
    CHECK(distance("photography", "fotography") == -1);  // another first letter
    CHECK(distance("photography", "potography") == 1);
    CHECK(distance("photography", "potografy") == -1);
    CHECK(distance("photograph", "photgrahp") == 2);
}

TEST_CASE("two neighbours swapped are one slip") {
    CHECK(distance("music", "muisc") == 1);
    CHECK(distance("music", "umsic") == -1);  // the first letter
}

TEST_CASE("letters count, not bytes") {
    CHECK(distance("музыка", "музика") == 1);
    CHECK(distance("дом", "дам") == -1);
    CHECK(distance("café", "cafè") == 1);
}

TEST_CASE("equal words have no slip") { CHECK(distance("music", "music") == 0); }

}  // namespace
}  // namespace grover::search
