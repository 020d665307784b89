#include "domains/auth/auth_world_test.hpp"

using namespace grover;
using namespace grover::auth;
using namespace grover::auth::test;

namespace {

constexpr const char* kReset = "Reset your password";
constexpr const char* kNew = "quiet-lantern-9";

Answer forgot(World& w, const std::string& email) {
    return w.post("/api/auth/password/forgot", R"({"email":")" + email + "\"}");
}
Answer reset(World& w, const std::string& token, std::string_view password = kNew) {
    return w.post("/api/auth/password/reset",
                  R"({"token":")" + token + R"(","password":")" + std::string(password) + "\"}");
}
Answer change(World& w, const std::string& session, std::string_view current, std::string_view next = kNew) {
    return w.post("/api/auth/password/change",
                  R"({"current_password":")" + std::string(current) + R"(","new_password":")" +
                      std::string(next) + "\"}",
                  session);
}

}  // namespace

TEST_CASE("a forgotten password is replaced through the mailbox, and everything that was open is closed") {
    World w({.jwt_secret = "a secret of more than thirty-two bytes"});
    const auto session = w.register_user("ada");
    const auto refresh_token = w.post("/api/auth/token", "", session)["refresh_token"];
    w.mails();
    CHECK(forgot(w, "ADA@example.com").body ==
          R"({"message":"If the address is registered, a reset link was sent"})");
    const auto mail = w.mail(kReset);
    CHECK(mail.to == "ada@example.com");
    CHECK(w.works(session));

    const auto page = w.get(mail.link().substr(std::string("http://grover.test").size()));
    CHECK(page.says("action=\"/api/auth/password/reset\""));
    CHECK(reset(w, mail.token()).body == R"({"message":"Password updated"})");
    CHECK_FALSE(w.works(session));
    CHECK(w.post("/api/auth/refresh", R"({"refresh_token":")" + refresh_token + "\"}").status == 401);
    CHECK(w.login("ada").status == 401);
    const auto in = w.login("ada", kNew);
    CHECK(in.status == 200);
    CHECK(in["email_verified"] == "true");
    CHECK(w.mail("Your password was changed").to == "ada@example.com");
    CHECK(w.alerts.back().matter == SecurityMatter::password_changed);
    CHECK(reset(w, mail.token(), "another-lantern-1").detail() == "Invalid or expired token");
    CHECK(w.login("ada", kNew).status == 200);
}

TEST_CASE("whether an address is registered shows neither in the answer nor in what the request does") {
    World w;
    w.register_user("ada");
    w.mails();
    const auto known = forgot(w, "ada@example.com");
    const auto jobs_of_known = w.rows("jobs");
    w.mails();
    const auto unknown = forgot(w, "nobody@example.com");
    CHECK(known.status == unknown.status);
    CHECK(known.body == unknown.body);
    CHECK(w.rows("jobs") == jobs_of_known);
    CHECK(w.mails().empty());
    CHECK(forgot(w, "no address").status == 400);
}

TEST_CASE("reset mails come once a minute and five times a day, silently") {
    World w;
    w.register_user("ada");
    w.mails();
    int mails = 0;
    for (int i = 0; i < 8; ++i) {
        CHECK(forgot(w, "ada@example.com").status == 200);
        mails += static_cast<int>(w.mails().size());
        CHECK(forgot(w, "ada@example.com").status == 200);
        mails += static_cast<int>(w.mails().size());
        w.clock.move(1min);
    }
    CHECK(mails == 5);
}

TEST_CASE("a reset link lives an hour, works once, and a newer one voids it") {
    World w;
    w.register_user("ada");
    forgot(w, "ada@example.com");
    const auto first = w.mail(kReset).token();
    w.clock.move(1min);
    forgot(w, "ada@example.com");
    const auto second = w.mail(kReset).token();
    CHECK(reset(w, first).status == 400);
    // A password that is refused does not use the link up.
    CHECK(reset(w, second, "password123").detail() == "Password is too easy to guess");
    CHECK(reset(w, second, "short").status == 422);
    w.clock.move(1h);
    CHECK(reset(w, second).status == 400);
    forgot(w, "ada@example.com");
    const auto third = w.mail(kReset).token();
    CHECK(w.post("/api/auth/password/reset?token=" + third, R"({"password":"quiet-lantern-9"})").status ==
          422);
    CHECK(reset(w, third).status == 200);
    CHECK(w.login("ada").status == 401);
}

TEST_CASE("a token of one kind does nothing for another") {
    World w;
    const auto session = w.register_user("ada");
    const auto verify = w.mail("Confirm your e-mail address").token();
    CHECK(reset(w, verify).status == 400);
    CHECK(w.post("/api/auth/email/undo", R"({"token":")" + verify + "\"}").status == 400);
    forgot(w, "ada@example.com");
    const auto forgotten = w.mail(kReset).token();
    CHECK(w.post("/api/auth/verify-email", R"({"token":")" + forgotten + "\"}").status == 400);
    CHECK(reset(w, forgotten).status == 200);
    CHECK_FALSE(w.works(session));
}

TEST_CASE("a changed password ends all other sessions, and mails the owner") {
    World w;
    const auto here = w.register_user("ada");
    const auto there = w.login("ada")["session_token"];
    forgot(w, "ada@example.com");
    const auto pending = w.mail(kReset).token();
    CHECK(change(w, here, World::kPassword).body == R"({"message":"Password updated"})");
    CHECK(w.works(here));
    CHECK_FALSE(w.works(there));
    CHECK(w.login("ada").status == 401);
    CHECK(w.login("ada", kNew).status == 200);
    CHECK(reset(w, pending).status == 400);
    CHECK(w.mail("Your password was changed").to == "ada@example.com");
}

