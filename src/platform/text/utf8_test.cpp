#include "platform/text/utf8.hpp"

#include <doctest/doctest.h>

#include "platform/text/emoji.hpp"

using namespace grover::text;

TEST_CASE("well-formed UTF-8 of every length is accepted") {
    CHECK(is_valid_utf8(""));
    CHECK(is_valid_utf8("plain text of more than eight bytes"));
    CHECK(is_valid_utf8("eight by\xC3\xA9"));
    CHECK(
        is_valid_utf8("\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF "
                      "\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"));
    CHECK(is_valid_utf8(std::string("a\0b", 3)));
}

TEST_CASE("broken UTF-8 is refused wherever it stands") {
    for (const std::string broken : {"\x80",
                                     "\xBF",
                                     "\xC0\x80",
                                     "\xC1\xBF",
                                     "\xC3",
                                     "\xC3(",
                                     "\xE0\x80\x80",
                                     "\xE0\x9F\xBF",
                                     "\xE2\x82",
                                     "\xE2(\xA1",
                                     "\xE2\x82(",
                                     "\xED\xA0\x80",
                                     "\xED\xBF\xBF",
                                     "\xF0\x80\x80\x80",
                                     "\xF0\x8F\xBF\xBF",
                                     "\xF0\x9F\x94",
                                     "\xF4\x90\x80\x80",
                                     "\xF5\x80\x80\x80",
                                     "\xFE",
                                     "\xFF"}) {
        CAPTURE(broken);
        CHECK_FALSE(is_valid_utf8(broken));
        CHECK_FALSE(is_valid_utf8(std::string(8, 'a') + broken));
        CHECK_FALSE(is_valid_utf8(std::string(13, 'a') + broken + "tail that is sound"));
    }
}

TEST_CASE("code points are counted, not bytes") {
    CHECK(count_code_points("") == 0);
    CHECK(count_code_points("abc") == 3);
    CHECK(count_code_points("né") == 2);
    CHECK(count_code_points("🔥é漢") == 3);
}

TEST_CASE("code points are read and written back alike") {
    const std::string_view text = "aé漢🔥";
    std::string copy;
    for (std::size_t at = 0; at < text.size();) append_code_point(copy, next_code_point(text, at));
    CHECK(copy == text);
    std::size_t at = 0;
    CHECK(next_code_point("\xF0\x9F", at) == 0xFFFD);
    CHECK(at == 1);
}

TEST_CASE("white space of any script is trimmed at both ends only") {
    CHECK(trim(" \t\n\r\v\fa b\n ") == "a b");
    CHECK(trim("\u00A0\u2003\u3000x y\u2028\u205F\u1680\u0085\u202F") == "x y");
    CHECK(trim(" \u00A0 ").empty());
    CHECK(trim("").empty());
    CHECK(trim("é") == "é");
    CHECK(trim("\u200B") == "\u200B");  // a zero-width space is no white space to Unicode
    CHECK(trim("漢字\u3000") == "漢字");
}

TEST_CASE("lower-casing reaches letters of every script") {
    CHECK(lower("ÀÉÎ ΑΒΓ ДЖ ABC") == "àéî αβγ дж abc");
    CHECK(lower_ascii("ÀBC") == "Àbc");
    CHECK(equal_ignoring_ascii_case("JavaScript", "jAVAsCRIPT"));
    CHECK_FALSE(equal_ignoring_ascii_case("\u212A", "k"));  // the Kelvin sign is not the letter K
}

TEST_CASE("spellings of one word fold to the same bytes") {
    CHECK(fold("Cafe\u0301") == "café");
    CHECK(fold("ＡＲＴ") == "art");
    CHECK(fold("ﬁne") == "fine");
    CHECK(fold("Art_42") == "art_42");
}

TEST_CASE("one emoji is one emoji") {
    for (const std::string emoji :
         {"🔥", "👩‍🚀", "❤️", "❤", "👍🏽", "🇵🇹", "1️⃣", "#️⃣", "🏳️‍🌈",
          "🏴‍☠️", "👨‍👩‍👧‍👦", "🕵🏽‍♂️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
          "☺️", "🫨", "👩‍❤️‍💋‍👨", "🧑🏻‍❤️‍💋‍🧑🏿",
          "\U0001FAE9"}) {
        CAPTURE(emoji);
        CHECK(is_single_emoji(emoji));
    }
}

TEST_CASE("anything else is not one emoji") {
    for (const std::string other :
         {"",         "a",  "1",       "#",       "like",          "🔥🔥",           "🔥a",
          "a🔥",       " 🔥", "🇵",       "🇵🇹🇪🇸",    "👍🏽🏽",  "❤️‍",    "‍❤️",
          "\uFE0F",   "★",  "é",       "🔥\u0301", "©\u0301\u0301", "🏴󠁧󠁢", "漢",
          "\xF0\x9F", "1⃣1⃣", "👩‍a"}) {
        CAPTURE(other);
        CHECK_FALSE(is_single_emoji(other));
    }
}

TEST_CASE("an emoji of more than ten code points is refused") {
    // Eleven: six women joined five times.
    CHECK_FALSE(is_single_emoji("👩‍👩‍👩‍👩‍👩‍👩"));
    CHECK(is_single_emoji("👩‍👩‍👩‍👩‍👩"));
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += "👩‍";
    CHECK_FALSE(is_single_emoji(many));
}

TEST_CASE("for searching, accents and case do not count") {
    CHECK(fold_without_marks("Crème BRÛLÉE") == "creme brulee");
    CHECK(fold_without_marks("Ｆｕｌｌ ①") == "full 1");
    CHECK(fold_without_marks("plain Text") == "plain text");
    CHECK(fold_without_marks("ё") == "е");
}
