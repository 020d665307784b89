#include "platform/integrations/oidc.hpp"

#include <doctest/doctest.h>

#include "platform/base/error.hpp"
#include "platform/integrations/digest.hpp"
#include "platform/text/base64.hpp"
#include "platform/wire/json_out.hpp"
#include "testing/http_peer.hpp"
#include "testing/signing_key.hpp"

using namespace grover;
using namespace grover::integrations;
using namespace std::chrono_literals;
using grover::testing::HttpPeer;
using grover::testing::SigningKey;

namespace {

constexpr std::int64_t kNow = 1'769'249'471;  // 2026-01-24

class MovedClock final : public Clock {
public:
    Time now() const override { return Time{kNow * 1'000'000} + moved; }
    std::chrono::seconds moved{0};
};

// Claims that are good, to be spoilt one at a time.
struct Claims {
    std::string iss, sub = "g-1", aud = "client", email = "Ada@Example.com", email_verified = "true",
                     nonce = "n-1";
    std::int64_t iat = kNow, exp = kNow + 600;
    std::string more;

    std::string json() const {
        return R"({"iss":")" + iss + R"(","sub":")" + sub + R"(","aud":)" +
               (aud.starts_with("[") ? aud : "\"" + aud + "\"") + R"(,"email":")" + email +
               R"(","email_verified":)" + email_verified + R"(,"nonce":")" + nonce +
               R"(","name":"Ada","iat":)" + std::to_string(iat) + R"(,"exp":)" + std::to_string(exp) + more +
               "}";
    }
};

struct World {
    MovedClock clock;
    SigningKey rsa{"r1", true};
    SigningKey ec{"e1", false};
    std::vector<const SigningKey*> published{&rsa, &ec};
    std::string token_response;
    std::string userinfo_response = HttpPeer::response(500, "");
    bool down = false;
    HttpPeer peer{[this](const auto& request) { return answer(request); }};
    HttpClient http{nullptr};
    OidcProvider provider{http, clock, options()};

    OidcOptions options() const {
        return {.discovery_url = peer.url("/.well-known/openid-configuration"),
                .client_id = "client",
                .client_secret = "s&cret",
                .native_client_ids = {"ios-client"},
                .redirect_uri = "http://localhost:8001/api/auth/google/callback"};
    }
    std::string answer(const testing::PeerRequest& request) {
        if (down) return HttpPeer::response(503, "secret trouble");
        if (request.target == "/.well-known/openid-configuration") {
            return HttpPeer::json(R"({"issuer":")" + peer.url("") + R"(","authorization_endpoint":")" +
                                  peer.url("/authorize?tenant=1") + R"(","token_endpoint":")" +
                                  peer.url("/token") + R"(","userinfo_endpoint":")" + peer.url("/userinfo") +
                                  R"(","jwks_uri":")" + peer.url("/keys") + "\"}");
        }
        if (request.target == "/keys") {
            std::string list;
            for (const auto* signer : published) list += (list.empty() ? "" : ",") + signer->jwk();
            return HttpPeer::json(R"({"keys":[)" + list + "]}");
        }
        if (request.target == "/token") return token_response;
        if (request.target == "/userinfo") return userinfo_response;
        return HttpPeer::response(404, "");
    }
    Claims claims() const { return {.iss = peer.url("")}; }
    void gives(const std::string& id_token) {
        token_response =
            HttpPeer::json(R"({"access_token":"at","token_type":"Bearer","id_token":")" + id_token + "\"}");
    }
    int asked_for(std::string_view target) const {
        int count = 0;
        for (const auto& request : peer.requests()) count += request.target == target ? 1 : 0;
        return count;
    }
};

template <class F>
void check_unavailable(F&& f) {
    try {
        f();
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.kind == ErrorKind::upstream_error);
        CHECK(error.detail == "Google unavailable");
        CHECK(error.cause.find("secret") == std::string::npos);
    }
}

}  // namespace

