#include <thread>

#include "domains/auth/auth_parts.hpp"
#include "domains/auth/auth_world_test.hpp"
#include "testing/http_peer.hpp"
#include "testing/signing_key.hpp"

using namespace grover;
using namespace grover::auth;
using namespace grover::auth::test;
using grover::testing::HttpPeer;

namespace {

// A provider that signs whatever person the test names.
struct Provider {
    testing::SigningKey key{"k1", false};
    std::string subject = "g-1";
    std::string email = "ada@example.com";
    std::string nonce;
    bool verified = true;
    int token_status = 200;
    HttpPeer peer{[this](const auto& request) { return answer(request); }};

    std::string id_token(std::string_view audience = "client") const {
        return key.sign(R"({"iss":")" + peer.url("") + R"(","sub":")" + subject + R"(","aud":")" +
                        std::string(audience) + R"(","email":")" + email + R"(","email_verified":)" +
                        (verified ? "true" : "false") +
                        R"(,"name":"Ada L","picture":"https://pics.example/a.png","nonce":")" + nonce +
                        R"(","iat":1769249471,"exp":1869249471})");
    }
    std::string answer(const testing::PeerRequest& request) {
        if (request.target == "/discovery") {
            return HttpPeer::json(R"({"issuer":")" + peer.url("") + R"(","authorization_endpoint":")" +
                                  peer.url("/authorize") + R"(","token_endpoint":")" + peer.url("/token") +
                                  R"(","jwks_uri":")" + peer.url("/keys") + "\"}");
        }
        if (request.target == "/keys") return HttpPeer::json(R"({"keys":[)" + key.jwk() + "]}");
        if (token_status != 200) return HttpPeer::response(token_status, R"({"error":"invalid_grant"})");
        return HttpPeer::json(R"({"access_token":"at","id_token":")" + id_token() + "\"}");
    }
};

struct Signing {
    Provider provider;
    World w{{.google_client_id = "client",
             .google_client_secret = "secret",
             .google_discovery_url = provider.peer.url("/discovery"),
             .google_native_client_ids = {"ios-client"},
             .allowed_origins = {"https://app.example"}}};

    struct Started {
        std::string state;
        std::string cookie;
    };
    Started start(const std::string& redirect = "grover://auth-callback") {
        const auto answer =
            w.get("/api/auth/google/start?redirect=" + integrations::percent_encode(redirect));
        REQUIRE(answer.status == 302);
        const auto location = answer.header("Location");
        const auto value = [&](const std::string& name) {
            const auto from = location.find("&" + name + "=") + name.size() + 2;
            return location.substr(from, location.find('&', from) - from);
        };
        provider.nonce = value("nonce");
        return {value("state"), answer.cookie()};
    }
    Answer back(const Started& started, const std::string& query = "code=c") {
        return w.send(http::Method::get, "/api/auth/google/callback?" + query + "&state=" + started.state, {},
                      {{"Cookie", started.cookie}});
    }
    Answer native(const std::string& token, std::string_view more = {}) {
        return w.post("/api/auth/google", R"({"id_token":")" + token + "\"" + std::string(more) + "}");
    }
};

std::string after(const std::string& text, std::string_view mark) {
    return text.substr(text.find(mark) + mark.size());
}

}  // namespace

TEST_CASE("the way through the provider and back ends in the app with a one-time id") {
    Signing s;
    const auto started = s.start();
    const auto answer = s.back(started);
    CHECK(answer.status == 302);
    const auto location = answer.header("Location");
    CHECK(location.starts_with("grover://auth-callback#session_id=sid_"));
    CHECK(answer.header("Set-Cookie").find("Max-Age=0") != std::string::npos);
    const auto in = s.w.get("/api/auth/session?session_id=" + after(location, "session_id="));
    CHECK(in.status == 200);
    CHECK(in["email"] == "ada@example.com");
    CHECK(in["name"] == "Ada L");
    CHECK(in["is_new_user"] == "true");
    CHECK(in["email_verified"] == "true");
    CHECK(s.w.sql("SELECT method FROM auth_sessions") == "google");
    CHECK(s.w.sql("SELECT provider, subject FROM auth_identities") == "google|g-1");
}

