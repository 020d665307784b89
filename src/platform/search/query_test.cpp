#include "platform/search/query.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "testing/thread_time.hpp"

namespace grover::search {
namespace {

std::string joined(const std::vector<std::string>& list) {
    std::string out;
    for (const auto& item : list) out += (out.empty() ? "" : "|") + item;
    return out;
}

TEST_CASE("words, and what stands for more than a word") {
    const auto query = parse_query(R"(Live Café "Green  Light!" -rain #Jazz @Ada_1 from:@Bob live)");
    CHECK(joined(query.words) == "live|cafe");
    REQUIRE(query.phrases.size() == 1);
    CHECK(joined(query.phrases[0]) == "green|light");
    CHECK(joined(query.excluded) == "rain");
    CHECK(joined(query.tags) == "jazz");
    CHECK(joined(query.mentions) == "ada_1");
    CHECK(joined(query.authors) == "bob");
}

TEST_CASE("whatever is no operator is literal text") {
    CHECK(joined(parse_query("a AND b OR NOT c*").words) == "a|and|b|or|not|c");
    CHECK(joined(parse_query(".* (x|y) [z] ^$ \\d").words) == "x|y|z|d");
    CHECK(joined(parse_query("content:secret NEAR(a b)").words) == "content|secret|near|a|b");
    CHECK(joined(parse_query("\"open quote").words) == "open|quote");
    CHECK(joined(parse_query("C++ c# .net").words) == "c++|c#|.net");
    CHECK(joined(parse_query("well-known").words) == "well|known");
    CHECK(joined(parse_query("a@b.com").words) == "a|b|com");
    CHECK(joined(parse_query("from: ada").words) == "from|ada");
    CHECK(parse_query("- -- # @ \"\" from:").is_empty() == false);  // the word "from"
    CHECK(parse_query("* % _? ' ; -- #").words == std::vector<std::string>{"_"});
    CHECK(joined(parse_query("'; DROP TABLE posts; --").words) == "drop|table|posts");
}

TEST_CASE("hashtags of every script") {
    CHECK(joined(parse_query("#音楽 #Музыка #संगीत #موسيقى #Ｗｉｄｅ").tags) ==
          "音楽|музыка|संगीत|موسيقى|wide");
}

TEST_CASE("a hostile text takes no time") {
    const auto begin = testing::thread_time();
    std::string stars;
    for (int i = 0; i < 10'000; ++i) stars += "* ";
    CHECK(parse_query(stars).is_empty());
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += std::to_string(i) + " ";
    CHECK(parse_query(many).words.size() == kMostWords);
    CHECK(parse_query(std::string(20'000, '"')).is_empty());
    CHECK(parse_query(std::string("a\0b", 3)).words.size() == 2);
    CHECK(testing::thread_time() - begin < std::chrono::seconds{5});
}

TEST_CASE("a correction replaces the words and leaves the rest") {
    CHECK(corrected("Guitra  #rock -metal guitra", {{"guitra", "guitar"}}) == "guitar  #rock -metal guitar");
    CHECK(corrected("nothing", {}) == "nothing");
}

}  // namespace
}  // namespace grover::search
