#include "platform/text/validate.hpp"

#include <doctest/doctest.h>

#include "platform/base/error.hpp"
#include "platform/text/time_format.hpp"

using namespace grover;
using namespace grover::text;

#define REFUSES(expression, sentence)                              \
    do {                                                           \
        CHECK_THROWS_WITH_AS((void)(expression), sentence, Error); \
        try {                                                      \
            (void)(expression);                                    \
        } catch (const Error& error) {                             \
            CHECK(error.kind == ErrorKind::validation_error);      \
        }                                                          \
    } while (false)

TEST_CASE("ids are checked on the whole value") {
    CHECK(validate_id("post_01hz-X") == "post_01hz-X");
    CHECK(validate_id(std::string(50, 'a')).size() == 50);
    REFUSES(validate_id(""), "Invalid ID");
    REFUSES(validate_id("", "user_id"), "Invalid user_id");
    REFUSES(validate_id(std::string(51, 'a'), "user_id"), "user_id too long");
    for (const std::string bad : {"a b", "post_1\n", "a/b", "é", "$ne", "a.b", "../x", " "}) {
        CAPTURE(bad);
        REFUSES(validate_id(bad, "post_id"), "Invalid post_id format");
    }
    REFUSES(validate_id(std::string("a\0", 2)), "Invalid ID format");
}

TEST_CASE("names are trimmed, cleaned and checked again") {
    CHECK(validate_name("  Ada <b>L</b>  ") == "Ada <b>L</b>");
    REFUSES(validate_name(""), "Name is required");
    REFUSES(validate_name("   "), "Name cannot be empty");
    REFUSES(validate_name("<script>x</script>", "Title"), "Title cannot be empty");
    REFUSES(validate_name("\x01\x02"), "Name cannot be empty");
    REFUSES(validate_name(std::string(101, 'a')), "Name exceeds maximum length of 100");
    CHECK(validate_name(" " + std::string(100, 'a') + " ").size() == 100);
}

TEST_CASE("a bio may be empty, not long") {
    CHECK(validate_bio("") == "");
    CHECK(validate_bio(" hi<script>x</script> ") == "hi");
    CHECK(validate_bio(std::string(500, 'a')).size() == 500);
    REFUSES(validate_bio(std::string(501, 'a')), "Bio exceeds maximum length of 500");
}

TEST_CASE("e-mail addresses are trimmed and lower-cased") {
    CHECK(validate_email("  Ada.Lovelace+x@Example.ORG ") == "ada.lovelace+x@example.org");
    CHECK(validate_email("a_b%c-d@sub-1.example.co") == "a_b%c-d@sub-1.example.co");
    REFUSES(validate_email(""), "Email is required");
    REFUSES(validate_email(" \t"), "Email is required");
    for (const std::string bad :
         {"plain",      "@example.org", "a@",       "a@b",       "a@b.c",      "a@@b.org",
          "a b@c.org",  "a@b.org\nx",   ".a@b.org", "a.@b.org",  "a..b@c.org", "a@.b.org",
          "a@b..org",   "a@b.org.",     "a@b.o1",   "é@b.org",   "a@é.org",    "a@b.\u212Aom",
          "a\"b@c.org", "<a@b.org>",    "a@b,org",  "a@b@c.org", "a@.org"}) {
        CAPTURE(bad);
        REFUSES(validate_email(bad), "Invalid email format");
    }
    CHECK(validate_email(std::string(64, 'a') + "@b.org").size() == 70);
    REFUSES(validate_email(std::string(65, 'a') + "@b.org"), "Email is too long");
    CHECK(validate_email("a@" + std::string(248, 'b') + ".org").size() == 254);
    REFUSES(validate_email("a@" + std::string(249, 'b') + ".org"), "Email is too long");
}

TEST_CASE("web addresses need a scheme and a host that can exist") {
    for (const std::string good :
         {"http://example.com", "https://sub.example.co.uk/path?q=1#x", "HTTPS://Example.COM:8443/",
          "http://localhost", "http://localhost:3000/x", "http://192.168.0.1:80",
          "https://xn--bcher-kva.xn--p1ai/", "https://example.com?x=a@b", "https://example.com/é",
          "http://a.io#f", "http://0.0.0.0"}) {
        CAPTURE(good);
        CHECK(validate_url(std::string(" ") + good + "\n") == good);
    }
    REFUSES(validate_url(""), "URL is required");
    REFUSES(validate_url("  "), "URL is required");
    for (const std::string bad :
         {"example.com",       "ftp://example.com", "javascript:alert(1)",  "http://",
          "http://a",          "http://a.b",        "http://.com",          "http://a..com",
          "http://-a.com",     "http://a-.com",     "http://256.1.1.1",     "http://1.2.3",
          "http://1.2.3.4.5",  "http://01.2.3.4",   "http://a.c0m",         "http://user@a.com",
          "http://u:p@a.com",  "http://a.com:0",    "http://a.com:65536",   "http://a.com:",
          "http://a.com:8a",   "http://a.com/a b",  "http://a.com/\u3000x", "http://a.com\\@b.com",
          "http://a.com/\x01", "http://[::1]/",     "http://é.com",         "http://a.com:+80",
          "http:/a.com",       "http://a.com.",     "data:text/html,x",     "http://a_b.com"}) {
        CAPTURE(bad);
        REFUSES(validate_url(bad), "Invalid URL format");
    }
    REFUSES(validate_url("http://" + std::string(64, 'a') + ".com"), "Invalid URL format");
    REFUSES(validate_url("http://a." + std::string(64, 'c')), "Invalid URL format");
    CHECK(validate_url("http://a." + std::string(63, 'c')).size() == 72);
}

TEST_CASE("phone numbers keep digits and a leading plus") {
    CHECK(validate_phone("+351 (912) 345-678") == "+351912345678");
    CHECK(validate_phone("(+1) 555 123 4567") == "+15551234567");
    CHECK(validate_phone("0123456789") == "0123456789");
    CHECK(validate_phone("++1+2345678901") == "+12345678901");
    REFUSES(validate_phone(""), "Phone number is required");
    REFUSES(validate_phone("  "), "Phone number is required");
    REFUSES(validate_phone("123456789"), "Phone number must be between 10 and 15 digits");
    REFUSES(validate_phone("+1234567890123456"), "Phone number must be between 10 and 15 digits");
    REFUSES(validate_phone("call me"), "Phone number must be between 10 and 15 digits");
}

TEST_CASE("user names are lower-cased, short, plain and not reserved") {
    CHECK(validate_username("Ada_99") == "ada_99");
    CHECK(validate_username("abc") == "abc");
    CHECK(validate_username(std::string(30, 'z')).size() == 30);
    for (const std::string bad : {"", "ab", "a b c", "ada-l", "ada.l", "ädä", "me", "Admin", "GROVER",
                                  "support", "deleted", "api", "system", " ada", "ada\n", "\u212Aelvin"}) {
        CAPTURE(bad);
        REFUSES(validate_username(bad), "Invalid username");
    }
    REFUSES(validate_username(std::string(31, 'z')), "Invalid username");
    CHECK(is_reserved_username("me"));
    CHECK_FALSE(is_reserved_username("ada"));
}

TEST_CASE("times are refused in one sentence") {
    CHECK(format_time(validate_time("2026-01-24T12:11:12+02:00")) == "2026-01-24T10:11:12.000Z");
    REFUSES(validate_time("yesterday"), "Invalid datetime format");
    REFUSES(validate_time(""), "Invalid datetime format");
}
