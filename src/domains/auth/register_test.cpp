#include <thread>

#include "domains/auth/auth_parts.hpp"
#include "domains/auth/auth_world_test.hpp"

using namespace grover;
using namespace grover::auth;
using namespace grover::auth::test;

namespace {

std::string form(std::string_view email, std::string_view password, std::string_view name,
                 std::string_view more = {}) {
    return R"({"email":")" + std::string(email) + R"(","password":")" + std::string(password) +
           R"(","name":")" + std::string(name) + "\"" + std::string(more) + "}";
}

}  // namespace

TEST_CASE("somebody signs up, is signed in at once, and gets a mail to confirm the address") {
    World w;
    const auto answer = w.post(
        "/api/auth/register", form(" Ada@Example.com ", World::kPassword, " Ada ", R"(,"username":"ada_1")"));
    CHECK(answer.status == 201);
    CHECK(answer["email"] == "ada@example.com");
    CHECK(answer["name"] == "Ada");
    CHECK(answer["username"] == "ada_1");
    CHECK(answer["email_verified"] == "false");
    CHECK(answer["has_password"] == "true");
    CHECK(answer["is_new_user"] == "true");
    CHECK(answer["session_token"].starts_with("gst_"));
    CHECK(answer["session_token"].size() == 4 + 43);
    CHECK(answer["expires_at"] == "2026-01-31T10:11:11.000Z");
    CHECK(answer.header("Cache-Control") == "no-store");
    CHECK(answer.cookie().starts_with("grover_rt="));
    CHECK(w.works(answer["session_token"]));
    CHECK(w.attempts == std::vector<std::string>{"password success"});

    const auto mail = w.mail("Confirm your e-mail address");
    CHECK(mail.to == "ada@example.com");
    CHECK(mail.link().starts_with("http://grover.test/api/auth/verify-email?token="));
}

TEST_CASE(
    "the answer of a sign-in has every flag that clients read, and no more of the token than asked for") {
    World w;
    w.register_user("ada");
    const auto answer = w.login("ada");
    for (const char* member : {"user_id",
                               "email",
                               "name",
                               "username",
                               "picture",
                               "profile_picture",
                               "bio",
                               "website",
                               "is_premium",
                               "is_private",
                               "monetization_enabled",
                               "followers_count",
                               "follower_count",
                               "following_count",
                               "posts_count",
                               "post_count",
                               "created_at",
                               "email_verified",
                               "paypal_email",
                               "notify_followers",
                               "notify_likes",
                               "notify_comments",
                               "notify_messages",
                               "notify_sales",
                               "notify_mentions",
                               "notify_reposts",
                               "has_password",
                               "mfa_enabled",
                               "is_admin",
                               "deletion_scheduled_at",
                               "session_token",
                               "expires_at",
                               "is_new_user"}) {
        INFO(member);
        CHECK(answer.says("\"" + std::string(member) + "\":"));
    }
    CHECK_FALSE(answer.says("access_token"));
    CHECK_FALSE(answer.says("is_following"));
    CHECK(answer["is_new_user"] == "false");
}

TEST_CASE("a sign-up that is refused makes nothing") {
    World w;
    const auto refused = [&](const std::string& body, int status, std::string_view detail) {
        const auto answer = w.post("/api/auth/register", body);
        INFO(body);
        CHECK(answer.status == status);
        CHECK(answer.says(detail));
        CHECK(w.rows("users") == 0);
        CHECK(w.rows("auth_sessions") == 0);
        CHECK(w.mails().empty());
    };
    const auto password = World::kPassword;
    refused(form("ada", password, "Ada"), 400, "Invalid email format");
    refused(form("", password, "Ada"), 400, "Email is required");
    refused(form("ada@example.com", password, "  "), 400, "Name");
    refused(form("ada@example.com", password, std::string(101, 'x')), 400,
            "Name exceeds maximum length of 100");
    refused(form("ada@example.com", password, "Ada", R"(,"username":"admin")"), 400, "Invalid username");
    refused(form("ada@example.com", password, "Ada", R"(,"username":"a b")"), 400, "Invalid username");
    refused(form("ada@example.com", "1234567", "Ada"), 422, "password");
    refused(form("ada@example.com", std::string(129, 'x'), "Ada"), 422, "password");
    refused(R"({"name":"Ada"})", 422, "Field required");
    refused(form("ada@example.com", password, "Ada", R"(,"token_type":"magic")"), 422, "token_type");
    // A password in the URL would end in access logs.
    const auto in_url = w.post("/api/auth/register?password=" + std::string(password),
                               R"({"email":"ada@example.com","name":"Ada"})");
    CHECK(in_url.status == 422);
    CHECK(w.rows("users") == 0);
}