TEST_CASE("a new password voids the change of address that somebody with the old one asked for") {
    World w;
    const auto session = w.register_user("ada");
    REQUIRE(w.post("/api/auth/verify-email",
                   R"({"token":")" + w.mail("Confirm your e-mail address").token() + "\"}")
                .status == 200);
    const auto ask = [&](const std::string& token, const std::string& password) {
        REQUIRE(w.post("/api/auth/email/change",
                       R"({"email":"thief@example.com","current_password":")" + password + "\"}", token)
                    .status == 200);
        return w.mail("Confirm your new e-mail address").token();
    };
    const auto confirm = [&](const std::string& token) {
        return w.post("/api/auth/verify-email", R"({"token":")" + token + "\"}").status;
    };

    const auto before_change = ask(session, std::string(World::kPassword));
    CHECK(change(w, session, World::kPassword).status == 200);
    CHECK(confirm(before_change) == 400);

    w.clock.move(2min);
    const auto before_reset = ask(session, std::string(kNew));
    forgot(w, "ada@example.com");
    CHECK(reset(w, w.mail(kReset).token(), "third-quiet-lantern").status == 200);
    CHECK(confirm(before_reset) == 400);
    CHECK(w.login("ada", "third-quiet-lantern").status == 200);
}

TEST_CASE("a wrong current password changes nothing and counts as a failed sign-in") {
    World w;
    const auto session = w.register_user("ada");
    const auto other = w.login("ada")["session_token"];
    for (int i = 0; i < 4; ++i) {
        const auto answer = change(w, session, "wrong-password");
        CHECK(answer.status == 400);
        CHECK(answer.detail() == "Current password is incorrect");
    }
    CHECK(change(w, session, "wrong-password").status == 429);
    CHECK(change(w, session, World::kPassword).status == 429);
    CHECK(w.login("ada").status == 429);
    w.clock.move(30s);
    CHECK(change(w, session, "wrong-password").status == 429);
    w.clock.move(60s);
    CHECK(w.works(other));
    CHECK(change(w, session, World::kPassword, "password123").status == 400);
    CHECK(w.login("ada").status == 200);
}

TEST_CASE("an account without password sets its first one without the old") {
    World w;
    const auto token = w.db->write([&](db::Write& tx) {
        const auto user =
            w.users.create(tx, {.email = "ada@example.com", .email_verified = true, .name = "Ada"});
        return w.auth->create_session(tx, user, {.method = "google"}).token;
    });
    CHECK(w.get("/api/auth/me", token)["has_password"] == "false");
    CHECK(w.post("/api/auth/password/change", R"({"new_password":"quiet-lantern-9"})", token).status == 200);
    CHECK(w.get("/api/auth/me", token)["has_password"] == "true");
    CHECK(w.login("ada", kNew).status == 200);
    CHECK(w.post("/api/auth/password/change", R"({"new_password":"other-lantern-9"})", token).status == 422);
}

TEST_CASE("a current password that is not given is missing, and no failed sign-in") {
    World w;
    const auto session = w.register_user("ada");
    for (int i = 0; i < 6; ++i) {
        for (const char* body : {R"({"new_password":"quiet-lantern-9"})",
                                 R"({"current_password":null,"new_password":"quiet-lantern-9"})"}) {
            const auto answer = w.post("/api/auth/password/change", body, session);
            CHECK(answer.status == 422);
            CHECK(answer.says(R"("loc":["body","current_password"])"));
            CHECK(answer.says(R"("type":"missing")"));
        }
    }
    CHECK(w.rows("auth_failures") == 0);
    CHECK(w.login("ada").status == 200);
}

TEST_CASE("re-authentication proves the owner for ten minutes, in that session only") {
    World w;
    const auto session = w.register_user("ada");
    const auto other = w.login("ada")["session_token"];
    const auto confirms = [&](const std::string& token) {
        const auto identity = w.auth->identify_token(token);
        try {
            w.auth->confirm_owner({.id = identity->user_id, .session_id = identity->session_id},
                                  std::nullopt);
            return true;
        } catch (const Error& error) {
            CHECK(error.status == 400);
            CHECK(error.detail == "Current password is incorrect");
            return false;
        }
    };
    CHECK_FALSE(confirms(session));
    CHECK(w.post("/api/auth/reauthenticate", R"({"current_password":"wrong-password"})", session).status ==
          400);
    CHECK_FALSE(confirms(session));
    const auto answer =
        w.post("/api/auth/reauthenticate", R"({"current_password":"tidal-harbour-7"})", session);
    CHECK(answer.body == R"({"reauthenticated_until":"2026-01-24T10:21:11.000Z"})");
    CHECK(confirms(session));
    CHECK_FALSE(confirms(other));
    w.clock.move(10min);
    CHECK_FALSE(confirms(session));
    const auto identity = w.auth->identify_token(session);
    const Caller me{.id = identity->user_id, .session_id = identity->session_id};
    CHECK_NOTHROW(w.auth->confirm_owner(me, "tidal-harbour-7"));
    CHECK_THROWS_AS(w.auth->confirm_owner(me, "wrong-password"), Error);
}

TEST_CASE("resetting an unverified account shuts out whoever made it in advance") {
    World w;
    const auto strangers = w.register_user("ada");
    w.run(
        "INSERT INTO auth_identities VALUES ('google', 'stranger', (SELECT user_id FROM users), "
        "'eve@example.com', 1)");
    forgot(w, "ada@example.com");
    CHECK(reset(w, w.mail(kReset).token()).status == 200);
    CHECK_FALSE(w.works(strangers));
    CHECK(w.rows("auth_identities") == 0);
    CHECK(w.login("ada").status == 401);
    CHECK(w.login("ada", kNew)["email_verified"] == "true");
}
