#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/text/hashtags.hpp"
#include "platform/text/mentions.hpp"
#include "testing/thread_time.hpp"

using namespace grover;
using namespace grover::text;
using Names = std::vector<std::string>;

namespace {

std::string repeat(std::string_view part, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += part;
    return out;
}

}  // namespace

TEST_CASE("hashtags are found in order, once, in lower case") {
    CHECK(extract_hashtags("#Art and #music, again #ART (#x_1)") == Names{"#art", "#music", "#x_1"});
    CHECK(extract_hashtags("#2026") == Names{"#2026"});
    CHECK(extract_hashtags("no tags here") == Names{});
    CHECK(extract_hashtags("#a #b #c", 2) == Names{"#a", "#b"});
}

TEST_CASE("letters of every script make a hashtag") {
    CHECK(extract_hashtags("#Καφές #ДЖАЗ #日本語 #हिन्दी #café") ==
          Names{"#καφές", "#джаз", "#日本語", "#हिन्दी", "#café"});
    CHECK(extract_hashtags("#Cafe\u0301 #ＡＲＴ #art") == Names{"#café", "#art"});
    CHECK(extract_hashtags("❤️#love") == Names{"#love"});
}

TEST_CASE("URL fragments and entities are no hashtags") {
    CHECK(extract_hashtags("https://x.org/#frag /#y a#b &#39; &#x; ##z _#u é#v 7#w") == Names{});
    CHECK(extract_hashtags("# #, #! #️⃣ #-x #\u0301x") == Names{});
    CHECK(extract_hashtags("#a#b") == Names{"#a"});
    CHECK(extract_hashtags("#a-b #c.#d") == Names{"#a", "#c", "#d"});
}

TEST_CASE("a run of more than fifty letters is no hashtag, and nothing is cut") {
    CHECK(extract_hashtags("#" + std::string(50, 'x')) == Names{"#" + std::string(50, 'x')});
    CHECK(extract_hashtags("#" + std::string(51, 'x') + " #y") == Names{"#y"});
    CHECK(extract_hashtags("#" + repeat("é", 50)) == Names{"#" + repeat("é", 50)});
    // One code point that unfolds to eighteen, three of them blanks.
    CHECK(extract_hashtags("#" + repeat("\uFDFA", 4)) == Names{});
}

TEST_CASE("an entered hashtag is cleaned to its stored form") {
    CHECK(sanitize_hashtag("#Art") == "art");
    CHECK(sanitize_hashtag("art") == "art");
    CHECK(sanitize_hashtag(" #Street Art! ") == "streetart");
    CHECK(sanitize_hashtag("ÉTÉ_2026") == "été_2026");
    CHECK(sanitize_hashtag(std::string(50, 'a')) == std::string(50, 'a'));
    for (const std::string& bad : {std::string(), std::string("#"), std::string("!?"), std::string("🔥"),
                                   std::string(51, 'a'), std::string("\u0301")}) {
        CAPTURE(bad);
        CHECK_THROWS_WITH_AS((void)sanitize_hashtag(bad), "Invalid hashtag format", Error);
    }
}

TEST_CASE("mentions are found in order, once, in lower case") {
    CHECK(extract_mentions("@Ada and @bob_1, again @ADA (@user_x-Y)!") == Names{"ada", "bob_1", "user_x-y"});
    CHECK(extract_mentions("hello @bob.") == Names{"bob"});
    CHECK(extract_mentions("\"@a\" <@b> é @c\n@d", 3) == Names{"a", "b", "c"});
    CHECK(extract_mentions("@a-@b") == Names{"a-", "b"});
}

TEST_CASE("mail addresses mention nobody") {
    CHECK(extract_mentions("write to a@b.com or x.@y or é@z or 1@2 or _@w or @@v @") == Names{});
    CHECK(extract_mentions("@" + std::string(50, 'x')).size() == 1);
    CHECK(extract_mentions("@" + std::string(51, 'x')) == Names{});
}

TEST_CASE("hostile text costs linear time") {
    const auto start = testing::thread_time();
    CHECK(extract_hashtags(repeat("#", 500'000)).empty());
    CHECK(extract_hashtags("#" + repeat("a", 500'000)).empty());
    CHECK(extract_hashtags("#a" + repeat("\u0315\u0300", 200'000)).empty());
    CHECK(extract_mentions(repeat("@a@", 200'000)).size() == 1);
    CHECK_THROWS_AS((void)sanitize_hashtag("a" + repeat("\u0315\u0300", 200'000)), Error);
    std::string many;
    for (int i = 0; i < 100'000; ++i) many += "#t" + std::to_string(i) + " @u" + std::to_string(i) + " ";
    CHECK(extract_hashtags(many).size() == 100'000);
    CHECK(extract_mentions(many).size() == 100'000);
    CHECK(testing::thread_time() - start < std::chrono::seconds(10));
}
