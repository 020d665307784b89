#include <doctest/doctest.h>

#include "platform/sockets/identity.hpp"

namespace grover::sockets {
namespace {

using Kind = Credential::Kind;

// One handshake; its parts may be changed before find().
struct Handshake {
    std::vector<http::Header> headers{{"Host", "grover.example:8001"}};
    std::optional<std::string> ticket;
    std::optional<std::string> token;
    std::string payload = "{}";
    bool https = false;
    OriginRules rules{.allowed_origins = {"*", "https://app.example"},
                      .public_base_url = "https://public.example/base"};

    // "<kind> <text>", or "none".
    std::string find() const {
        http::RequestHead head;
        head.headers = headers;
        head.https = https;
        const auto document = wire::JsonDocument::parse(payload);
        const auto found = find_credential(head, ticket, token, document->root(), rules);
        switch (found.kind) {
            case Kind::none:
                return "none";
            case Kind::token:
                return "token " + found.text;
            case Kind::query:
                return "query " + found.text;
            case Kind::header:
                return "header " + found.text;
            case Kind::cookie:
                return "cookie " + found.text + (found.claimed_user ? " for " + *found.claimed_user : "");
        }
        return {};
    }
};

}  // namespace

TEST_CASE("the first credential that is present wins: CONNECT, header, query, cookie") {
    Handshake all;
    all.headers.push_back({"Authorization", "Bearer from_header"});
    all.headers.push_back({"Cookie", "a=b; grover_rt=from_cookie; c=d"});
    all.ticket = "gtk_query";
    all.token = "query";
    all.payload = R"({"token": "from_connect", "ticket": "gtk_connect"})";
    CHECK(all.find() == "token from_connect");
    all.payload =
        R"({"token": "", "session_token": null, "access_token": "  bearer  jwt ", "ticket": "gtk_connect"})";
    CHECK(all.find() == "token jwt");
    all.payload = R"({"token": 7, "ticket": "gtk_connect"})";
    CHECK(all.find() == "token gtk_connect");
    all.payload = R"({"userId": "user_1"})";
    CHECK(all.find() == "header from_header");
    all.headers[1].value = "Bearer ";
    CHECK(all.find() == "query gtk_query");
    all.ticket.reset();
    CHECK(all.find() == "query query");
    all.token.reset();
    CHECK(all.find() == "cookie from_cookie for user_1");
    all.headers.pop_back();
    CHECK(all.find() == "none");
}

TEST_CASE("what a client says it is proves nothing") {
    Handshake claims;
    claims.payload = R"({"userId": "user_1", "user_id": "user_1"})";
    CHECK(claims.find() == "none");
}

TEST_CASE("a cookie is named exactly") {
    Handshake handshake;
    handshake.headers.push_back({"Cookie", "xgrover_rt=1; grover_rtx=2; grover_rt"});
    CHECK(handshake.find() == "none");
    handshake.headers.back().value = "grover_rt=";
    CHECK(handshake.find() == "none");
    handshake.headers.back().value = "grover_rt=v";
    CHECK(handshake.find() == "cookie v");
}

TEST_CASE("the cookie counts from the server's own pages and those listed by name, and from nowhere else") {
    Handshake handshake;
    handshake.headers.push_back({"Cookie", "grover_rt=v"});
    handshake.headers.push_back({"Origin", ""});
    const auto from = [&](std::string_view origin) {
        handshake.headers.back().value = origin;
        return handshake.find() == "cookie v";
    };
    CHECK(from("http://grover.example:8001"));
    CHECK(from("https://grover.example:8001"));
    CHECK(from("https://public.example"));
    CHECK(from("https://app.example"));
    for (const char* foreign :
         {"https://evil.example", "https://app.example.evil.example", "http://app.example", "null", "*",
          "https://app.example:444", "https://grover.example", "http://public.example", "file://"}) {
        CAPTURE(foreign);
        CHECK_FALSE(from(foreign));
    }
    handshake.https = true;
    CHECK_MESSAGE(!from("http://grover.example:8001"), "a page that was not encrypted may be anybody's");
}

TEST_CASE("the user that CONNECT names is handed on with the cookie, whatever its form") {
    Handshake handshake;
    handshake.headers.push_back({"Cookie", "grover_rt=v"});
    handshake.payload = R"({"user_id": 17})";
    CHECK(handshake.find() == "cookie v for ");
    handshake.payload = R"({"userId": null, "user_id": "user_2"})";
    CHECK(handshake.find() == "cookie v for user_2");
}

}  // namespace grover::sockets