TEST_CASE("the browser is sent to the provider with everything the code flow needs") {
    World w;
    const auto url = w.provider.authorization_url({.state = "st",
                                                   .nonce = "n-1",
                                                   .verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                                                   .choose_account = true});
    // The challenge of RFC 7636 appendix B.
    CHECK(url == w.peer.url("/authorize?tenant=1") +
                     "&response_type=code&client_id=client&redirect_uri=http%3A%2F%2Flocalhost%3A8001%2Fapi%"
                     "2Fauth%2Fgoogle%2Fcallback"
                     "&scope=openid%20email%20profile&state=st&nonce=n-1&code_challenge="
                     "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
                     "&code_challenge_method=S256&prompt=select_account");
    w.provider.authorization_url({.state = "a", .nonce = "b", .verifier = "c"});
    CHECK(w.asked_for("/.well-known/openid-configuration") == 1);
    w.clock.moved = 24h;
    w.provider.authorization_url({.state = "a", .nonce = "b", .verifier = "c"});
    CHECK(w.asked_for("/.well-known/openid-configuration") == 2);
}

TEST_CASE("a code is redeemed with verifier and client secret for the identity in the ID token") {
    World w;
    w.gives(w.rsa.sign(w.claims().json()));
    const auto identity = w.provider.redeem("the code", "the-verifier", "n-1");
    REQUIRE(identity);
    CHECK(identity->subject == "g-1");
    CHECK(identity->email == "Ada@Example.com");
    CHECK(identity->name == "Ada");
    const auto requests = w.peer.requests();
    const auto& token = *std::find_if(requests.begin(), requests.end(),
                                      [](const auto& request) { return request.target == "/token"; });
    CHECK(token.body ==
          "grant_type=authorization_code&code=the%20code&redirect_uri=http%3A%2F%2Flocalhost%3A8001%2Fapi%"
          "2Fauth%2Fgoogle%2Fcallback"
          "&code_verifier=the-verifier");
    CHECK(token.head.find("Authorization: Basic " + text::to_base64("client:s%26cret")) != std::string::npos);
}

TEST_CASE("an ES256 token counts as well") {
    World w;
    w.gives(w.ec.sign(w.claims().json()));
    CHECK(w.provider.redeem("c", "v", "n-1"));
}

TEST_CASE("a token with one thing wrong is no identity") {
    World w;
    const auto with = [&](auto&& spoil) {
        auto claims = w.claims();
        spoil(claims);
        w.gives(w.rsa.sign(claims.json()));
        return w.provider.redeem("c", "v", "n-1").has_value();
    };
    CHECK(with([](Claims&) {}));
    CHECK(with([](Claims& c) { c.iss = "accounts.google.com"; }));
    CHECK(with([](Claims& c) { c.aud = R"(["client"])"; }));
    CHECK(with([](Claims& c) { c.email_verified = "\"true\""; }));
    CHECK(with([](Claims& c) { c.exp = kNow - 59; }));
    CHECK_FALSE(with([](Claims& c) { c.exp = kNow - 60; }));
    CHECK(with([](Claims& c) { c.iat = kNow + 60; }));
    CHECK_FALSE(with([](Claims& c) { c.iat = kNow + 61; }));
    CHECK_FALSE(with([](Claims& c) { c.iss = "https://evil.example"; }));
    CHECK_FALSE(with([](Claims& c) { c.iss = ""; }));
    CHECK_FALSE(with([](Claims& c) { c.aud = "another"; }));
    CHECK_FALSE(with([](Claims& c) { c.aud = "ios-client"; }));  // of a native app, not of this flow
    CHECK_FALSE(with([](Claims& c) { c.aud = R"(["client","another"])"; }));
    CHECK(with([](Claims& c) { c.aud = R"(["client","another"])", c.more = R"(,"azp":"client")"; }));
    CHECK_FALSE(with([](Claims& c) { c.nonce = "n-2"; }));
    CHECK_FALSE(with([](Claims& c) { c.nonce = ""; }));
    CHECK_FALSE(with([](Claims& c) { c.email_verified = "false"; }));
    CHECK_FALSE(with([](Claims& c) { c.email_verified = "null"; }));
    CHECK_FALSE(with([](Claims& c) { c.email_verified = "1"; }));
    CHECK_FALSE(with([](Claims& c) { c.email = ""; }));
    CHECK_FALSE(with([](Claims& c) { c.sub = ""; }));
}