TEST_CASE("the start binds the state to the browser, and sends challenges along") {
    Signing s;
    const auto answer = s.w.get("/api/auth/google/start?redirect=grover%3A%2F%2Fx&mode=signup");
    const auto location = answer.header("Location");
    CHECK(location.starts_with(s.provider.peer.url("/authorize") +
                               "?response_type=code&client_id=client&redirect_uri="
                               "http%3A%2F%2Fgrover.test%2Fapi%2Fauth%2Fgoogle%2Fcallback"));
    CHECK(location.find("&scope=openid%20email%20profile&") != std::string::npos);
    CHECK(location.find("&code_challenge_method=S256") != std::string::npos);
    CHECK(location.ends_with("&prompt=select_account"));
    CHECK(answer.header("Set-Cookie")
              .ends_with("; Path=/api/auth/google; Max-Age=600; HttpOnly; Secure; SameSite=Lax"));
    // Neither the state nor what ties it to the browser lies in the store as it is.
    const auto stored = s.w.sql("SELECT state_hash, browser_hash FROM auth_oauth_states");
    CHECK(stored.find(after(answer.cookie(), "=")) == std::string::npos);
}

TEST_CASE("a state that is stale, used, foreign or of another browser redirects nobody") {
    Signing s;
    const auto refused = [&](const Signing::Started& started) {
        const auto answer = s.back(started);
        CHECK(answer.status == 400);
        CHECK(answer.says("Invalid state"));
        CHECK(answer.header("Location").empty());
        CHECK(s.w.rows("users") == 0);
    };
    const auto started = s.start();
    refused({started.state, ""});
    refused({started.state, "grover_oauth_x=y"});
    refused({"made-up", started.cookie});
    refused({"", ""});
    const auto other = s.start();
    refused({started.state, other.cookie});
    s.w.clock.move(10min);
    refused(started);

    const auto fresh = s.start();
    CHECK(s.back(fresh).status == 302);
    CHECK(s.back(fresh).status == 400);
}

TEST_CASE("two tabs can be on their way at once") {
    Signing s;
    const auto first = s.start();
    const auto nonce = s.provider.nonce;
    const auto second = s.start("https://app.example/cb");
    const auto both = first.cookie + "; " + second.cookie;
    CHECK(s.back({second.state, both})
              .header("Location")
              .starts_with("https://app.example/cb#session_id=sid_"));
    s.provider.nonce = nonce;
    CHECK(
        s.back({first.state, both}).header("Location").starts_with("grover://auth-callback#session_id=sid_"));
}

TEST_CASE("what the provider refuses comes back as an error to the allowed target only") {
    Signing s;
    const auto ends = [&](const std::string& query, std::string_view error) {
        const auto answer = s.back(s.start(), query);
        CHECK(answer.status == 302);
        CHECK(answer.header("Location") == "grover://auth-callback#error=" + std::string(error));
        CHECK(s.w.rows("users") == 0);
    };
    ends("error=access_denied", "access_denied");
    ends("error=some_provider_text", "access_denied");
    ends("", "access_denied");
    s.provider.token_status = 400;
    ends("code=c", "access_denied");
    s.provider.token_status = 503;
    ends("code=c", "server_error");
    s.provider.token_status = 200;
    s.provider.verified = false;
    ends("code=c", "access_denied");
    s.provider.verified = true;
    const auto started = s.start();
    s.provider.nonce = "another";
    CHECK(s.back(started).header("Location") == "grover://auth-callback#error=access_denied");
}

TEST_CASE("nobody is sent to a target that is not listed") {
    Signing s;
    for (const char* path : {"/api/auth/google/start", "/api/auth/login"}) {
        const auto refused = s.w.get(std::string(path) + "?redirect=https%3A%2F%2Fevil.example%2F");
        CHECK(refused.status == 400);
        CHECK(refused.detail() == "Redirect not allowed");
        CHECK(refused.header("Location").empty());
        CHECK(s.w.get(path).status == 422);
        CHECK(s.w.get(std::string(path) + "?redirect=grover%3A%2F%2Fx&mode=other").status == 422);
    }
    CHECK(s.w.post("/api/auth/login/page", "redirect=https%3A%2F%2Fevil.example&email=a&password=b").status ==
          400);
    CHECK(s.w.rows("auth_oauth_states") == 0);
}

