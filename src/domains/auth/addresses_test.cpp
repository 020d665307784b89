#include "domains/auth/auth_world_test.hpp"

using namespace grover;
using namespace grover::auth;
using namespace grover::auth::test;

namespace {

constexpr const char* kConfirm = "Confirm your e-mail address";

std::string with_token(const std::string& token) { return R"({"token":")" + token + "\"}"; }

Answer change(World& w, const std::string& session, const std::string& email,
              std::string_view password = World::kPassword) {
    return w.post("/api/auth/email/change",
                  R"({"email":")" + email + R"(","current_password":")" + std::string(password) + "\"}",
                  session);
}

std::string email_of(World& w, const std::string& session) { return w.get("/api/auth/me", session)["email"]; }

}  // namespace

TEST_CASE("the mailed token confirms the address once, and says whose it is") {
    World w;
    w.register_user("ada");
    const auto token = w.mail(kConfirm).token();
    CHECK(w.post("/api/auth/verify-email", with_token(token + "x")).detail() == "Invalid or expired token");
    const auto answer = w.post("/api/auth/verify-email", with_token(token));
    CHECK(answer.status == 200);
    CHECK(answer["message"] == "Email verified");
    CHECK(answer.says(R"("user":{"user_id":"user_)"));
    CHECK(answer.says(R"("email_verified":true)"));
    const auto again = w.post("/api/auth/verify-email", with_token(token));
    CHECK(again.status == 400);
    CHECK(again.detail() == "Invalid or expired token");
}

TEST_CASE("opening the link changes nothing; the button on its page does") {
    World w;
    const auto session = w.register_user("ada");
    const auto mail = w.mail(kConfirm);
    const auto path = mail.link().substr(std::string("http://grover.test").size());
    const auto page = w.get(path);
    CHECK(page.status == 200);
    CHECK(page.header("X-Frame-Options") == "DENY");
    CHECK(page.header("Content-Security-Policy").starts_with("default-src 'none'; style-src 'sha256-"));
    CHECK(page.says(
        R"(<form method="post" action="/api/auth/verify-email"><input type="hidden" name="token" value=")" +
        mail.token()));
    CHECK_FALSE(page.says("<script"));
    CHECK(w.get("/api/auth/me", session)["email_verified"] == "false");

    const auto done = w.send(http::Method::post, "/api/auth/verify-email", "token=" + mail.token(),
                             {{"Accept", "text/html,*/*"}});
    CHECK(done.status == 200);
    CHECK(done.says("<h1>Address confirmed</h1>"));
    CHECK(w.get("/api/auth/me", session)["email_verified"] == "true");
    const auto again = w.send(http::Method::post, "/api/auth/verify-email", "token=" + mail.token(),
                              {{"Accept", "text/html"}});
    CHECK(again.status == 400);
    CHECK(again.says("Invalid or expired token"));
}

TEST_CASE("what the link brings is shown as text, never as markup") {
    World w;
    const auto page = w.get("/api/auth/verify-email?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E");
    CHECK(page.status == 200);
    CHECK_FALSE(page.says("<script>"));
    CHECK(page.says("&quot;&gt;&lt;script&gt;"));
}

TEST_CASE("a verification link lives a day, and a newer one voids it") {
    World w;
    const auto session = w.register_user("ada");
    const auto first = w.mail(kConfirm).token();
    CHECK(w.post("/api/auth/verify-email/resend", "", session).body ==
          R"({"message":"Verification email sent"})");
    const auto second = w.mail(kConfirm).token();
    CHECK(w.post("/api/auth/verify-email", with_token(first)).status == 400);
    w.clock.move(24h);
    CHECK(w.post("/api/auth/verify-email", with_token(second)).status == 400);
    w.post("/api/auth/verify-email/resend", "", session);
    CHECK(w.post("/api/auth/verify-email", with_token(w.mail(kConfirm).token())).status == 200);
    const auto late = w.post("/api/auth/verify-email/resend", "", session);
    CHECK(late.status == 400);
    CHECK(late.detail() == "Email already verified");
}

