#include "platform/integrations/jwt.hpp"

#include <doctest/doctest.h>

#include "platform/integrations/digest.hpp"
#include "platform/text/base64.hpp"

using namespace grover;
using namespace grover::integrations;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kSecret = "a secret of more than thirty-two bytes";

std::string with_header(std::string_view header, std::string_view token) {
    return text::to_base64url(header) + std::string(token.substr(token.find('.')));
}

}  // namespace

TEST_CASE("a token made elsewhere with the same secret is understood") {
    // RFC 7515 A.1, whose secret is 64 bytes of base64url.
    const auto secret = text::from_base64url(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    constexpr std::string_view token =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const auto claims = verify_jwt(JwtAlgorithm::hs256, *secret, token);
    REQUIRE(claims);
    CHECK(claims->root().find("iss").string() == "joe");
}

TEST_CASE("each algorithm signs and verifies, and accepts no other") {
    for (const auto algorithm : {JwtAlgorithm::hs256, JwtAlgorithm::hs384, JwtAlgorithm::hs512}) {
        const auto token = sign_jwt(algorithm, kSecret, R"({"sub":"ada"})");
        for (const auto expected : {JwtAlgorithm::hs256, JwtAlgorithm::hs384, JwtAlgorithm::hs512}) {
            CHECK(verify_jwt(expected, kSecret, token).has_value() == (expected == algorithm));
        }
        CHECK_FALSE(verify_jwt(algorithm, "another secret of thirty-two bytes!", token));
    }
}

TEST_CASE("no token without its signature: `alg` none, changed parts, missing parts") {
    const auto token = sign_jwt(JwtAlgorithm::hs256, kSecret, R"({"sub":"ada"})");
    const auto unsigned_part = token.substr(0, token.rfind('.'));
    auto changed = token;
    changed[token.find('.') + 3] = changed[token.find('.') + 3] == 'A' ? 'B' : 'A';
    for (const auto& forged :
         {with_header(R"({"alg":"none"})", token),
          text::to_base64url(R"({"alg":"none"})") + "." + text::to_base64url("{}") + ".",
          with_header(R"({"alg":"HS512"})", token), with_header(R"({"alg":"RS256"})", token),
          with_header(R"({})", token), with_header(R"({"alg":["HS256"]})", token), unsigned_part,
          unsigned_part + ".", token + ".x", token + "x", changed, std::string("a.b.c"), std::string(".."),
          std::string(), std::string(20'000, 'a') + "." + token}) {
        INFO(forged.substr(0, 100));
        CHECK_FALSE(verify_jwt(JwtAlgorithm::hs256, kSecret, forged));
    }
}

TEST_CASE("a header that demands more than is understood is refused though it is signed") {
    // Signed by hand, since sign_jwt writes no such header.
    const auto part = text::to_base64url(R"({"alg":"HS256","crit":["exp"]})") + "." +
                      text::to_base64url(R"({"sub":"ada"})");
    const auto token = part + "." + text::to_base64url(bytes_of(hmac_sha256(kSecret, part)));
    CHECK_FALSE(verify_jwt(JwtAlgorithm::hs256, kSecret, token));
}

TEST_CASE("times are required, and hold with the skew only") {
    const Time now{1'000'000'000'000};  // second 1,000,000
    const auto holds = [&](std::string_view claims) {
        return holds_at(*wire::JsonDocument::parse(claims), now, 30s);
    };
    CHECK(holds(R"({"iat":999990,"exp":1000060})"));
    CHECK(holds(R"({"iat":1000029,"exp":999971})"));  // both just within the skew
    CHECK_FALSE(holds(R"({"iat":999990,"exp":999970})"));
    CHECK_FALSE(holds(R"({"iat":1000031,"exp":1000060})"));
    CHECK_FALSE(holds(R"({"iat":999990})"));
    CHECK_FALSE(holds(R"({"exp":1000060})"));
    CHECK_FALSE(holds(R"({"iat":999990,"exp":"1000060"})"));
    CHECK_FALSE(holds(R"({"iat":999990,"exp":null})"));
    CHECK_FALSE(holds(R"({"iat":999990,"exp":1000060,"nbf":1000040})"));
    CHECK(holds(R"({"iat":999990,"exp":1000060,"nbf":999000})"));
}
