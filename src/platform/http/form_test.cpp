#include <doctest/doctest.h>

#include <string>

#include "platform/base/error.hpp"
#include "platform/http/form.hpp"

using namespace grover;
using namespace grover::http;

TEST_CASE("percent escapes are decoded, broken ones stand for themselves") {
    CHECK(percent_decoded("a%20b%2Fc%2f", PlusIs::plus) == "a b/c/");
    CHECK(percent_decoded("100%", PlusIs::plus) == "100%");
    CHECK(percent_decoded("%4", PlusIs::plus) == "%4");
    CHECK(percent_decoded("%zz%41", PlusIs::plus) == "%zzA");
    CHECK(percent_decoded("%E2%82%AC", PlusIs::plus) == "\xE2\x82\xAC");
    CHECK(percent_decoded("%00x", PlusIs::plus) == std::string("\0x", 2));
    CHECK(percent_decoded("a+b", PlusIs::plus) == "a+b");
    CHECK(percent_decoded("a+b%2B", PlusIs::space) == "a b+");
}

TEST_CASE("a form keeps order, repetition, empty values and names without a value") {
    const auto fields = parse_form("a=1&b=&&a=2&flag&c=x%3Dy=z&=nameless");
    REQUIRE(fields.size() == 6);
    CHECK(fields[0].name == "a");
    CHECK(fields[0].value == "1");
    CHECK(fields[1].name == "b");
    CHECK(fields[1].value == "");
    CHECK(fields[2].name == "a");
    CHECK(fields[2].value == "2");
    CHECK(fields[3].name == "flag");
    CHECK(fields[3].value == "");
    CHECK(fields[4].value == "x=y=z");
    CHECK(fields[5].name == "");
    CHECK(fields[5].value == "nameless");
    CHECK(parse_form("").empty());
    CHECK(parse_form("&&&").empty());
}

TEST_CASE("thousands of fields are refused") {
    std::string text;
    for (std::size_t i = 0; i < kMaxFormFields; ++i) text += "a&";
    CHECK(parse_form(text).size() == kMaxFormFields);
    text += "a";
    try {
        static_cast<void>(parse_form(text));
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.kind == ErrorKind::too_large);
        CHECK(error.status == 413);
    }
}
