#include <sodium.h>

#include <set>
#include <thread>

#include "domains/auth/auth_parts.hpp"
#include "domains/auth/auth_world_test.hpp"

using namespace grover;
using namespace grover::auth;
using namespace grover::auth::test;

TEST_CASE("signing in with the right password makes a session of its own") {
    World w;
    const auto first = w.register_user("ada");
    const auto answer = w.login("ada", World::kPassword, R"(,"device":"  Ana's phone ")");
    CHECK(answer.status == 200);
    CHECK(answer["email"] == "ada@example.com");
    CHECK(answer["session_token"] != first);
    CHECK(w.works(first));
    CHECK(w.works(answer["session_token"]));
    CHECK(w.sql("SELECT device FROM auth_sessions WHERE device IS NOT NULL") == "Ana's phone");
    CHECK(w.login("ada", World::kPassword, R"(,"device":")" + std::string(101, 'x') + "\"").status == 422);
}

TEST_CASE("unknown address, wrong password and no password give one answer, and cost one hash each") {
    World w;
    w.register_user("ada");
    w.db->write([&](db::Write& tx) {
        w.users.create(tx, {.email = "bob@example.com", .email_verified = true, .name = "Bob"});
    });
    const auto timed = [&](const char* name, std::string_view password) {
        const auto start = runtime::Steady::now();
        const auto answer = w.login(name, password);
        CHECK(answer.status == 401);
        CHECK(answer.detail() == "Invalid email or password");
        CHECK(answer["code"] == "not_authenticated");
        CHECK(answer.cookie().empty());
        return std::chrono::duration<double>(runtime::Steady::now() - start).count();
    };
    const double wrong = timed("ada", "tidal-harbour-8");
    const double unknown = timed("nobody", World::kPassword);
    const double none = timed("bob", World::kPassword);
    const double empty = timed("ada", "");
    // A skipped hash would be some hundred times quicker; the margin is for a busy machine.
    const double quickest = std::min({wrong, unknown, none, empty});
    CHECK(quickest > 0.1 * std::max({wrong, unknown, none, empty}));
    CHECK(w.rows("auth_sessions") == 1);
    CHECK(w.attempts.back() == "password failure");
}

TEST_CASE("the fifth failure on an account makes it wait, twice as long each time") {
    World w;
    w.register_user("ada");
    w.register_user("bob");
    for (int i = 0; i < 4; ++i) CHECK(w.login("ada", "wrong-password").status == 401);
    const auto fifth = w.login("ada", "wrong-password");
    CHECK(fifth.status == 429);
    CHECK(fifth.header("Retry-After") == "30");
    // Also the right password has to wait, and asking does not make it longer.
    w.clock.move(29s);
    CHECK(w.login("ada").header("Retry-After") == "1");
    CHECK(w.login("bob").status == 200);
    w.clock.move(1s);
    for (const char* seconds : {"60", "120", "240", "480", "900", "900"}) {
        const auto answer = w.login("ada", "wrong-password");
        CHECK(answer.status == 429);
        CHECK(answer.header("Retry-After") == seconds);
        w.clock.move(std::chrono::seconds{std::stoi(seconds)});
    }
    CHECK(w.login("ada").status == 200);
    // A success starts anew.
    for (int i = 0; i < 4; ++i) CHECK(w.login("ada", "wrong-password").status == 401);
    CHECK(w.login("ada").status == 200);
    CHECK(w.login("ada", "wrong-password").status == 401);
}

TEST_CASE("what is no address is refused as such, and counts for nobody") {
    World w;
    w.register_user("ada");
    const auto with = [&](const std::string& email) {
        return w.post("/api/auth/login", R"({"email":")" + email + R"(","password":"wrong-password"})");
    };
    for (int i = 0; i < 25; ++i) {
        const auto refused = with(i % 2 ? "bad" : "ada@");
        CHECK(refused.status == 400);
        CHECK(refused.detail() == "Invalid email format");
    }
    CHECK(with("  ").detail() == "Email is required");
    CHECK(w.rows("auth_failures") == 0);
    CHECK(with(" ADA@example.com ").status == 401);
    CHECK(w.rows("auth_failures") == 2);  // of the account, of the client's address
    CHECK(w.login("ada").status == 200);
}

TEST_CASE("unknown addresses are guarded like known ones") {
    World w;
    for (int i = 0; i < 4; ++i) CHECK(w.login("nobody").status == 401);
    CHECK(w.login("nobody").status == 429);
}

