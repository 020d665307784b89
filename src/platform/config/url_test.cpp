#include "platform/config/url.hpp"

#include <doctest/doctest.h>

#include "platform/config/sentry_dsn.hpp"

using namespace grover::config;

TEST_CASE("http addresses may name hosts of an internal network") {
    for (const std::string good : {"http://auth:8080", "https://example.org/path?x=1", "http://127.0.0.1:1",
                                   "http://[::1]:8001/x", "https://a_b.internal"}) {
        CAPTURE(good);
        CHECK(is_http_url(good));
    }
    for (const std::string bad : {"", "auth:8080", "ftp://a", "http://", "http://:80", "http://a:0",
                                  "http://a:65536", "http://a:x", "http://a b", "http://a/b c", "http://u@a",
                                  "http://[::1", "http://[x]/", "http://[::1]x", "HTTP//a"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_http_url(bad));
    }
}

TEST_CASE("an origin has nothing behind its host") {
    for (const std::string good : {"https://example.org", "http://localhost:3000", "capacitor://localhost",
                                   "exp://192.168.1.2:19000"}) {
        CAPTURE(good);
        CHECK(is_origin(good));
    }
    for (const std::string bad : {"example.org", "https://example.org/", "https://example.org/x", "https://",
                                  "://a", "https://a?b", "null", "https://*.a.org"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_origin(bad));
    }
}

TEST_CASE("a DSN has a key, a host and a project") {
    CHECK(is_sentry_dsn("https://abc@o1.ingest.sentry.io/42"));
    CHECK(is_sentry_dsn("http://abc:secret@localhost:9000/prefix/42"));
    for (const std::string bad :
         {"", "https://o1.ingest.sentry.io/42", "https://@host/42", "https://abc@host", "https://abc@host/",
          "ftp://abc@host/1", "https://abc@/1", "https://abc@host/1?x", "https://:s@host/1", "abc"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_sentry_dsn(bad));
    }
}

TEST_CASE("a DSN says where envelopes go, and is sent without its secret") {
    const auto dsn = grover::parse_sentry_dsn("http://abc:s3cret@localhost:9000/prefix/deep/42");
    REQUIRE(dsn);
    CHECK(dsn->public_key == "abc");
    CHECK(dsn->envelope_url == "http://localhost:9000/prefix/deep/api/42/envelope/");
    CHECK(dsn->without_secret == "http://abc@localhost:9000/prefix/deep/42");
    CHECK(grover::parse_sentry_dsn("https://k@o1.ingest.sentry.io/7")->envelope_url ==
          "https://o1.ingest.sentry.io/api/7/envelope/");
}

TEST_CASE("passwords in addresses are hidden") {
    CHECK(without_password("postgresql://ada:s3cret@db/grover?sslmode=require") ==
          "postgresql://ada:***@db/grover?sslmode=require");
    CHECK(without_password("redis://:s3cret@cache:6379/0") == "redis://:***@cache:6379/0");
    CHECK(without_password("postgresql://ada:p@ss:w@db/x") == "postgresql://ada:***@db/x");
    CHECK(without_password("postgresql://db/x?user=a&password=s3cret&y=1") ==
          "postgresql://db/x?user=a&password=***&y=1");
    CHECK(without_password("sqlite:./data/grover.db") == "sqlite:./data/grover.db");
    CHECK(without_password("postgresql://ada@db/x") == "postgresql://ada@db/x");
}
