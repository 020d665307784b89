#include "domains/auth/redirects.hpp"

#include <doctest/doctest.h>

using namespace grover::auth;

TEST_CASE("only listed targets receive a session id") {
    const Options options{.allowed_origins = {"*", "https://app.example", "http://localhost:3000"},
                          .redirect_allowlist = {"myapp://", "https://other.example/back/"}};
    for (const char* allowed :
         {"grover://auth-callback", "GROVER://x", "grover://", "grover://a/b?c=d", "https://app.example",
          "https://app.example/", "https://app.example/cb?x=1#y", "https://app.example?x",
          "http://localhost:3000/cb", "myapp://done", "https://other.example/back/home"}) {
        INFO(allowed);
        CHECK(is_allowed_redirect(options, allowed));
    }
    for (const char* refused : {"",
                                "https://evil.example/",
                                "https://app.example.evil.example/",
                                "https://app.example@evil.example/",
                                "https://app.example:8443/",
                                "https://app.examplex",
                                "http://app.example/",
                                "//app.example/",
                                "/relative",
                                "javascript:alert(1)",
                                "data:text/html,x",
                                "exp://127.0.0.1:8081",
                                "https://other.example/",
                                "https://app.example\\@evil.example",
                                "https://app.example/\r\nSet-Cookie: a=b",
                                "https://app.example/ x",
                                "grover://a\nb",
                                "*",
                                "https://app.example/\xc3\xa4",
                                " https://app.example/",
                                "grover:/",
                                "grover:auth"}) {
        INFO(refused);
        CHECK_FALSE(is_allowed_redirect(options, refused));
    }
    CHECK_FALSE(is_allowed_redirect(options, "https://app.example/" + std::string(2'000, 'x')));
    CHECK_FALSE(is_allowed_redirect({.allowed_origins = {"*"}}, "https://app.example/"));
}

TEST_CASE("development tools may come back only while developing") {
    CHECK(is_allowed_redirect({.debug = true}, "exp://127.0.0.1:8081/--/auth"));
    CHECK_FALSE(is_allowed_redirect({.debug = false}, "exp://127.0.0.1:8081/--/auth"));
}

TEST_CASE("the id goes into the fragment, in place of any other") {
    CHECK(with_fragment("grover://auth-callback", "session_id", "sid_1") ==
          "grover://auth-callback#session_id=sid_1");
    CHECK(with_fragment("https://app.example/cb?x=1#y=2", "error", "access_denied") ==
          "https://app.example/cb?x=1#error=access_denied");
}
