#include "platform/integrations/digest.hpp"

#include <doctest/doctest.h>

#include "platform/text/base64.hpp"

using namespace grover::integrations;

TEST_CASE("digests are those of the standards") {
    // FIPS 180-2 "abc", RFC 4231 test case 2.
    CHECK(grover::text::to_base64url(bytes_of(sha256("abc"))) ==
          "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    CHECK(grover::text::to_base64url(bytes_of(hmac_sha256("Jefe", "what do ya want for nothing?"))) ==
          "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
}

TEST_CASE("random texts have 256 bits and never repeat") {
    CHECK(random_text_256().size() == 43);
    CHECK(random_text_256() != random_text_256());
}

TEST_CASE("comparison in constant time is still a comparison") {
    CHECK(equal_in_constant_time("abc", "abc"));
    CHECK(equal_in_constant_time("", ""));
    CHECK_FALSE(equal_in_constant_time("abc", "abd"));
    CHECK_FALSE(equal_in_constant_time("abc", "abcd"));
}