TEST_CASE("a token that the provider did not sign is no identity") {
    World w;
    const SigningKey stranger("r1", true);
    const SigningKey weak("w1", true, 1024);
    w.published.push_back(&weak);
    const auto claims = w.claims().json();
    const auto good = w.rsa.sign(claims);
    const auto none = text::to_base64url(R"({"alg":"none"})") + "." + text::to_base64url(claims) + ".";
    // The public key as the secret of an HMAC: the classic confusion.
    const auto part = text::to_base64url(R"({"alg":"HS256","kid":"r1"})") + "." + text::to_base64url(claims);
    const auto confused = part + "." + text::to_base64url(bytes_of(hmac_sha256(w.rsa.jwk(), part)));
    for (const auto& token :
         {stranger.sign(claims), weak.sign(claims), none, confused, w.rsa.sign(claims, "ES256"),
          w.ec.sign(claims, "RS256"), w.rsa.sign(claims, "RS512"), good + "x",
          good.substr(0, good.size() - 4), std::string("a.b.c"), std::string()}) {
        INFO(token.substr(0, 60));
        CHECK_FALSE(w.provider.verify(token, ""));
    }
    CHECK(w.provider.verify(good, ""));
}

TEST_CASE("tokens of native apps: their audiences count, the nonce only when it is given") {
    World w;
    auto claims = w.claims();
    claims.aud = "ios-client";
    const auto token = w.rsa.sign(claims.json());
    CHECK(w.provider.verify(token, ""));
    CHECK(w.provider.verify(token, "n-1"));
    CHECK_FALSE(w.provider.verify(token, "n-2"));
}

TEST_CASE("an unknown key is looked for once, and not again for five minutes") {
    World w;
    const SigningKey rotated("r2", true);
    CHECK(w.provider.verify(w.rsa.sign(w.claims().json()), ""));
    CHECK(w.asked_for("/keys") == 1);
    w.published = {&rotated};
    const auto token = rotated.sign(w.claims().json());
    CHECK_FALSE(w.provider.verify(token, ""));  // fetched a moment ago
    CHECK(w.asked_for("/keys") == 1);
    w.clock.moved = 5min;
    CHECK(w.provider.verify(token, ""));
    CHECK(w.asked_for("/keys") == 2);
    const SigningKey unknown("r3", true);
    CHECK_FALSE(w.provider.verify(unknown.sign(w.claims().json()), ""));
    CHECK(w.asked_for("/keys") == 2);
}

TEST_CASE(
    "a provider that tells the address at userinfo only is asked there, and must speak of the same person") {
    World w;
    const auto bare = R"({"iss":")" + w.peer.url("") +
                      R"(","sub":"g-1","aud":"client","nonce":"n-1","iat":)" + std::to_string(kNow) +
                      R"(,"exp":)" + std::to_string(kNow + 60) + "}";
    w.gives(w.rsa.sign(bare));
    w.userinfo_response =
        HttpPeer::json(R"({"sub":"g-1","email":"ada@example.com","email_verified":true,"name":"Ada"})");
    REQUIRE(w.provider.redeem("c", "v", "n-1"));
    CHECK(w.provider.redeem("c", "v", "n-1")->email == "ada@example.com");
    w.userinfo_response = HttpPeer::json(R"({"sub":"g-2","email":"ada@example.com","email_verified":true})");
    CHECK_FALSE(w.provider.redeem("c", "v", "n-1"));
    w.userinfo_response = HttpPeer::json(R"({"sub":"g-1","email":"ada@example.com"})");
    CHECK_FALSE(w.provider.redeem("c", "v", "n-1"));
}

TEST_CASE("a refused code is no identity, and a client refused by header is tried by form once") {
    World w;
    w.token_response = HttpPeer::response(400, R"({"error":"invalid_grant"})");
    CHECK_FALSE(w.provider.redeem("c", "v", "n-1"));
    CHECK(w.asked_for("/token") == 1);
    w.token_response = HttpPeer::response(401, R"({"error":"invalid_client"})");
    CHECK_FALSE(w.provider.redeem("c", "v", "n-1"));
    CHECK(w.asked_for("/token") == 3);
    const auto last = w.peer.requests().back();
    CHECK(last.body.ends_with("&client_id=client&client_secret=s%26cret"));
    CHECK(last.head.find("Authorization:") == std::string::npos);
}

TEST_CASE("a provider in trouble is 502 without its words") {
    World w;
    w.down = true;
    check_unavailable([&] { w.provider.authorization_url({.state = "a", .nonce = "b", .verifier = "c"}); });
    check_unavailable([&] { w.provider.verify(w.rsa.sign(w.claims().json()), ""); });
    w.down = false;
    for (const auto& response :
         {HttpPeer::response(500, "secret"), HttpPeer::response(200, "secret, no JSON"),
          HttpPeer::response(200, "[]"), std::string()}) {
        w.token_response = response;
        check_unavailable([&] { w.provider.redeem("c", "v", "n-1"); });
    }
}
