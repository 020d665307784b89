#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "platform/http/head.hpp"

using namespace grover::http;

namespace {

struct Parsed {
    HeadProblem problem;
    std::string bytes;
    std::vector<Header> headers;
    RequestHead head;
    Framing framing;
};

// As a connection does it: find the end, then parse.
void parse(std::string bytes, Parsed& out, HeadLimits limits = {}) {
    out.bytes = std::move(bytes);
    HeadScanner scanner;
    const auto size = scanner.find_end(out.bytes, limits, out.problem);
    if (size == 0) return;
    out.problem =
        parse_head(std::string_view(out.bytes).substr(0, size), limits, out.headers, out.head, out.framing);
}

int status_of(std::string bytes, HeadLimits limits = {}) {
    Parsed out;
    parse(std::move(bytes), out, limits);
    return out.problem.status;
}

std::string with_headers(const std::string& headers, const std::string& first = "POST /x HTTP/1.1") {
    return first + "\r\nHost: h\r\n" + headers + "\r\n";
}

}  // namespace

TEST_CASE("a head comes apart into method, path, query and headers") {
    Parsed out;
    parse(
        "PATCH /a%20b/c?x=1&y=?2 HTTP/1.1\r\nHost: example.org\r\nX-Empty:\r\nX-Space: \t v w "
        "\t\r\nContent-Length: 12\r\n\r\n",
        out);
    REQUIRE(out.problem.status == 0);
    CHECK(out.head.method == Method::patch);
    CHECK(out.head.target == "/a%20b/c?x=1&y=?2");
    CHECK(out.head.path == "/a%20b/c");
    CHECK(out.head.query == "x=1&y=?2");
    CHECK(out.head.header("x-empty").empty());
    CHECK(out.head.header("x-space") == "v w");
    CHECK(out.head.header("host") == "example.org");
    CHECK(out.head.header("x-none").empty());
    CHECK(out.head.content_length == 12);
    CHECK(out.head.has_body);
    CHECK(out.framing.keep_alive);
    CHECK_FALSE(out.framing.chunked);
    CHECK_FALSE(out.head.http_1_0);
}

TEST_CASE("the absolute form means its path") {
    Parsed out;
    parse("GET http://example.org:80/a?b HTTP/1.1\r\nHost: h\r\n\r\n", out);
    CHECK(out.problem.status == 0);
    CHECK(out.head.path == "/a");
    CHECK(out.head.query == "b");
    parse("GET http://example.org?b HTTP/1.1\r\nHost: h\r\n\r\n", out);
    CHECK(out.head.path == "/");
    CHECK(out.head.query == "b");
    parse("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", out);
    CHECK(out.head.path == "*");
    CHECK(status_of("GET nonsense HTTP/1.1\r\nHost: h\r\n\r\n") == 400);
    CHECK(status_of("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n") == 0);
}

TEST_CASE("keep-alive follows the version and the Connection header") {
    Parsed out;
    parse("GET / HTTP/1.0\r\n\r\n", out);
    CHECK(out.problem.status == 0);
    CHECK(out.head.http_1_0);
    CHECK_FALSE(out.framing.keep_alive);
    parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", out);
    CHECK(out.framing.keep_alive);
    parse("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, CLOSE\r\n\r\n", out);
    CHECK_FALSE(out.framing.keep_alive);
}