TEST_CASE("apps with a native sign-in bring an ID token") {
    Signing s;
    const auto answer = s.native(s.provider.id_token("ios-client"));
    CHECK(answer.status == 200);
    CHECK(answer["is_new_user"] == "true");
    CHECK(answer.cookie().starts_with("grover_rt="));
    CHECK(s.w.works(answer["session_token"]));
    s.provider.nonce = "n";
    CHECK(s.native(s.provider.id_token(), R"(,"nonce":"n")").status == 200);
    for (const auto& [token, more] :
         std::vector<std::pair<std::string, std::string>>{{s.provider.id_token(), R"(,"nonce":"m")"},
                                                          {s.provider.id_token("stranger"), ""},
                                                          {"a.b.c", ""},
                                                          {"", ""}}) {
        const auto refused = s.native(token, more);
        CHECK(refused.status == 401);
        CHECK(refused.detail() == "Invalid Google token");
    }
    CHECK(s.w.post("/api/auth/google", "{}").status == 422);
    CHECK(s.w.rows("auth_sessions") == 2);
}

TEST_CASE("an account is found by the provider's subject first, then by its address") {
    Signing s;
    const auto first = s.native(s.provider.id_token());
    s.provider.email = "moved@example.com";
    const auto moved = s.native(s.provider.id_token());
    CHECK(moved["user_id"] == first["user_id"]);
    CHECK(moved["email"] == "ada@example.com");

    s.w.register_user("bob");
    s.w.post("/api/auth/verify-email",
             R"({"token":")" + s.w.mail("Confirm your e-mail address").token() + "\"}");
    s.provider.subject = "g-2";
    s.provider.email = "Bob@example.com";
    const auto bob = s.native(s.provider.id_token());
    CHECK(bob["is_new_user"] == "false");
    CHECK(bob["name"] == "bob");
    CHECK(s.w.login("bob").status == 200);
    CHECK(s.w.rows("auth_identities") == 2);
}

TEST_CASE("whoever pre-registered a stranger's address is out when its owner comes by Google") {
    Signing s;
    const auto strangers = s.w.register_user("ada");
    const auto owner = s.native(s.provider.id_token());
    CHECK(owner.status == 200);
    CHECK(owner["has_password"] == "false");
    CHECK_FALSE(s.w.works(strangers));
    CHECK(s.w.login("ada").status == 401);
}

