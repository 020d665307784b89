#include "platform/integrations/password.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace grover::integrations;

TEST_CASE("a hash is Argon2id with the contract's parameters, salted, and matches its password only") {
    const auto hash = hash_password("correct horse");
    CHECK(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    CHECK(hash != hash_password("correct horse"));
    CHECK(matches_password(hash, "correct horse"));
    CHECK_FALSE(matches_password(hash, "correct horsf"));
    CHECK_FALSE(matches_password(hash, ""));
    CHECK_FALSE(needs_rehash(hash));
}

TEST_CASE("a password may hold any characters") {
    const std::string odd("\0 \xf0\x9f\x90\x8e \n", 8);
    CHECK(matches_password(hash_password(odd), odd));
    CHECK_FALSE(matches_password(hash_password(odd), odd.substr(0, 1)));
}

TEST_CASE("what is no hash matches nothing") {
    for (const char* broken : {"", "secret", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"}) {
        CHECK_FALSE(matches_password(broken, "secret"));
    }
}

TEST_CASE("a hash with other parameters is to be made again") {
    CHECK(needs_rehash(
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"));
}

TEST_CASE("the most common passwords are known in any case of their letters") {
    for (const char* common : {"password", "Password1", "12345678", "IloveYou", "qwertyuiop", "sunshine",
                               "jennifer", "football"}) {
        INFO(common);
        CHECK(is_common_password(common));
    }
    for (const char* fine : {"tidal-harbour-7", "correct horse battery staple", "Xk29dLpq", ""}) {
        INFO(fine);
        CHECK_FALSE(is_common_password(fine));
    }
}
