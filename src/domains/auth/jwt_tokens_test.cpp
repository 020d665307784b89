#include "domains/auth/auth_world_test.hpp"
#include "platform/integrations/jwt.hpp"
#include "platform/text/base64.hpp"

using namespace grover;
using namespace grover::auth;
using namespace grover::auth::test;
using integrations::JwtAlgorithm;

namespace {

constexpr const char* kSecret = "a secret of more than thirty-two bytes";

Options with_jwt() { return {.jwt_secret = kSecret}; }

Answer refresh(World& w, const std::string& token) {
    return w.post("/api/auth/refresh", R"({"refresh_token":")" + token + "\"}");
}

}  // namespace

TEST_CASE("a session token gives an access token that works like it, and a refresh token") {
    World w(with_jwt());
    const auto token = w.register_user("ada");
    const auto pair = w.post("/api/auth/token", "", token);
    CHECK(pair.status == 200);
    CHECK(pair["token_type"] == "bearer");
    CHECK(pair["expires_in"] == "1800");
    CHECK(pair["refresh_token"].starts_with("grt_"));
    CHECK(pair["refresh_expires_in"] == "2592000");
    CHECK(pair["session_id"] == w.auth->identify_token(token)->session_id.view());
    CHECK(pair.cookie().starts_with("grover_rt="));
    CHECK(w.works(pair["access_token"]));
    const auto claims = integrations::verify_jwt(JwtAlgorithm::hs256, kSecret, pair["access_token"]);
    REQUIRE(claims);
    const auto claim = [&](std::string_view name) { return Answer::text_of(claims->root().find(name)); };
    CHECK(claim("iss") == "grover");
    CHECK(claim("typ") == "access");
    CHECK(claim("sub") == claim("user_id"));
    CHECK(claim("sub") == w.sql("SELECT user_id FROM users"));
    CHECK(claim("sid") == pair["session_id"]);
    CHECK(claim("iat") == "1769249471");
    CHECK(claim("exp") == "1769251271");
    CHECK_FALSE(claim("jti").empty());
    // An access token does not make its own successors.
    CHECK(w.post("/api/auth/token", "", pair["access_token"]).status == 401);
}

TEST_CASE("signing in with token_type jwt answers the pair in place of a session token") {
    World w(with_jwt());
    w.register_user("ada");
    const auto answer = w.login("ada", World::kPassword, R"(,"token_type":"jwt")");
    CHECK(answer.status == 200);
    CHECK(answer["email"] == "ada@example.com");
    CHECK_FALSE(answer.says("session_token"));
    CHECK(w.works(answer["access_token"]));
    CHECK(refresh(w, answer["refresh_token"]).status == 200);
    w.post("/api/auth/logout", "", answer["access_token"]);
    CHECK_FALSE(w.works(answer["access_token"]));
    CHECK(refresh(w, answer["refresh_token"]).status == 401);
}

TEST_CASE("an access token ends after its time, with its session, and with a skew of thirty seconds") {
    World w(with_jwt());
    const auto token = w.register_user("ada");
    const auto access = w.post("/api/auth/token", "", token)["access_token"];
    w.clock.move(30min + 29s);
    CHECK(w.works(access));
    w.clock.move(1s);
    CHECK_FALSE(w.works(access));
    const auto next = w.post("/api/auth/token", "", token)["access_token"];
    w.post("/api/auth/logout", "", token);
    CHECK_FALSE(w.works(next));
}

TEST_CASE("a token with a claim missing, of another kind or another algorithm is nobody's") {
    World w(with_jwt());
    const auto token = w.register_user("ada");
    const auto user = w.sql("SELECT user_id FROM users");
    const auto session = w.auth->identify_token(token)->session_id.str();
    const auto claims = [&](std::string_view spoilt, std::string_view with) {
        std::string out = "{";
        for (const auto& [name, value] :
             std::vector<std::pair<std::string, std::string>>{{"iss", "\"grover\""},
                                                              {"typ", "\"access\""},
                                                              {"sub", "\"" + user + "\""},
                                                              {"user_id", "\"" + user + "\""},
                                                              {"sid", "\"" + session + "\""},
                                                              {"iat", "1769249471"},
                                                              {"exp", "1769251271"},
                                                              {"jti", "\"x\""}}) {
            const std::string text = name == spoilt ? std::string(with) : value;
            if (!text.empty()) out += (out.size() > 1 ? ",\"" : "\"") + name + "\":" + text;
        }
        return out + "}";
    };
    const auto good = claims("", "");
    CHECK(w.works(integrations::sign_jwt(JwtAlgorithm::hs256, kSecret, good)));
    for (const char* name : {"iss", "typ", "sub", "user_id", "sid", "iat", "exp", "jti"}) {
        for (const char* value : {"", "null", "\"other\"", "{}"}) {
            if (std::string_view(name) == "jti" && std::string_view(value) == "\"other\"") continue;
            INFO(name, " = ", value);
            CHECK_FALSE(w.works(integrations::sign_jwt(JwtAlgorithm::hs256, kSecret, claims(name, value))));
        }
    }
    CHECK_FALSE(w.works(integrations::sign_jwt(JwtAlgorithm::hs512, kSecret, good)));
    CHECK_FALSE(
        w.works(integrations::sign_jwt(JwtAlgorithm::hs256, "another secret of thirty-two bytes!!", good)));
    const auto unsigned_token =
        text::to_base64url(R"({"alg":"none"})") + "." + text::to_base64url(good) + ".";
    CHECK_FALSE(w.works(unsigned_token));
    CHECK_FALSE(w.works(unsigned_token + "AA"));
    // Somebody else's session with one's own name in it.
    const auto bob = w.register_user("bob");
    const auto bobs = w.sql("SELECT user_id FROM users WHERE name = 'bob'");
    std::string mixed = good;
    for (auto at = mixed.find(user); at != std::string::npos; at = mixed.find(user))
        mixed.replace(at, user.size(), bobs);
    CHECK_FALSE(w.works(integrations::sign_jwt(JwtAlgorithm::hs256, kSecret, mixed)));
}

