#include "platform/config/dotenv.hpp"

#include <doctest/doctest.h>

using namespace grover::config;
using Values = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("lines of NAME=value are read, comments and blanks skipped") {
    const Dotenv out = parse_dotenv(
        "\xEF\xBB\xBF# comment\r\nA=1\r\n\n  B = two words  \nexport C=3\nD=\nE=a#b # note\nF=#note\nG=x=y");
    CHECK(out.errors.empty());
    CHECK(
        out.values ==
        Values{{"A", "1"}, {"B", "two words"}, {"C", "3"}, {"D", ""}, {"E", "a#b"}, {"F", ""}, {"G", "x=y"}});
}

TEST_CASE("quotes keep blanks and signs, double ones know escapes") {
    const Dotenv out = parse_dotenv(R"(A=' a # "b" \n '
B="x\ty\n\"z\" \\ \$HOME \q" # note
C=""
D='')");
    CHECK(out.errors.empty());
    CHECK(out.values ==
          Values{{"A", " a # \"b\" \\n "}, {"B", "x\ty\n\"z\" \\ $HOME \\q"}, {"C", ""}, {"D", ""}});
}

TEST_CASE("nothing is expanded") {
    CHECK(parse_dotenv("A=$HOME/${B}`c`").values == Values{{"A", "$HOME/${B}`c`"}});
}

TEST_CASE("malformed lines are reported with their number, the others still read") {
    const Dotenv out = parse_dotenv("A=1\nnonsense\n1B=2\n=3\nC=\"open\nD='x' y\nMY-NAME=1\nE=5");
    CHECK(out.values == Values{{"A", "1"}, {"E", "5"}});
    CHECK(out.errors == std::vector<std::string>{"line 2: expected NAME=value", "line 3: expected NAME=value",
                                                 "line 4: expected NAME=value",
                                                 "line 5: C has a quote that is not closed at its end",
                                                 "line 6: D has a quote that is not closed at its end",
                                                 "line 7: expected NAME=value"});
}
