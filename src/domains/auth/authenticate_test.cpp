#include "domains/auth/auth_parts.hpp"
#include "domains/auth/auth_world_test.hpp"
#include "platform/db/row_cache.hpp"

using namespace grover;
using namespace grover::auth;
using namespace grover::auth::test;

namespace {

Answer with_header(World& w, const std::string& value) {
    return w.send(http::Method::get, "/api/auth/me", {}, {{"Authorization", value}});
}

}  // namespace

TEST_CASE("the credential is read from the Authorization header in all the ways that clients write it") {
    World w;
    const auto token = w.register_user("ada");
    for (const auto& header :
         {"Bearer " + token, "bearer " + token, "BEARER   " + token, token, "  Bearer " + token + "  "}) {
        INFO(header);
        CHECK(with_header(w, header).status == 200);
    }
}

TEST_CASE("everything else is one 401, and neither cookies nor query strings help") {
    World w;
    const auto token = w.register_user("ada");
    for (const auto& header :
         {std::string(), std::string("Bearer"), std::string("Bearer "), std::string("null"),
          std::string("Bearer null"), std::string("undefined"), std::string("Bearer undefined"),
          std::string("garbage"), "Basic " + token, "Bearer " + token + "x", "Bearer " + token.substr(1),
          "Bearer " + token + " " + token, std::string("Bearer a.b.c"),
          std::string("Bearer ..") + std::string(3'000, 'x')}) {
        const auto answer = with_header(w, header);
        INFO(header.substr(0, 80));
        CHECK(answer.status == 401);
        CHECK(answer.detail() == "Not authenticated");
        CHECK(answer.header("WWW-Authenticate") == "Bearer");
    }
    CHECK(
        w.get("/api/auth/me?token=" + token + "&session_token=" + token + "&access_token=" + token).status ==
        401);
    CHECK(w.send(http::Method::get, "/api/auth/me", {},
                 {{"Cookie", "session_token=" + token + "; token=" + token}})
              .status == 401);
    // A user id that a client claims identifies nobody.
    const auto user = w.sql("SELECT user_id FROM users");
    CHECK(w.get("/api/auth/me?user_id=" + user + "&userId=" + user).status == 401);
    CHECK(with_header(w, "Bearer " + user).status == 401);
}

TEST_CASE("authentication comes before the look at the input") {
    World w;
    CHECK(w.post("/api/auth/password/change", "{\"new_password\":1}").status == 401);
    CHECK(w.post("/api/auth/password/change", "{broken").status == 401);
}

TEST_CASE("the socket cookie opens no HTTP endpoint") {
    World w;
    const auto answer = w.post("/api/auth/register",
                               R"({"email":"ada@example.com","password":"tidal-harbour-7","name":"Ada"})");
    const auto cookie = answer.cookie();
    const auto value = cookie.substr(cookie.find('=') + 1);
    CHECK(value.size() == 43);
    CHECK(w.send(http::Method::get, "/api/auth/me", {}, {{"Cookie", cookie}}).status == 401);
    CHECK(with_header(w, "Bearer " + value).status == 401);
    const auto identity = w.auth->identify_cookie(value);
    REQUIRE(identity);
    CHECK(identity->user_id.view() == answer["user_id"]);
    CHECK_FALSE(w.auth->identify_cookie(value + "x"));
    CHECK_FALSE(w.auth->identify_cookie(""));
    CHECK_FALSE(w.auth->identify_cookie(answer["session_token"]));
}

TEST_CASE(
    "the cookie comes with every token, with GET /auth/me when it is missing, and goes with the session") {
    World w;
    const auto token = w.register_user("ada");
    const auto plain = w.get("/api/auth/me", token);
    CHECK(plain.header("Set-Cookie").starts_with("grover_rt="));
    CHECK(plain.header("Set-Cookie").ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"));
    const auto me = [&](const std::string& cookies) {
        return w.send(http::Method::get, "/api/auth/me", {},
                      {{"Authorization", "Bearer " + token}, {"Cookie", cookies}});
    };
    const auto elsewhere = w.get("/api/users/me", token);
    CHECK(elsewhere.body == plain.body);
    CHECK(elsewhere.cookie() == plain.cookie());
    CHECK(elsewhere.header("Cache-Control") == "no-store");
    CHECK(me(plain.cookie()).header("Set-Cookie").empty());
    CHECK(me("a=b; " + plain.cookie() + "; c=d").header("Set-Cookie").empty());
    CHECK(me("grover_rt=stale; " + plain.cookie()).header("Set-Cookie").empty());
    CHECK(me("grover_rt=").cookie() == plain.cookie());
    CHECK(me("xgrover_rt" + plain.cookie().substr(9)).cookie() == plain.cookie());
    // Of another session of the same user it is not the one.
    const auto other = w.login("ada");
    CHECK(other.cookie() != plain.cookie());
    CHECK(me(other.cookie()).cookie() == plain.cookie());

    const auto value = plain.cookie().substr(10);
    const auto out = w.post("/api/auth/logout", "", token);
    CHECK(out.body == R"({"message":"Logged out"})");
    CHECK(out.header("Set-Cookie") == "grover_rt=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    CHECK_FALSE(w.auth->identify_cookie(value));
    CHECK(w.get("/api/auth/me", token).header("Set-Cookie").empty());
}

TEST_CASE("over https the cookie says so") {
    World w({.public_base_url = "https://grover.test"});
    const auto answer = w.post("/api/auth/register",
                               R"({"email":"ada@example.com","password":"tidal-harbour-7","name":"Ada"})");
    CHECK(answer.header("Set-Cookie").ends_with("; HttpOnly; SameSite=Lax; Secure"));
}

TEST_CASE(
    "after a change of the signing secret the cookie is renewed, and the old one still counts until then") {
    // Both services of this test live on one thread, and would share what it keeps in memory.
    db::set_row_cache_budget(0);
    World w;
    const auto token = w.register_user("ada");
    const auto old_cookie = w.get("/api/auth/me", token).cookie().substr(10);
    AuthService later(
        *w.db, w.clock, w.ids, w.users, w.hashing, w.http, w.mailer,
        {.public_base_url = "http://grover.test", .signing_secret = "another signing secret of the tests"});
    CHECK(later.identify_cookie(old_cookie));
    api::Api api;
    add_auth_api(api, later);
    api::Dispatcher dispatcher(api, w.clock, later, w.nothing_kept, nullptr,
                               {.rate_limits = false,
                                .public_base_url = "http://grover.test",
                                .signing_secret = "0123456789abcdef"});
    http::MemoryExchange exchange("", 10);
    const auto authorization = "Bearer " + token;
    const std::vector<http::Header> headers{{"Authorization", authorization}};
    exchange.head.method = http::Method::get;
    exchange.head.target = exchange.head.path = "/api/auth/me";
    exchange.head.headers = headers;
    exchange.head.has_body = false;
    dispatcher.handle(exchange);
    const std::string block(exchange.answer.header_block());
    const auto start = block.find("grover_rt=") + 10;
    const auto fresh = block.substr(start, 43);
    CHECK(fresh != old_cookie);
    CHECK(later.identify_cookie(fresh));
    CHECK_FALSE(later.identify_cookie(old_cookie));
    db::set_row_cache_budget(std::size_t{16} << 20);
}

TEST_CASE("tokens are stored as hashes, and found for sockets by text, ticket or JWT") {
    World w({.jwt_secret = "a secret of more than thirty-two bytes"});
    const auto token = w.register_user("ada");
    CHECK(w.auth->identify_token(token));
    CHECK_FALSE(w.auth->identify_token(token + "x"));
    CHECK(w.auth->identify_token(w.post("/api/auth/token", "", token)["access_token"]));
    const auto ticket = w.post("/api/auth/socket-ticket", "", token);
    CHECK(ticket["ticket"].starts_with("gtk_"));
    CHECK(ticket["expires_in"] == "60");
    CHECK(w.auth->redeem_ticket(ticket["ticket"]));
    CHECK_FALSE(w.auth->redeem_ticket(ticket["ticket"]));
    const auto late = w.post("/api/auth/socket-ticket", "", token)["ticket"];
    w.clock.move(60s);
    CHECK_FALSE(w.auth->redeem_ticket(late));
    CHECK_FALSE(w.auth->redeem_ticket(token));
    const auto orphan = w.post("/api/auth/socket-ticket", "", token)["ticket"];
    w.post("/api/auth/logout", "", token);
    CHECK_FALSE(w.auth->redeem_ticket(orphan));
    CHECK_FALSE(w.auth->identify_token(token));
}

TEST_CASE("an account that is leaving sees itself, can log out, and nothing else") {
    World w;
    w.register_user("ada");
    w.run("UPDATE users SET deletion_scheduled_at = 1869249471000000");
    // Signing in is how one comes to restore the account.
    const auto again = w.login("ada");
    CHECK(again.status == 200);
    CHECK(again["deletion_scheduled_at"] != "");
    const auto token = again["session_token"];
    CHECK(w.works(token));
    const auto refused = w.get("/api/auth/sessions", token);
    CHECK(refused.status == 403);
    CHECK(refused.detail() == "Account scheduled for deletion");
    CHECK_FALSE(w.auth->identify_token(token));
    CHECK(w.post("/api/auth/logout", "", token).status == 200);
    CHECK_FALSE(w.works(token));
}

TEST_CASE("an authenticated read costs no statement once session and account are in memory") {
    struct Counter final : db::StatementObserver {
        void ran(const db::Statement&, std::chrono::nanoseconds, std::int64_t) override { ++count; }
        std::atomic<int> count{0};
    } counter;
    MovedClock clock;
    const auto db = testing::fresh_database({.clock = &clock, .observer = &counter});
    if (db->engine() != db::Engine::sqlite) return;  // there other nodes write too
    IdSource ids(clock);
    users::UsersService users(*db, clock, ids, {.link_secret = "0123456789abcdef"});
    runtime::WorkerPool hashing(1, 1);
    integrations::HttpClient http(nullptr);
    integrations::Mailer mailer(nullptr, clock, {.backend = integrations::MailBackend::none});
    AuthService auth(*db, clock, ids, users, hashing, http, mailer,
                     {.signing_secret = "0123456789abcdef0123456789abcdef"});
    UserId user;
    const auto token = db->write([&](db::Write& tx) {
        user = users.create(tx, {.email = "ada@example.com", .name = "Ada"});
        return auth.create_session(tx, user, {.method = "password"}).token;
    });
    const auto authorization = "Bearer " + token;
    const http::Header header{"Authorization", authorization};
    http::RequestHead head{.method = http::Method::get, .path = "/api/auth/me"};
    head.headers = {&header, 1};
    const auto authenticated = [&] {
        Caller caller;
        return auth.authenticate(head, GetMe::route, caller);
    };
    CHECK(authenticated());
    const int before = counter.count;
    for (int i = 0; i < 100; ++i) CHECK(authenticated());
    CHECK(counter.count == before);
    // And the copy is never older than the last commit.
    db->write([&](db::Write& tx) { auth.end_sessions(tx, user); });
    CHECK_FALSE(authenticated());
}
