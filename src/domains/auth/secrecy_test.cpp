#include "domains/auth/auth_world_test.hpp"
#include "sql/auth_accounts.hpp"
#include "sql/auth_sessions.hpp"
#include "sql/auth_traces.hpp"
#include "testing/http_peer.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::auth;
using namespace grover::auth::test;
using grover::testing::HttpPeer;

TEST_CASE("no token, id, password or answer of an exchange reaches a log, an error or the store") {
    HttpPeer exchange([](const auto&) {
        return HttpPeer::json(R"({"email":"eve@example.com","session_token":"given-token-777"})");
    });
    World w({.jwt_secret = "a secret of more than thirty-two bytes", .session_exchange_url = exchange.url()});
    std::vector<std::string> secrets{"tidal-harbour-7", "quiet-lantern-9", "given-token-777",
                                     "exchange-id-555", "wrong-guess-1"};
    std::string errors;

    const auto session = w.register_user("ada");
    secrets.push_back(session);
    secrets.push_back(w.get("/api/auth/me", session).cookie().substr(10));
    secrets.push_back(w.mail("Confirm your e-mail address").token());
    const auto pair = w.post("/api/auth/token", "", session);
    secrets.push_back(pair["access_token"]);
    secrets.push_back(pair["refresh_token"]);
    secrets.push_back(w.post("/api/auth/refresh",
                             R"({"refresh_token":")" + pair["refresh_token"] + "\"}")["refresh_token"]);
    secrets.push_back(w.post("/api/auth/socket-ticket", "", session)["ticket"]);
    CHECK(w.get("/api/auth/session?session_id=exchange-id-555").status == 200);
    errors += w.login("ada", "wrong-guess-1").body;
    errors += w.post("/api/auth/password/change",
                     R"({"current_password":"wrong-guess-1","new_password":"quiet-lantern-9"})", session)
                  .body;
    w.post("/api/auth/password/forgot", R"({"email":"ada@example.com"})");
    const auto reset_jobs = [&] { return w.sql("SELECT payload FROM jobs"); };
    const auto payload_before = reset_jobs();
    const auto reset = w.mail("Reset your password").token();
    secrets.push_back(reset);
    CHECK(w.post("/api/auth/password/reset", R"({"token":")" + reset + R"(","password":"quiet-lantern-9"})")
              .status == 200);
    for (const auto& secret : secrets) {
        errors += w.get("/api/auth/me", secret + "-spoilt").body;
        errors += w.post("/api/auth/refresh", R"({"refresh_token":")" + secret + "\"}").body;
        errors += w.post("/api/auth/verify-email", R"({"token":")" + secret + "\"}").body;
        errors += w.get("/api/auth/session?session_id=sid_" + secret).body;
    }

    // Every text of every table of this domain and of what waits to be done, while all of it was alive.
    std::string stored = payload_before + w.sql("SELECT payload FROM jobs") +
                         w.sql("SELECT payload FROM " + testing::events_table());
    for (const char* columns : {"password_hash FROM auth_passwords",
                                "token_hash, cookie_hash, device, user_agent FROM auth_sessions",
                                "token_hash FROM auth_refresh_tokens", "ticket_hash FROM auth_socket_tickets",
                                "token_hash, email FROM auth_mail_tokens", "id_hash FROM auth_sign_in_ids",
                                "guard_key FROM auth_failures", "fingerprint FROM auth_devices",
                                "event, session_id, ip, user_agent FROM auth_audit"}) {
        stored += w.sql("SELECT " + std::string(columns)) + "\n";
    }
    for (const auto& secret : secrets) {
        REQUIRE(secret.size() > 8);
        INFO(secret);
        CHECK(w.observer.text.find(secret) == std::string::npos);
        CHECK(errors.find(secret) == std::string::npos);
        CHECK(stored.find(secret) == std::string::npos);
    }
    for (const auto& attempt : w.attempts)
        CHECK((attempt == "password success" || attempt == "password failure" ||
               attempt == "session_exchange success"));
}

TEST_CASE("no answer with a token or a ticket is kept for a request that comes again") {
    World w({.jwt_secret = "a secret of more than thirty-two bytes"});
    const auto session = w.register_user("ada");
    auto headers = World::bearer(session);
    headers.push_back({"Idempotency-Key", "once"});
    for (const auto* path : {"/api/auth/socket-ticket", "/api/auth/token"}) {
        const auto first = w.send(http::Method::post, path, "", headers);
        const auto again = w.send(http::Method::post, path, "", headers);
        CHECK(first.status == 200);
        CHECK(again.status == 200);
        CHECK(again.body != first.body);
    }
    CHECK(w.nothing_kept.given.empty());
    // Others are.
    CHECK(w.send(http::Method::post, "/api/auth/verify-email/resend", "", headers).status == 200);
    CHECK_FALSE(w.nothing_kept.given.empty());
}

TEST_CASE("a mail that waits to be sent holds no token") {
    World w;
    w.register_user("ada");
    const auto waiting = w.sql("SELECT payload FROM jobs");
    CHECK(waiting.find("token_id") != std::string::npos);
    const auto token = w.mail("Confirm your e-mail address").token();
    REQUIRE(token.size() == 43);
    CHECK(waiting.find(token) == std::string::npos);
}

TEST_CASE("no statement of auth reads a whole table") {
    const auto db = testing::fresh_database();
    testing::check_no_scans(*db, sql::auth_sessions::all);
    testing::check_no_scans(*db, sql::auth_accounts::all);
    testing::check_no_scans(*db, sql::auth_traces::all);
}
