#include "platform/observability/scrub.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "testing/thread_time.hpp"

using namespace grover::log;

TEST_CASE("keys that name secrets are known in any spelling") {
    for (const std::string key :
         {"password",    "new_password", "Passwd",   "SECRET_KEY",  "access_token", "Authorization",
          "cookie",      "Set-Cookie",   "api_key",  "apiKey",      "session",      "sessionTicket",
          "ticket",      "code",         "mfa_code", "certificate", "private_key",  "card",
          "card_number", "paypal_email", "email"}) {
        CAPTURE(key);
        CHECK(is_secret_key(key));
    }
    for (const std::string key : {"session_id", "status_code", "http.status_code", "user_id", "discard",
                                  "encoded", "route", "duration_ms", "what", "count"}) {
        CAPTURE(key);
        CHECK_FALSE(is_secret_key(key));
    }
    CHECK(is_address_key("ip"));
    CHECK(is_address_key("client_ip"));
    CHECK(is_address_key("remoteIP"));
    CHECK_FALSE(is_address_key("description"));
}

TEST_CASE("tokens, addresses and capabilities are taken out of text") {
    const auto gone = [](const std::string& text, const std::string& expected) {
        CAPTURE(text);
        CHECK(scrub(text) == expected);
        CHECK(may_need_scrubbing(text));
    };
    gone("Bearer gst_abcDEF123-_x!", "Bearer [Filtered]!");
    gone("grt_0123456789 and gtk_0123456789, sid_01234", "[Filtered] and [Filtered], [Filtered]");
    gone("key=lk_0123456789", "key=[Filtered]");
    gone("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl end", "token [Filtered] end");
    gone("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0.", "[Filtered]");
    gone("mail to ada.l+x@mail.example.org, please", "mail to [Filtered], please");
    gone("a@b.org", "[Filtered]");
    gone("a%40b.org", "[Filtered]");
    gone("<a@b.org><c@d.org>", "<[Filtered]><[Filtered]>");
    gone("/socket.io/?EIO=4&ticket=x HTTP", "/socket.io/?[Filtered] HTTP");
    gone("GET \"/api/media/image/upload/a.jpg?exp=1&sig=abc\"",
         "GET \"/api/media/image/upload/a.jpg?[Filtered]\"");
    gone("https://g.org/live/x/key?y=z", "https://g.org/live/x/key?[Filtered]");
    gone("/api/payment-success?token=EC-1&PayerID=2", "/api/payment-success?[Filtered]");
}

TEST_CASE("ordinary text is left alone") {
    for (const std::string text :
         {"sess_0123456789abcdef", "talk_room bulk_insert folk_music", "outside_ inside_block", "lk_",
          "gst_x", "what? really?", "user@host", "@ada hi", "/api/posts?limit=20", "eyJ is a prefix",
          "eyJhbGciOiJub25lIn0", "5 @ 3.50", "post_01hzabc", "", "100 % sure"}) {
        CAPTURE(text);
        CHECK(scrub(text) == text);
    }
}

TEST_CASE("scrubbing hostile text costs linear time") {
    const auto start = grover::testing::thread_time();
    for (const std::string part :
         {"@", "a@", "a.", "?", "/live?", "eyJa.", "gst_", "%40", "eyJaaaaaa.aaaaaa", "-gst_"}) {
        std::string text;
        for (int i = 0; i < 100'000; ++i) text += part;
        CHECK(scrub(text).size() <= 4 * text.size());
    }
    CHECK(grover::testing::thread_time() - start < std::chrono::seconds(10));
}

TEST_CASE("addresses keep their network only") {
    CHECK(anonymous_ip("192.0.2.17") == "192.0.2.0");
    CHECK(anonymous_ip("2001:db8:1:2:3:4:5:6") == "2001:db8:1::");
    CHECK(anonymous_ip("::ffff:192.0.2.17") == "192.0.2.0");
    CHECK(anonymous_ip("nonsense") == "");
    CHECK(anonymous_ip("") == "");
}

TEST_CASE("IP addresses are taken out of text, and nothing that looks a little like one") {
    CHECK(without_addresses("no route to 10.0.0.5:5432.") == "no route to [Filtered]:5432.");
    CHECK(without_addresses("at [2001:db8::7]:80, from 192.0.2.1") == "at [[Filtered]]:80, from [Filtered]");
    CHECK(without_addresses("peer 2001:db8::7 went") == "peer [Filtered] went");
    CHECK(without_addresses("/api/lookup/192.0.2.1") == "/api/lookup/[Filtered]");
    CHECK(without_addresses("http://192.0.2.1/") == "http://[Filtered]/");
    for (const std::string text :
         {"std::out_of_range in db::Write, at 10:11:12.345",
          "Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36",
          "version 1.2.3, 0.5 s: bad", "", "::", "a1.2.3.4b", "feed::cafe"}) {
        CAPTURE(text);
        CHECK(without_addresses(text) == text);
    }
}