TEST_CASE("each use replaces the refresh token; within ten seconds a retry gets the same one") {
    World w(with_jwt());
    const auto first = w.post("/api/auth/token", "", w.register_user("ada"))["refresh_token"];
    const auto second = refresh(w, first);
    CHECK(second.status == 200);
    CHECK(second["refresh_token"] != first);
    CHECK(w.works(second["access_token"]));
    CHECK(second.cookie().starts_with("grover_rt="));
    w.clock.move(10s);
    const auto retry = refresh(w, first);
    CHECK(retry.status == 200);
    CHECK(retry["refresh_token"] == second["refresh_token"]);
    CHECK(w.works(retry["access_token"]));
    CHECK(refresh(w, retry["refresh_token"]).status == 200);
}

TEST_CASE("using a replaced refresh token later ends the session and alarms the owner") {
    World w(with_jwt());
    const auto token = w.register_user("ada");
    const auto other = w.login("ada")["session_token"];
    const auto first = w.post("/api/auth/token", "", token)["refresh_token"];
    const auto second = refresh(w, first);
    w.mails();
    w.clock.move(11s);
    const auto theft = refresh(w, first);
    CHECK(theft.status == 401);
    CHECK(theft.detail() == "Invalid refresh token");
    CHECK_FALSE(w.works(token));
    CHECK_FALSE(w.works(second["access_token"]));
    CHECK(refresh(w, second["refresh_token"]).status == 401);
    CHECK(w.works(other));
    CHECK(w.mail("A sign-in was used twice").to == "ada@example.com");
    REQUIRE(w.alerts.size() == 1);
    CHECK(w.alerts[0].matter == SecurityMatter::stolen_refresh_token);
    REQUIRE(w.ended.size() == 1);
    CHECK(w.ended[0].reason == SessionEndReason::revoked);
}

TEST_CASE("refresh tokens end with the session's own limit, and keep the session alive until then") {
    World w(with_jwt());
    const auto token = w.register_user("ada");
    w.clock.move(std::chrono::days{5});
    auto pair = w.post("/api/auth/token", "", token);
    CHECK(pair["refresh_expires_in"] == std::to_string(25 * 86'400));
    w.clock.move(std::chrono::days{20});  // longer than a session may idle
    pair = refresh(w, pair["refresh_token"]);
    CHECK(pair.status == 200);
    CHECK(pair["refresh_expires_in"] == std::to_string(5 * 86'400));
    w.clock.move(std::chrono::days{5});
    CHECK(refresh(w, pair["refresh_token"]).status == 401);
    CHECK_FALSE(w.works(token));
}

TEST_CASE("what is no refresh token is refused") {
    World w(with_jwt());
    const auto token = w.register_user("ada");
    for (const auto& wrong :
         {std::string(), std::string("grt_"), std::string("grt_unknown"), token, std::string(5'000, 'x')}) {
        const auto answer = refresh(w, wrong);
        CHECK(answer.status == 401);
        CHECK(answer.detail() == "Invalid refresh token");
    }
    CHECK(w.post("/api/auth/refresh", "{}").status == 422);
    const auto good = w.post("/api/auth/token", "", token)["refresh_token"];
    CHECK(w.post("/api/auth/refresh?refresh_token=" + good).status == 422);
    CHECK_FALSE(w.works(good));
}

TEST_CASE("without a secret JWTs do not exist") {
    World w;
    const auto token = w.register_user("ada");
    CHECK(w.post("/api/auth/token", "", token).status == 404);
    CHECK(w.post("/api/auth/refresh", "{}").status == 404);
    CHECK(w.post("/api/auth/refresh", R"({"refresh_token":5})").status == 404);
    CHECK(w.login("ada", World::kPassword, R"(,"token_type":"jwt")").status == 404);
    CHECK(w.rows("auth_sessions") == 1);
    CHECK_FALSE(
        w.works(integrations::sign_jwt(JwtAlgorithm::hs256, "", R"({"iss":"grover","typ":"access"})")));
}

TEST_CASE("a session starts a bounded number of refresh chains") {
    World w(with_jwt());
    const auto token = w.register_user("ada");
    std::vector<std::string> tokens;
    for (int i = 0; i < 21; ++i) {
        w.clock.move(1s);
        tokens.push_back(w.post("/api/auth/token", "", token)["refresh_token"]);
    }
    CHECK(w.rows("auth_refresh_tokens") == 20);
    CHECK(refresh(w, tokens[0]).status == 401);
    CHECK(refresh(w, tokens[1]).status == 200);
}
