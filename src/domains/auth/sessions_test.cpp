#include "domains/auth/auth_world_test.hpp"

using namespace grover;
using namespace grover::auth;
using namespace grover::auth::test;

TEST_CASE("a session lives seven days from its last use, and thirty in all") {
    World w;
    const auto token = w.register_user("ada");
    w.clock.move(std::chrono::days{7} - 1s);
    CHECK(w.works(token));
    for (int day = 13; day <= 25; day += 6) {
        w.clock.move(std::chrono::days{6});
        CHECK(w.works(token));
    }
    w.clock.at = Time{1'769'249'471'000'000} + std::chrono::days{30} - 1s;
    CHECK(w.works(token));
    w.clock.move(1s);
    CHECK_FALSE(w.works(token));

    const auto unused = w.login("ada")["session_token"];
    w.clock.move(std::chrono::days{7});
    CHECK_FALSE(w.works(unused));
}

TEST_CASE("a read extends the session at most once an hour") {
    World w;
    const auto token = w.register_user("ada");
    const auto stored = [&] { return w.sql("SELECT last_used_at, expires_at FROM auth_sessions"); };
    const auto at_first = stored();
    w.clock.move(59min);
    CHECK(w.works(token));
    CHECK(stored() == at_first);
    w.clock.move(1min);
    CHECK(w.works(token));
    CHECK(stored() == "1769253071000000|1769857871000000");
}

TEST_CASE("the list shows the own live sessions, the current one first, then those used last") {
    World w;
    w.register_user("bob");
    const auto first = w.register_user("ada");
    w.clock.move(1min);
    w.user_agent = "Grover/12 CFNetwork/1410 Darwin/22.6";
    w.address = "198.51.100.3";
    const auto second = w.login("ada", World::kPassword, R"(,"device":"iPad")")["session_token"];
    w.clock.move(1min);
    w.user_agent = "curl/8";
    w.login("ada");

    const auto answer = w.get("/api/auth/sessions", first);
    CHECK(answer.status == 200);
    const auto document = wire::JsonDocument::parse(answer.body);
    const auto sessions = document->root().find("sessions");
    REQUIRE(sessions.size() == 3);
    CHECK(document->root().find("total").integer() == 3);
    const auto shown = [&](std::size_t i, std::string_view name) {
        return Answer::text_of(sessions.at(i).find(name));
    };
    CHECK(shown(0, "current") == "true");
    CHECK(shown(0, "platform") == "web");
    CHECK(shown(0, "method") == "password");
    CHECK(shown(0, "ip") == "192.0.2.7");
    CHECK(shown(1, "current") == "false");
    CHECK(shown(1, "platform") == "unknown");
    CHECK(shown(1, "user_agent") == "curl/8");
    CHECK(shown(2, "platform") == "ios");
    CHECK(shown(2, "device") == "iPad");
    CHECK(shown(2, "created_at") == "2026-01-24T10:12:11.000Z");
    CHECK(shown(2, "session_id").starts_with("sess_"));
    for (const auto& token : {first, second}) CHECK_FALSE(answer.says(token));

    const auto page = w.get("/api/auth/sessions?limit=2", first);
    CHECK(wire::JsonDocument::parse(page.body)->root().find("sessions").size() == 2);
    CHECK(page["total"] == "3");
    const auto rest = w.get("/api/auth/sessions?limit=2&cursor=" + page.header("X-Next-Cursor"), first);
    const auto last = wire::JsonDocument::parse(rest.body);
    REQUIRE(last->root().find("sessions").size() == 1);
    CHECK(Answer::text_of(last->root().find("sessions").at(0).find("device")) == "iPad");
    CHECK(rest.header("X-Next-Cursor").empty());
}

TEST_CASE("one session can be ended from another, a stranger's cannot") {
    World w;
    const auto bob = w.register_user("bob");
    const auto here = w.register_user("ada");
    const auto there = w.login("ada")["session_token"];
    const auto id_of = [&](const std::string& token) {
        return w.auth->identify_token(token)->session_id.str();
    };
    const auto victim = id_of(there);

    CHECK(w.del("/api/auth/sessions/" + victim, bob).status == 404);
    CHECK(w.del("/api/auth/sessions/sess_unknown", here).status == 404);
    CHECK(w.del("/api/auth/sessions/not.an.id", here).status == 400);
    CHECK(w.works(there));
    CHECK(w.del("/api/auth/sessions/" + victim, here).body == R"({"message":"Session revoked"})");
    CHECK_FALSE(w.works(there));
    CHECK(w.works(here));
    w.background.run_due();
    REQUIRE(w.ended.size() == 1);
    CHECK(w.ended[0].session_id.view() == victim);
    CHECK(w.ended[0].reason == SessionEndReason::logged_out);

    const auto own = w.del("/api/auth/sessions/" + id_of(here), here);
    CHECK(own.status == 200);
    CHECK(own.header("Set-Cookie").starts_with("grover_rt=;"));
    CHECK_FALSE(w.works(here));
    CHECK(w.works(bob));
}

TEST_CASE("logging out ends this session; a second time it is 401") {
    World w;
    const auto token = w.register_user("ada");
    const auto other = w.login("ada")["session_token"];
    CHECK(w.post("/api/auth/logout", "", token).status == 200);
    CHECK(w.post("/api/auth/logout", "", token).status == 401);
    CHECK(w.works(other));
    w.background.run_due();
    CHECK(w.ended.size() == 1);
}

TEST_CASE("logging out everywhere ends all sessions, or all others, and tells the owner") {
    World w;
    const auto bob = w.register_user("bob");
    const auto first = w.register_user("ada");
    const auto second = w.login("ada")["session_token"];
    w.mails();
    CHECK(w.post("/api/auth/logout-all", R"({"keep_current":true})", first).body ==
          R"({"message":"Logged out everywhere","revoked":1})");
    CHECK(w.works(first));
    CHECK_FALSE(w.works(second));
    CHECK(w.mail("Signed out everywhere").to == "ada@example.com");
    CHECK(w.alerts.back().matter == SecurityMatter::all_sessions_ended);
    w.login("ada");
    const auto all = w.post("/api/auth/logout-all?keep_current=no", "", first);
    CHECK(all["revoked"] == "2");
    CHECK(all.header("Set-Cookie").starts_with("grover_rt=;"));
    CHECK_FALSE(w.works(first));
    CHECK(w.works(bob));
}

TEST_CASE("a fifty-first session ends the one that was unused longest") {
    World w;
    w.register_user("ada");
    w.run("DELETE FROM auth_sessions");
    const auto user = UserId(w.sql("SELECT user_id FROM users"));
    std::vector<std::string> tokens;
    const auto begin = [&] {
        w.clock.move(1min);
        tokens.push_back(w.db->write(
            [&](db::Write& tx) { return w.auth->create_session(tx, user, {.method = "password"}).token; }));
    };
    for (int i = 0; i < 50; ++i) begin();
    w.clock.move(1h);
    CHECK(w.works(tokens[0]));  // used now: the next one is the oldest
    begin();
    CHECK(w.rows("auth_sessions") == 50);
    CHECK(w.works(tokens[0]));
    CHECK_FALSE(w.works(tokens[1]));
    CHECK(w.works(tokens[2]));
    w.background.run_due();
    REQUIRE(w.ended.size() == 1);
    CHECK(w.ended[0].reason == SessionEndReason::crowded_out);
}

TEST_CASE("a seed may choose the token's text") {
    World w;
    w.register_user("ada");
    const auto user = UserId(w.sql("SELECT user_id FROM users"));
    const auto session = w.db->write([&](db::Write& tx) {
        return w.auth->create_session(tx, user, {.method = "password", .device = "bench"}, "bench-token-1");
    });
    CHECK(session.token == "bench-token-1");
    CHECK(w.works("bench-token-1"));
    CHECK_THROWS_AS(w.db->write([&](db::Write& tx) {
        w.auth->create_session(tx, user, {.method = "password"}, "bench-token-1");
    }),
                    db::AlreadyExists);
}

TEST_CASE("the audit tells the owner what happened, newest first, page by page, for ninety days") {
    World w;
    const auto bob = w.register_user("bob");
    const auto token = w.register_user("ada");
    w.clock.move(1min);
    w.login("ada", "wrong-password");
    w.clock.move(1min);
    w.login("ada");
    const auto events = [](const Answer& answer) {
        std::string out;
        const auto document = wire::JsonDocument::parse(answer.body);
        for (std::size_t i = 0; i < document->root().size(); ++i) {
            const auto entry = document->root().at(i);
            out += Answer::text_of(entry.find("event")) + ":" + Answer::text_of(entry.find("outcome")) + " ";
        }
        return out;
    };
    const auto all = w.get("/api/auth/audit", token);
    CHECK(events(all) == "sign_in:success sign_in:failure register:success ");
    CHECK(all.says(R"x("ip":"192.0.2.7","user_agent":"Mozilla/5.0 (Test 1.0)")x"));
    const auto first = w.get("/api/auth/audit?limit=2", token);
    CHECK(events(first) == "sign_in:success sign_in:failure ");
    CHECK(events(w.get("/api/auth/audit?limit=2&cursor=" + first.header("X-Next-Cursor"), token)) ==
          "register:success ");
    CHECK(events(w.get("/api/auth/audit?skip=2", token)) == "register:success ");
    CHECK(events(w.get("/api/auth/audit", bob)) == "register:success ");

    w.clock.at = Time{1'769'249'471'000'000} + std::chrono::days{90};
    w.auth->sweep();
    CHECK(w.sql("SELECT outcome FROM auth_audit ORDER BY created_at") == "failure\nsuccess");
}

TEST_CASE("the sweep removes what has expired, and nothing else") {
    World w({.jwt_secret = "a secret of more than thirty-two bytes"});
    const auto token = w.register_user("ada");
    w.login("ada", World::kPassword, R"(,"token_type":"jwt")");
    w.post("/api/auth/socket-ticket", "", token);
    w.login("ada", "wrong-password");
    w.auth->sweep();
    for (const char* table : {"auth_refresh_tokens", "auth_socket_tickets", "auth_mail_tokens"}) {
        INFO(table);
        CHECK(w.rows(table) == 1);
    }
    CHECK(w.rows("auth_sessions") == 2);
    CHECK(w.rows("auth_failures") == 2);
    w.clock.move(std::chrono::days{7});
    w.auth->sweep();
    CHECK(w.rows("auth_sessions") == 1);  // with a refresh token it lives as long as that
    CHECK(w.rows("auth_refresh_tokens") == 1);
    for (const char* table : {"auth_socket_tickets", "auth_mail_tokens", "auth_failures"}) {
        INFO(table);
        CHECK(w.rows(table) == 0);
    }
    w.clock.move(std::chrono::days{23});
    w.auth->sweep();
    CHECK(w.rows("auth_sessions") == 0);
    CHECK(w.rows("auth_refresh_tokens") == 0);
    CHECK(w.rows("users") == 1);
    w.background.run_due();
    CHECK(w.ended.size() == 2);
    CHECK(w.ended[0].reason == SessionEndReason::expired);
}

TEST_CASE("an export tells of the own live sessions, and opens none of them") {
    struct Archive final : users::ExportWriter {
        std::string all;
        void begin(std::string_view name) override { all += std::string(name) + ": "; }
        void text(std::string_view piece) override { all += piece; }
        void file(std::string_view, const std::string&) override {}
    } archive;
    World w;
    w.register_user("bob");
    const auto token = w.register_user("ada");
    w.login("ada");
    w.auth->contribute(w.auth->identify_token(token)->user_id, archive);
    CHECK(archive.all.starts_with("sessions.json: ["));
    const auto document = wire::JsonDocument::parse(archive.all.substr(archive.all.find('[')));
    REQUIRE(document);
    REQUIRE(document->root().size() == 2);
    CHECK(document->root().at(0).find("method").string() == "password");
    CHECK(archive.all.find(token.substr(4)) == std::string::npos);
}

TEST_CASE("erasing an account leaves nothing of it here") {
    World w({.jwt_secret = "a secret of more than thirty-two bytes"});
    w.register_user("bob");
    const auto token = w.register_user("ada");
    w.post("/api/auth/token", "", token);
    const auto user = w.auth->identify_token(token)->user_id;
    for (bool done = false; !done;)
        done = w.db->write([&](db::Write& tx) { return w.auth->erase_some(tx, user, 1); });
    for (const char* table :
         {"auth_passwords", "auth_sessions", "auth_mail_tokens", "auth_devices", "auth_audit"}) {
        INFO(table);
        CHECK(w.rows(table) == 1);
    }
    CHECK(w.rows("auth_refresh_tokens") == 0);
}