TEST_CASE("passwords that are guessed first are refused") {
    World w;
    for (const char* easy : {"password123", "PASSWORD123", "iloveyou", "ada.lovelace@example.com",
                             "Ada.Lovelace", "Ada B. Lovelace"}) {
        const auto answer =
            w.post("/api/auth/register", form("ada.lovelace@example.com", easy, "Ada B. Lovelace"));
        INFO(easy);
        CHECK(answer.status == 400);
        CHECK(answer.detail() == "Password is too easy to guess");
    }
    CHECK(w.rows("users") == 0);
    // 128 characters of any kind are fine.
    std::string long_one;
    for (int i = 0; i < 128; ++i) long_one += "ä";
    CHECK(w.post("/api/auth/register", form("ada@example.com", long_one, "Ada")).status == 201);
    CHECK(w.login("ada", long_one).status == 200);
}

TEST_CASE("an address and a username belong to one account") {
    World w;
    w.register_user("ada");
    CHECK(w.post("/api/auth/register", form("ADA@example.com", World::kPassword, "Eve")).detail() ==
          "Email already registered");
    CHECK(
        w.post("/api/auth/register", form("eve@example.com", World::kPassword, "Eve", R"(,"username":"bob")"))
            .status == 201);
    const auto taken = w.post("/api/auth/register",
                              form("bob@example.com", World::kPassword, "Bob", R"(,"username":"Bob")"));
    CHECK(taken.status == 409);
    CHECK(taken.detail() == "Username already taken");
    CHECK(w.rows("users") == 2);
    CHECK(w.rows("auth_passwords") == 2);
}

TEST_CASE("of many sign-ups with one address at once one succeeds") {
    World w;
    std::vector<std::thread> threads;
    std::atomic<int> made{0};
    std::atomic<int> refused{0};
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            const auto in = Register{
                .email = "ada@example.com", .password = std::string(World::kPassword), .name = "Ada"};
            try {
                w.auth->parts().registration.register_account({}, in);
                ++made;
            } catch (const Error& error) {
                if (error.detail == "Email already registered") ++refused;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(made == 1);
    CHECK(refused == 7);
    CHECK(w.rows("users") == 1);
    CHECK(w.rows("auth_sessions") == 1);
}

TEST_CASE("registration can be closed, and says so on the list of ways to sign in") {
    World w({.allow_registration = false});
    const auto answer = w.post("/api/auth/register", form("ada@example.com", World::kPassword, "Ada"));
    CHECK(answer.status == 403);
    CHECK(answer.detail() == "Registration is closed");
    CHECK(w.rows("users") == 0);
    CHECK(w.get("/api/auth/providers").body ==
          R"({"password":true,"google":false,"session_exchange":false,"registration":false,"jwt":false})");
}

TEST_CASE("an unverified account may be kept from creating things") {
    World w({.require_email_verification = true});
    const auto token = w.register_user("ada");
    const http::RequestHead head{.method = http::Method::get, .path = "/api/auth/me"};
    const auto comes_in = [&](const api::Route& route) {
        const auto authorization = "Bearer " + token;
        const http::Header header{"Authorization", authorization};
        http::RequestHead request = head;
        request.headers = {&header, 1};
        Caller caller;
        const bool known = w.auth->authenticate(request, route, caller);
        CHECK(known);
        return caller;
    };
    constexpr auto route = [](http::Method method, std::string_view path, api::RateClass limit) {
        return api::Route{.method = method, .path = path, .summary = "", .limit = limit};
    };
    using enum api::RateClass;
    const std::array content{route(http::Method::post, "/posts", write),
                             route(http::Method::put, "/posts/{post_id}", write),
                             route(http::Method::post, "/media/upload", write),
                             route(http::Method::patch, "/media/uploads/{upload_id}", upload),
                             route(http::Method::post, "/messages/send-voice", own),
                             route(http::Method::post, "/payments/create", money)};
    const std::array about_oneself{GetMe::route, route(http::Method::put, "/users/me", write),
                                   route(http::Method::post, "/users/me/picture", write),
                                   route(http::Method::delete_, "/posts/{post_id}", write)};
    for (const auto& allowed : about_oneself) CHECK_FALSE(comes_in(allowed).email_verified);
    for (const auto& refused : content) CHECK_THROWS_WITH_AS(comes_in(refused), "Email not verified", Error);
    CHECK(w.works(token));
    w.post("/api/auth/verify-email", R"({"token":")" + w.mail("Confirm your e-mail address").token() + "\"}");
    for (const auto& allowed : content) CHECK(comes_in(allowed).email_verified);
}
