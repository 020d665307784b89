#include "platform/text/profanity.hpp"

#include <doctest/doctest.h>

#include <unistd.h>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

using namespace grover::text;

TEST_CASE("whole words are found in any case") {
    const WordList words = load_profanity("");
    CHECK(contains_profanity("what a BadWord1!", words));
    CHECK(contains_profanity("badword2", words));
    CHECK(contains_profanity("ｂａｄｗｏｒｄ１", words));
    CHECK_FALSE(contains_profanity("badword", words));
    CHECK_FALSE(contains_profanity("badword12 mybadword1 badword1_", words));
    CHECK_FALSE(contains_profanity("", words));
    CHECK_FALSE(contains_profanity("anything", WordList{}));
}

TEST_CASE("a file adds words, one per line") {
    const std::string path =
        std::filesystem::temp_directory_path() / ("grover_words_" + std::to_string(::getpid()));
    std::ofstream(path) << "Ärgerlich\n\n  darn \r\n\xFF\xFE\n";
    const WordList words = load_profanity(path);
    std::filesystem::remove(path);
    CHECK(words.size() == 4);
    CHECK(contains_profanity("wie ÄRGERLICH.", words));
    CHECK(contains_profanity("Darn", words));
    CHECK(contains_profanity("badword1", words));
    CHECK_FALSE(contains_profanity("darned", words));
}

TEST_CASE("a missing file is an error, not an empty list") {
    CHECK_THROWS_AS((void)load_profanity("/nonexistent/words"), std::system_error);
}
