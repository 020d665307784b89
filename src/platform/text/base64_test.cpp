#include "platform/text/base64.hpp"

#include <doctest/doctest.h>

using namespace grover::text;

TEST_CASE("base64 of RFC 4648, section 10") {
    CHECK(to_base64("") == "");
    CHECK(to_base64("f") == "Zg==");
    CHECK(to_base64("fo") == "Zm8=");
    CHECK(to_base64("foo") == "Zm9v");
    CHECK(to_base64("foobar") == "Zm9vYmFy");
    CHECK(to_base64("\xfb\xff") == "+/8=");
    std::string out = "data:";
    append_base64(out, "fo");
    CHECK(out == "data:Zm8=");
}

TEST_CASE("base64url goes there and back, and takes nothing else") {
    CHECK(to_base64url("") == "");
    CHECK(to_base64url("\xfb\xff") == "-_8");
    CHECK(from_base64url("-_8") == "\xfb\xff");
    CHECK(from_base64url("") == "");
    for (const char* wrong : {"+/8", "-_8=", "-_8 ", "a", "-_8\n", "ä",
                              "-\xa0"
                              "8",
                              "\xd2_8"}) {
        INFO(wrong);
        CHECK_FALSE(from_base64url(wrong));
    }
}