TEST_CASE("two first sign-ins at the same time make one user and one identity") {
    Signing s;
    const auto token = s.provider.id_token();
    std::vector<std::thread> threads;
    std::atomic<int> made{0};
    for (int i = 0; i < 6; ++i) {
        threads.emplace_back([&] {
            if (s.w.auth->parts().google.sign_in({}, {.id_token = token}).answer.is_new_user) ++made;
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(made == 1);
    CHECK(s.w.rows("users") == 1);
    CHECK(s.w.rows("auth_identities") == 1);
}

TEST_CASE("a Google account is linked to one user, listed, and unlinked while another way in is left") {
    Signing s;
    const auto ada = s.w.register_user("ada");
    const auto bob = s.w.register_user("bob");
    const auto link = [&](const std::string& session) {
        return s.w.post("/api/auth/identities/google", R"({"id_token":")" + s.provider.id_token() + "\"}",
                        session);
    };
    s.provider.email = "other@example.com";
    CHECK(
        link(ada).body ==
        R"({"identities":[{"provider":"google","email":"other@example.com","linked_at":"2026-01-24T10:11:11.000Z"}]})");
    CHECK(link(ada).status == 200);
    const auto clash = link(bob);
    CHECK(clash.status == 409);
    CHECK(clash.detail() == "Google account already linked to another user");
    CHECK(s.w.get("/api/auth/identities", bob).body == R"({"identities":[]})");
    CHECK(s.native(s.provider.id_token())["email"] == "ada@example.com");
    CHECK(s.w.del("/api/auth/identities/google", ada).body == R"({"identities":[]})");
    CHECK(s.w.rows("auth_identities") == 0);

    s.provider.subject = "g-3";
    s.provider.email = "grace@example.com";
    const auto grace = s.native(s.provider.id_token())["session_token"];
    CHECK(s.w.del("/api/auth/identities/google", grace).status == 400);
    CHECK(s.w.rows("auth_identities") == 1);
    CHECK(s.w.post("/api/auth/identities/google", R"({"id_token":"a.b.c"})", grace).status == 401);
}

TEST_CASE("the hosted page signs in by mail and password, and hands out a one-time id") {
    Signing s;
    s.w.register_user("ada");
    const auto page = s.w.get("/api/auth/login?redirect=grover%3A%2F%2Fauth-callback");
    CHECK(page.status == 200);
    CHECK(page.header("Content-Security-Policy").ends_with("form-action 'self' grover:"));
    CHECK(page.says("/api/auth/google/start?redirect=grover%3A%2F%2Fauth-callback"));
    CHECK_FALSE(page.says("<script"));
    CHECK_FALSE(page.says(" on"));

    const auto submit = [&](const std::string& form) {
        return s.w.post("/api/auth/login/page", "redirect=grover%3A%2F%2Fauth-callback&" + form);
    };
    const auto wrong = submit("email=ada%40example.com&password=wrong-password");
    CHECK(wrong.status == 401);
    CHECK(wrong.says("Invalid email or password"));
    CHECK(wrong.says("value=\"ada@example.com\""));
    CHECK_FALSE(wrong.says("wrong-password"));
    const auto in = submit("email=ada%40example.com&password=tidal-harbour-7");
    CHECK(in.status == 303);
    const auto id = after(in.header("Location"), "grover://auth-callback#session_id=");
    const auto session = s.w.get("/api/auth/session?session_id=" + id);
    CHECK(session.status == 200);
    CHECK(session["is_new_user"] == "false");

    const auto made = submit("action=signup&email=bob%40example.com&password=tidal-harbour-7&name=Bob");
    CHECK(made.status == 303);
    CHECK(s.w.get("/api/auth/session?session_id=" +
                  after(made.header("Location"), "#session_id="))["is_new_user"] == "true");
    CHECK(submit("action=signup&email=eve%40example.com&password=short&name=Eve").status == 400);
    CHECK(submit("action=forgot&email=ada%40example.com")
              .says("If the address is registered, a reset link was sent."));
    CHECK(s.w.mail("Reset your password").to == "ada@example.com");
    // Somebody else's page may not sign its visitors in.
    const auto foreign =
        s.w.send(http::Method::post, "/api/auth/login/page",
                 "redirect=grover%3A%2F%2Fx&email=ada%40example.com&password=tidal-harbour-7",
                 {{"Sec-Fetch-Site", "cross-site"}});
    CHECK(foreign.status == 403);
    CHECK(foreign.header("Location").empty());
}

TEST_CASE("without a client id none of it exists") {
    World w;
    const auto token = w.register_user("ada");
    for (const char* path : {"/api/auth/google/start", "/api/auth/google/callback", "/api/auth/login",
                             "/api/auth/google/start?redirect=grover%3A%2F%2Fx",
                             "/api/auth/google/start?mode=other", "/api/auth/login?mode=other"}) {
        CHECK(w.get(path).status == 404);
    }
    CHECK(w.post("/api/auth/google", "{}").status == 404);
    CHECK(w.post("/api/auth/google", R"({"id_token":5})").status == 404);
    CHECK(w.get("/api/auth/login").header("Cache-Control") == "no-store");
    CHECK(w.post("/api/auth/login/page", "redirect=grover%3A%2F%2Fx").status == 404);
    CHECK(w.post("/api/auth/identities/google", "{}", token).status == 404);
    CHECK(w.get("/api/auth/identities", token).status == 200);
}
