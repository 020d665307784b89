#include <thread>

#include "domains/auth/auth_parts.hpp"
#include "domains/auth/auth_world_test.hpp"
#include "testing/http_peer.hpp"

using namespace grover;
using namespace grover::auth;
using namespace grover::auth::test;
using grover::testing::HttpPeer;

namespace {

// An exchange that answers what the test says.
struct Exchanging {
    std::string response = HttpPeer::json(
        R"({"email":"Ada@Example.com","name":"Ada","picture":"https://pics.example/ada.png"})");
    HttpPeer peer{[this](const auto&) { return response; }};
    World w{{.session_exchange_url = peer.url("/auth/v1/env/oauth/session-data")}};

    void gives(std::string_view json) { response = HttpPeer::json(json); }
    Answer redeem(const std::string& id) { return w.get("/api/auth/session?session_id=" + id); }
};

}  // namespace

TEST_CASE("an id of the exchange becomes an account and a session") {
    Exchanging e;
    const auto answer = e.redeem("one-time-id");
    CHECK(answer.status == 200);
    CHECK(answer["email"] == "ada@example.com");
    CHECK(answer["name"] == "Ada");
    CHECK(answer["picture"] == "https://pics.example/ada.png");
    CHECK(answer["email_verified"] == "true");
    CHECK(answer["has_password"] == "false");
    CHECK(answer["is_new_user"] == "true");
    CHECK(answer["session_token"].starts_with("gst_"));
    CHECK(answer.cookie().starts_with("grover_rt="));
    CHECK(e.w.works(answer["session_token"]));
    const auto requests = e.peer.requests();
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].method == "GET");
    CHECK(requests[0].target == "/auth/v1/env/oauth/session-data");
    CHECK(requests[0].head.find("X-Session-ID: one-time-id\r\n") != std::string::npos);

    const auto again = e.w.post("/api/auth/session", R"({"session_id":"another-id"})");
    CHECK(again.status == 200);
    CHECK(again["user_id"] == answer["user_id"]);
    CHECK(again["is_new_user"] == "false");
    CHECK(e.w.attempts == std::vector<std::string>{"session_exchange success", "session_exchange success"});
}

TEST_CASE("an account keeps its own name and picture") {
    Exchanging e;
    e.w.register_user("ada");
    e.w.post("/api/auth/verify-email",
             R"({"token":")" + e.w.mail("Confirm your e-mail address").token() + "\"}");
    const auto answer = e.redeem("x");
    CHECK(answer["name"] == "ada");
    CHECK(answer["picture"] == "");
    CHECK(e.w.login("ada").status == 200);
}

TEST_CASE("a missing or unusable name becomes the part of the address before the at sign") {
    Exchanging e;
    e.gives(R"({"email":"grace.h@example.com"})");
    CHECK(e.redeem("x")["name"] == "grace.h");
    e.gives(R"x({"email":"joan@example.com","name":"   ","picture":"javascript:alert(1)"})x");
    const auto answer = e.redeem("x");
    CHECK(answer["name"] == "joan");
    CHECK(answer["picture"] == "");
}

TEST_CASE("an id that is refused is 400, never an error of the server") {
    Exchanging e;
    for (const std::string& id : {std::string(), std::string(501, 'x'), std::string("%0d%0aX-Evil:1"),
                                  std::string("a%20b"), std::string("%C3%A4")}) {
        const auto answer = e.redeem(id);
        CHECK(answer.status == 400);
        CHECK(answer.detail() == "Invalid session ID");
    }
    CHECK(e.peer.requests().empty());
    for (const int status : {301, 302, 400, 401, 403, 404, 410, 429, 201, 204}) {
        e.response = HttpPeer::response(status, "the exchange's own words", "Location: /elsewhere\r\n");
        const auto answer = e.redeem("x");
        INFO(status);
        CHECK(answer.status == 400);
        CHECK(answer.detail() == "Invalid session ID");
    }
    CHECK(e.w.get("/api/auth/session").status == 422);
    CHECK(e.w.post("/api/auth/session", "{}").status == 422);
    CHECK(e.w.rows("users") == 0);
    World without;
    CHECK(without.get("/api/auth/session?session_id=x").status == 400);
}