TEST_CASE("the link is mailed again once a minute and five times a day") {
    World w;
    const auto session = w.register_user("ada");
    const auto resend = [&] { return w.post("/api/auth/verify-email/resend", "", session); };
    for (int i = 0; i < 5; ++i) {
        CHECK(resend().status == 200);
        const auto soon = resend();
        CHECK(soon.status == 429);
        if (i < 4) CHECK(soon.header("Retry-After") == "60");
        w.clock.move(1min);
    }
    CHECK(resend().header("Retry-After") == std::to_string(86'400 - 300));
    w.mails();
    w.clock.move(24h - 5min);
    CHECK(resend().status == 200);
    CHECK(w.mails().size() == 1);
}

TEST_CASE("a new address counts when it confirms, and the old one is told how to undo it") {
    World w;
    const auto session = w.register_user("ada");
    const auto stale = w.mail(kConfirm).token();
    CHECK(change(w, session, "new@example.com").body == R"({"message":"Confirmation sent"})");
    auto mails = w.mails();
    REQUIRE(mails.size() == 2);
    const auto& to_new = mails[0].to == "new@example.com" ? mails[0] : mails[1];
    const auto& to_old = mails[0].to == "new@example.com" ? mails[1] : mails[0];
    CHECK(to_new.subject == "Confirm your new e-mail address");
    CHECK(to_old.to == "ada@example.com");
    CHECK(to_old.subject == "Your e-mail address is about to change");
    CHECK(email_of(w, session) == "ada@example.com");

    CHECK(w.post("/api/auth/verify-email", with_token(to_new.token())).status == 200);
    CHECK(email_of(w, session) == "new@example.com");
    CHECK(w.get("/api/auth/me", session)["email_verified"] == "true");
    CHECK(w.login("ada").status == 401);
    CHECK(w.login("new").status == 200);
    // A link to the old address proves nothing about the new one.
    CHECK(w.post("/api/auth/verify-email", with_token(stale)).status == 400);
    w.mails();
    CHECK(w.alerts.back().matter == SecurityMatter::email_changed);

    // Opening the undo link changes nothing either.
    const auto page = w.get(to_old.link().substr(std::string("http://grover.test").size()));
    CHECK(page.says("action=\"/api/auth/email/undo\""));
    CHECK(email_of(w, session) == "new@example.com");
    w.clock.move(std::chrono::days{7} - 1s);
    const auto undone = w.post("/api/auth/email/undo", with_token(to_old.token()));
    CHECK(undone.status == 200);
    CHECK_FALSE(w.works(session));
    CHECK(w.rows("auth_sessions") == 0);
    CHECK(w.login("ada").status == 200);
    CHECK(w.post("/api/auth/email/undo", with_token(to_old.token())).status == 400);
}

TEST_CASE(
    "a thief who moves the address twice cannot void the owner's way back, nor use the newer one before it") {
    World w;
    const auto session = w.register_user("ada");
    w.mails();
    change(w, session, "thief1@example.com");
    auto owners = w.mail("Your e-mail address is about to change", "ada@example.com").token();
    w.clock.move(1min);
    const auto move_to = [&](const char* address) {
        w.clock.move(1min);
        change(w, session, address);
        std::string confirm;
        std::string undo;
        for (const auto& mail : w.mails()) {
            if (mail.subject == "Confirm your new e-mail address") confirm = mail.token();
            if (mail.subject == "Your e-mail address is about to change") undo = mail.token();
        }
        CHECK(w.post("/api/auth/verify-email", with_token(confirm)).status == 200);
        return undo;
    };
    const auto again = move_to("thief1@example.com");
    const auto thiefs = move_to("thief2@example.com");
    CHECK(email_of(w, session) == "thief2@example.com");
    CHECK(w.post("/api/auth/email/undo", with_token(thiefs)).status == 200);
    CHECK(w.post("/api/auth/email/undo", with_token(owners)).status == 200);
    CHECK(w.sql("SELECT email FROM users") == "ada@example.com");
    CHECK(w.post("/api/auth/email/undo", with_token(again)).status == 400);
}

TEST_CASE("another change of address can be asked for at once, and voids the link of the one before") {
    World w;
    const auto session = w.register_user("ada");
    w.mails();
    std::string before;
    for (int i = 0; i < 7; ++i) {
        CHECK(change(w, session, "new" + std::to_string(i) + "@example.com").status == 200);
        const auto token = w.mail("Confirm your new e-mail address").token();
        if (!before.empty()) CHECK(w.post("/api/auth/verify-email", with_token(before)).status == 400);
        before = token;
    }
    CHECK(email_of(w, session) == "ada@example.com");
    CHECK(w.post("/api/auth/verify-email", with_token(before)).status == 200);
    CHECK(email_of(w, session) == "new6@example.com");
}

TEST_CASE("a change of address needs the password and a free address") {
    World w;
    w.register_user("bob");
    const auto session = w.register_user("ada");
    w.mails();
    CHECK(change(w, session, "bob@example.com").status == 409);
    CHECK(change(w, session, "not an address").status == 400);
    const auto wrong = change(w, session, "new@example.com", "wrong-password");
    CHECK(wrong.status == 400);
    CHECK(wrong.detail() == "Current password is incorrect");
    const auto without = w.post("/api/auth/email/change", R"({"email":"new@example.com"})", session);
    CHECK(without.status == 422);
    CHECK(without.says(R"("loc":["body","current_password"])"));
    CHECK(w.mails().empty());
    CHECK(email_of(w, session) == "ada@example.com");

    // Taken between the request and the confirmation.
    CHECK(change(w, session, "late@example.com").status == 200);
    const auto token = w.mail("Confirm your new e-mail address").token();
    w.register_user("late");
    const auto clash = w.post("/api/auth/verify-email", with_token(token));
    CHECK(clash.status == 409);
    CHECK(email_of(w, session) == "ada@example.com");
}