TEST_CASE("what two servers could read differently is refused") {
    CHECK(status_of(with_headers("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")) == 400);
    CHECK(status_of(with_headers("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")) == 400);
    CHECK(status_of(with_headers("Content-Length: 5\r\nContent-Length: 5\r\n")) == 400);
    CHECK(status_of(with_headers("Content-Length: 5\r\nContent-Length: 6\r\n")) == 400);
    CHECK(status_of(with_headers("Content-Length: 5, 5\r\n")) == 400);
    CHECK(status_of(with_headers("Content-Length: +5\r\n")) == 400);
    CHECK(status_of(with_headers("Content-Length: -1\r\n")) == 400);
    CHECK(status_of(with_headers("Content-Length: 0x5\r\n")) == 400);
    CHECK(status_of(with_headers("Content-Length: 5 5\r\n")) == 400);
    CHECK(status_of(with_headers("Content-Length:\r\n")) == 400);
    CHECK(status_of(with_headers("Content-Length: ,\r\n")) == 400);
    CHECK(status_of(with_headers("Transfer-Encoding: ,\r\n")) == 400);
    CHECK(status_of(with_headers("Connection: ,\r\n")) == 0);
    CHECK(status_of(with_headers("Content-Length: 99999999999999999999\r\n")) == 400);
    CHECK(status_of(with_headers("Transfer-Encoding: gzip, chunked\r\n")) == 400);
    CHECK(status_of(with_headers("Transfer-Encoding: chunked, chunked\r\n")) == 400);
    CHECK(status_of(with_headers("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")) == 400);
    CHECK(status_of(with_headers("Transfer-Encoding: identity\r\n")) == 400);
    CHECK(status_of(with_headers("Transfer-Encoding: xchunked\r\n")) == 400);
    CHECK(status_of(with_headers("Transfer-Encoding: \x0b"
                                 "chunked\r\n")) == 400);
    CHECK(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
    CHECK(status_of(with_headers("Transfer-Encoding : chunked\r\n")) == 400);
    CHECK(status_of(with_headers(" Content-Length: 5\r\n")) == 400);
}

TEST_CASE("folded lines, bare line feeds, control characters and broken lines are refused") {
    CHECK(status_of(with_headers("X: a\r\n b\r\n")) == 400);
    CHECK(status_of(with_headers("X: a\r\n\tb\r\n")) == 400);
    CHECK(status_of(with_headers("X:\r\n b\r\n")) == 400);
    CHECK(status_of(with_headers("X: a\r\n \r\nY: b\r\n")) == 400);
    CHECK(status_of(with_headers("Transfer-Encoding:\r\n chunked\r\n")) == 400);
    CHECK(status_of("GET / HTTP/1.1\nHost: h\n\n") == 400);
    CHECK(status_of("GET / HTTP/1.1\r\nHost: h\n\r\n") == 400);
    CHECK(status_of("GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n") == 400);
    CHECK(status_of(with_headers(std::string("X: a\0b\r\n", 8))) == 400);
    CHECK(status_of(with_headers(std::string("X\0: a\r\n", 7))) == 400);
    CHECK(status_of(with_headers("X: a\x01\r\n")) == 400);
    CHECK(status_of(with_headers(": a\r\n")) == 400);
    CHECK(status_of(with_headers("no colon\r\n")) == 400);
    CHECK(status_of(std::string("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", 29)) == 400);
}

TEST_CASE("the first line and Host are as HTTP/1.1 wants them") {
    CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
    CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 0);
    CHECK(status_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("GET / HTTP/1.2\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("GET / HTTP/1.1 \r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("GET  / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("GET / a HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("GET / http/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("GET /\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("PRI * HTTP/2.0\r\n\r\n") == 400);
    CHECK(status_of("\x16\x03\x01\x02") == 400);
    CHECK(status_of("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
}

TEST_CASE("lengths are limited") {
    const HeadLimits limits{.target = 100, .headers = 200};
    const auto target = [](std::size_t size) {
        return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n";
    };
    CHECK(status_of(target(100), limits) == 0);
    CHECK(status_of(target(101), limits) == 414);
    CHECK(status_of(target(1'000), limits) == 414);
    CHECK(status_of("GET /" + std::string(1'000, 'a'), limits) == 414);
    const auto headers = [](std::size_t size) {
        return "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(size - 14, 'a') + "\r\n\r\n";
    };
    CHECK(status_of(headers(200), limits) == 0);
    CHECK(status_of(headers(201), limits) == 431);
    CHECK(status_of("GET / HTTP/1.1\r\nX: " + std::string(1'000, 'a'), limits) == 431);
    std::string many;
    for (int i = 0; i < 256; ++i) many += "a:\r\n";
    CHECK(status_of(with_headers(many)) == 431);
}

TEST_CASE("only the expectation that everybody sends is known") {
    Parsed out;
    parse(with_headers("Expect: 100-Continue\r\nContent-Length: 1\r\n"), out);
    CHECK(out.problem.status == 0);
    CHECK(out.framing.expects_continue);
    CHECK(status_of(with_headers("Expect: tea\r\n")) == 417);
    parse("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", out);
    CHECK_FALSE(out.framing.expects_continue);
}

TEST_CASE("the end of a head is found wherever it is cut") {
    const std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\nnext";
    HeadScanner scanner;
    HeadProblem problem;
    for (std::size_t size = 0; size < bytes.size() - 4; ++size) {
        CHECK(scanner.find_end(std::string_view(bytes).substr(0, size), {}, problem) == 0);
        CHECK(problem.status == 0);
    }
    CHECK(scanner.find_end(bytes, {}, problem) == bytes.size() - 4);
}

TEST_CASE("of a head that is no head, what its answer needs is read all the same") {
    std::vector<Header> headers;
    RequestHead head;
    const auto origin_in = [&](std::string_view bytes) {
        salvage(bytes, headers, head);
        return head.header("origin");
    };
    CHECK(origin_in("GET /x HTTP/1.1\r\nHost: h\r\nORIGIN: \t https://a.example \r\nX") ==
          "https://a.example");
    CHECK(head.headers.size() == 1);
    CHECK(head.path.empty());
    CHECK(origin_in("junk\r\n\x01\r\nno colon\r\nOrigin:https://a.example\r\n\r\n") == "https://a.example");
    CHECK(origin_in("GET / HTTP/1.1\r\nX-Request-Id: abc\r\n\r\n").empty());
    CHECK(head.header("x-request-id") == "abc");
    // Neither a line that has not ended, nor what follows the head.
    for (const std::string_view bytes : {"", "Origin: a\r\n", "GET /\r\nOrigin: a", "GET /\r\nOrigin\r\n",
                                         "GET /\r\n\r\nOrigin: a\r\n", "GET /\r\nOrigin:\r\n"}) {
        CAPTURE(bytes);
        CHECK(origin_in(bytes).empty());
    }
}