TEST_CASE("what clients without a token send is nobody's token, whatever an exchange says") {
    Exchanging e;
    for (const std::string word : {"null", "undefined", "Bearer", "bearer"}) {
        e.gives(R"({"email":"ada@example.com","session_token":")" + word + "\"}");
        const auto answer = e.redeem("x");
        CHECK(answer.status == 200);
        CHECK(answer["session_token"].starts_with("gst_"));
        CHECK_FALSE(e.w.works(word));
    }
}

TEST_CASE("an exchange in trouble is 502, without its words") {
    Exchanging e;
    for (const auto& response :
         {HttpPeer::response(500, "secret trouble"), HttpPeer::response(503, ""),
          HttpPeer::json("secret, no JSON"), HttpPeer::json("[]"), HttpPeer::json("{}"),
          HttpPeer::json(R"({"email":7})"), HttpPeer::json(R"({"email":"no address"})"),
          HttpPeer::json(R"({"email":"a@b.cc","x":")" + std::string(65'536, 'x') + "\"}"),
          std::string("nonsense\r\n\r\n"), std::string()}) {
        e.response = response;
        const auto answer = e.redeem("x");
        INFO(response.substr(0, 80));
        CHECK(answer.status == 502);
        CHECK(answer.detail() == "Sign-in service unavailable");
        CHECK_FALSE(answer.says("secret"));
    }
    CHECK(e.w.observer.text.find("secret") == std::string::npos);
    CHECK(e.w.rows("users") == 0);
    World nobody_there({.session_exchange_url = "http://127.0.0.1:1/"});
    CHECK(nobody_there.get("/api/auth/session?session_id=x").status == 502);
}

TEST_CASE("a token of the exchange becomes the session's, is renewed, and never moves to another user") {
    Exchanging e;
    e.gives(R"({"email":"ada@example.com","session_token":"given-token.1"})");
    const auto first = e.redeem("x");
    CHECK(first["session_token"] == "given-token.1");
    CHECK(e.w.works("given-token.1"));
    e.w.clock.move(std::chrono::days{6});
    const auto renewed = e.redeem("y");
    CHECK(renewed["session_token"] == "given-token.1");
    CHECK(renewed["expires_at"] == "2026-02-06T10:11:11.000Z");
    CHECK(e.w.rows("auth_sessions") == 1);

    e.gives(R"({"email":"eve@example.com","session_token":"given-token.1"})");
    const auto stolen = e.redeem("z");
    CHECK(stolen.status == 400);
    CHECK(stolen.detail() == "Invalid session ID");
    CHECK(e.w.get("/api/auth/me", "given-token.1")["email"] == "ada@example.com");
    CHECK(e.w.rows("users") == 1);

    // Beyond the session's limit it is a new session.
    e.gives(R"({"email":"ada@example.com","session_token":"given-token.1"})");
    e.w.clock.move(std::chrono::days{24});
    CHECK(e.redeem("x")["expires_at"] == "2026-03-02T10:11:11.000Z");
    CHECK(e.w.rows("auth_sessions") == 1);
}

TEST_CASE("a token that could not be sent back is replaced") {
    Exchanging e;
    for (const char* odd : {"", "two words", "tab\\there", "\\u00e4", "line\\n"}) {
        e.gives(R"({"email":"ada@example.com","session_token":")" + std::string(odd) + "\"}");
        INFO(odd);
        CHECK(e.redeem("x")["session_token"].starts_with("gst_"));
    }
    e.gives(R"({"email":"ada@example.com","session_token":")" + std::string(513, 'x') + "\"}");
    CHECK(e.redeem("x")["session_token"].starts_with("gst_"));
    e.gives(R"({"email":"ada@example.com","session_token":")" + std::string(512, 'x') + "\"}");
    CHECK(e.w.works(e.redeem("x")["session_token"]));
}

