#include "platform/text/words.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "testing/thread_time.hpp"

namespace grover::text {
namespace {

std::string cut(std::string_view text) {
    std::string out;
    for (const auto& word : words_of(text)) out += (out.empty() ? "" : "|") + word;
    return out;
}

TEST_CASE("words are found whatever case, width or accents they are written in") {
    CHECK(cut("Café, CAFÉ cafe\u0301!") == "cafe|cafe|cafe");
    CHECK(cut("Ｆｕｌｌｗｉｄｔｈ ①") == "fullwidth|1");
    CHECK(cut("Straße") == "strasse");
    CHECK(cut("Łódź Ørsted Đà Nẵng") == "lodz|orsted|da|nang");
    CHECK(cut("ﬁne") == "fine");
    CHECK(cut("snake_case and kebab-case") == "snake_case|and|kebab|case");
    CHECK(cut("don't") == "don|t");
    CHECK(cut("İstanbul ISTANBUL") == "istanbul|istanbul");
}

TEST_CASE("names of languages stay words") {
    CHECK(cut("C++ and C# and .NET") == "c++|and|c#|and|.net");
    CHECK(cut("c++17") == "c|17");
    CHECK(cut("c#music") == "c|music");
    CHECK(cut("abc++") == "abc");
    CHECK(cut("asp.net, .network") == "asp|net|network");
    CHECK(cut("(c++)") == "c++");
    CHECK(cut("c+++") == "c");
}

TEST_CASE("scripts without spaces are cut into overlapping pairs") {
    CHECK(cut("音楽祭") == "音楽|楽祭");
    CHECK(cut("音") == "音");
    CHECK(cut("live音楽2024") == "live|音楽|2024");
    CHECK(cut("ガ") == "ガ");
    CHECK(cut("ｶﾞ") == "ガ");
    CHECK(cut("서울 여행") == "서울|여행");  // Korean has spaces
    CHECK(cut("हिन्दी") == "हिन्दी");          // its marks are letters
    CHECK(cut("ไทย") == "ไท|ทย");
    CHECK(cut("كِتَاب") == "كتاب");
    CHECK(cut("שָׁלוֹם") == "שלום");
}

TEST_CASE("what is no word is nothing") {
    CHECK(cut("").empty());
    CHECK(cut(" \t\n.,;:!?-*%()[]{}\\^$|").empty());
    CHECK(cut(std::string_view("a\0b", 3)) == "a|b");
    CHECK(cut("👩‍🚀 🎵").empty());
    CHECK(cut("\u0301a") == "a");
}

TEST_CASE("a long word counts by its first 64 characters") {
    const auto words = words_of(std::string(5'000, 'x') + " y");
    REQUIRE(words.size() == 2);
    CHECK(words[0] == std::string(kMaxWordLength, 'x'));
    CHECK(words[1] == "y");
}

TEST_CASE("marks upon marks take linear time") {
    std::string zalgo = "a";
    for (int i = 0; i < 20'000; ++i) zalgo += i % 2 == 0 ? "\u0323" : "\u0327";
    const auto begin = testing::thread_time();
    CHECK(cut(zalgo) == "a");
    CHECK(testing::thread_time() - begin < std::chrono::seconds{5});
}

}  // namespace
}  // namespace grover::text