TEST_CASE("failures that lie fifteen minutes back do not count") {
    World w;
    w.register_user("ada");
    for (int i = 0; i < 20; ++i) {
        CHECK(w.login("ada", "wrong-password").status == 401);
        w.clock.move(226s);  // four in any fifteen minutes
    }
}

TEST_CASE("twenty failures from one address close it for every account") {
    World w;
    w.register_user("ada");
    for (int i = 0; i < 20; ++i) {
        w.clock.move(1s);
        CHECK(w.login("nobody" + std::to_string(i)).status == 401);
    }
    const auto refused = w.login("ada");
    CHECK(refused.status == 429);
    CHECK(refused.header("Retry-After") == "881");  // until the first of them is fifteen minutes old
    w.address = "192.0.2.8";
    CHECK(w.login("ada").status == 200);
    w.address = "192.0.2.7";
    w.clock.move(881s);
    CHECK(w.login("ada").status == 200);
}

TEST_CASE("of an IPv6 customer all addresses count as one") {
    World w;
    for (int i = 0; i < 20; ++i) {
        w.address = "2001:db8:1:2::" + std::to_string(i + 1);
        CHECK(w.login("nobody" + std::to_string(i)).status == 401);
    }
    w.address = "2001:db8:1:2:ffff::1";
    CHECK(w.login("someone").status == 429);
    w.address = "2001:db8:1:3::1";
    CHECK(w.login("someone").status == 401);
}

TEST_CASE("guesses at the same time do not get around the guard") {
    World w;
    w.register_user("ada");
    w.run("DELETE FROM auth_sessions");
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    std::atomic<int> waiting{0};
    for (int i = 0; i < 16; ++i) {
        threads.emplace_back([&, i] {
            try {
                w.auth->parts().registration.login(
                    {.address = "192.0.2.9"},
                    Login{.email = "ada@example.com", .password = "wrong-password-" + std::to_string(i)});
            } catch (const Error& error) {
                ++(error.status == 401 ? wrong : waiting);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 4);
    CHECK(waiting == 12);
    CHECK(w.rows("auth_sessions") == 0);
    CHECK(w.login("ada").status == 429);
}

TEST_CASE("a password that was hashed with older parameters is hashed again at the next sign-in") {
    World w;
    w.register_user("ada");
    // argon2id, 8 MiB, 1 pass, of "tidal-harbour-7"
    char weak[128];
    REQUIRE(crypto_pwhash_str_alg(weak, World::kPassword.data(), World::kPassword.size(), 1, 8 << 20, 2) ==
            0);
    w.run("UPDATE auth_passwords SET password_hash = '" + std::string(weak) + "'");
    CHECK(w.login("ada").status == 200);
    CHECK(w.sql("SELECT password_hash FROM auth_passwords").starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    CHECK(w.login("ada").status == 200);
}

TEST_CASE("suspended accounts stay outside, and only the right password learns of it") {
    World w;
    const auto token = w.register_user("ada");
    const auto user = UserId(w.sql("SELECT user_id FROM users"));
    w.db->write([&](db::Write& tx) { w.users.suspend(tx, user); });
    CHECK_FALSE(w.works(token));
    const auto right = w.login("ada");
    CHECK(right.status == 403);
    CHECK(right.detail() == "Account suspended");
    CHECK(w.login("ada", "wrong-password").status == 401);
    CHECK(w.rows("auth_sessions") == 0);
    w.db->write([&](db::Write& tx) { w.users.unsuspend(tx, user); });
    CHECK(w.login("ada").status == 200);
}

TEST_CASE("signing in from a device not seen in ninety days tells the owner") {
    World w;
    w.register_user("ada");
    w.mails();
    CHECK(w.login("ada").status == 200);
    CHECK(w.mails().empty());
    // The same browser with a new version is the same device.
    w.user_agent = "Mozilla/5.0 (Test 2.1)";
    CHECK(w.login("ada").status == 200);
    CHECK(w.mails().empty());
    w.user_agent = "okhttp/4.9";
    CHECK(w.login("ada", World::kPassword, R"(,"device":"Pixel")").status == 200);
    const auto mail = w.mail("New sign-in to your account");
    CHECK(mail.to == "ada@example.com");
    CHECK(mail.text.find("Pixel, android, address 192.0.2.7") != std::string::npos);
    REQUIRE(w.alerts.size() == 1);
    CHECK(w.alerts[0].matter == SecurityMatter::new_device);
    CHECK(w.alerts[0].platform == "android");
    w.clock.move(std::chrono::days{90});
    w.user_agent = "Mozilla/5.0 (Test 2.1)";
    CHECK(w.login("ada").status == 200);
    w.mails();
    CHECK(w.alerts.size() == 2);
}