TEST_CASE("whoever pre-registered a stranger's address is out when its owner comes by an exchange") {
    Exchanging e;
    auto& w = e.w;
    const auto strangers = w.register_user("ada");
    w.post("/api/auth/verify-email/resend", "", strangers);
    const auto link = w.mail("Confirm your e-mail address").token();
    w.run(
        "INSERT INTO auth_identities VALUES ('google', 'stranger', (SELECT user_id FROM users), "
        "'eve@example.com', 1)");
    const auto answer = e.redeem("x");
    CHECK(answer.status == 200);
    CHECK(answer["is_new_user"] == "false");
    CHECK(answer["email_verified"] == "true");
    CHECK(answer["has_password"] == "false");
    CHECK_FALSE(w.works(strangers));
    CHECK(w.login("ada").status == 401);
    CHECK(w.rows("auth_identities") == 0);
    CHECK(w.post("/api/auth/verify-email", R"({"token":")" + link + "\"}").status == 400);
    CHECK(w.works(answer["session_token"]));
}

TEST_CASE("two first sign-ins at the same time make one user") {
    Exchanging e;
    std::vector<std::thread> threads;
    std::atomic<int> made{0};
    std::atomic<int> in{0};
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            const auto signed_in = e.w.auth->parts().exchange.redeem({}, "some-id");
            ++in;
            if (signed_in.answer.is_new_user) ++made;
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(in == 8);
    CHECK(made == 1);
    CHECK(e.w.rows("users") == 1);
    CHECK(e.w.rows("auth_sessions") == 8);
}

TEST_CASE("suspended accounts do not come in by an exchange") {
    Exchanging e;
    const auto answer = e.redeem("x");
    e.w.db->write([&](db::Write& tx) { e.w.users.suspend(tx, UserId(answer["user_id"])); });
    const auto refused = e.redeem("x");
    CHECK(refused.status == 403);
    CHECK(refused.detail() == "Account suspended");
}

TEST_CASE("an id that this server issued is redeemed once, within five minutes, and again only by a retry") {
    World w;
    w.register_user("ada");
    const auto user = UserId(w.sql("SELECT user_id FROM users"));
    w.run("DELETE FROM auth_sessions");
    const auto make = [&] {
        return w.db->write(
            [&](db::Write& tx) { return w.auth->parts().exchange.make_id(tx, user, "google", true); });
    };
    const auto redeem = [&](const std::string& id) { return w.get("/api/auth/session?session_id=" + id); };
    const auto id = make();
    CHECK(id.starts_with("sid_"));
    const auto first = redeem(id);
    CHECK(first.status == 200);
    CHECK(first["is_new_user"] == "true");
    CHECK(w.works(first["session_token"]));
    CHECK(w.sql("SELECT method FROM auth_sessions") == "google");

    w.clock.move(60s);
    const auto retry = redeem(id);
    CHECK(retry["session_token"] == first["session_token"]);
    CHECK(retry["expires_at"] == first["expires_at"]);
    CHECK(w.rows("auth_sessions") == 1);
    w.address = "192.0.2.99";
    CHECK(redeem(id).detail() == "Invalid session ID");
    w.address = "192.0.2.7";
    w.clock.move(1s);
    CHECK(redeem(id).status == 400);

    const auto late = make();
    w.clock.move(300s);
    CHECK(redeem(late).status == 400);
    CHECK(redeem("sid_unknown").status == 400);
    // One whose session has ended is over too.
    const auto ended = make();
    const auto token = redeem(ended)["session_token"];
    w.post("/api/auth/logout", "", token);
    CHECK(redeem(ended).status == 400);
}
