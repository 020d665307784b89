#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "platform/http/body_framing.hpp"

using grover::http::BodyFraming;

namespace {

struct Decoded {
    std::string content;
    std::size_t used = 0;
    bool done = false;
    bool malformed = false;
};

Decoded decode(BodyFraming framing, const std::string& raw, std::size_t piece) {
    Decoded out;
    while (out.used < raw.size() && !framing.done() && !framing.malformed()) {
        const auto step = framing.take(std::string_view(raw).substr(out.used, piece));
        out.content += step.content;
        out.used += step.consumed;
    }
    out.done = framing.done();
    out.malformed = framing.malformed();
    return out;
}

bool refused(const std::string& raw) {
    const auto whole = decode(BodyFraming::chunked(), raw, raw.size());
    const auto bytewise = decode(BodyFraming::chunked(), raw, 1);
    CHECK(whole.malformed == bytewise.malformed);
    return whole.malformed;
}

}  // namespace

TEST_CASE("a length is counted down and nothing behind it is taken") {
    for (const std::size_t piece : {1, 2, 100}) {
        const auto out = decode(BodyFraming::of_length(5), "helloGET /", piece);
        CHECK(out.content == "hello");
        CHECK(out.used == 5);
        CHECK(out.done);
    }
    CHECK(BodyFraming::of_length(0).done());
    CHECK(BodyFraming::none().done());
    CHECK(BodyFraming::of_length(7).rest() == 7);
}

TEST_CASE("chunks are joined, extensions and trailers read over") {
    const std::string raw =
        "5\r\nhello\r\n0001;a=\"b c\";d\r\n \r\nA\r\nworld12345\r\n0;last\r\nX-Trailer: v\r\nY: w\r\n\r\n";
    for (const std::size_t piece : {1, 2, 3, 7, 1'000}) {
        CAPTURE(piece);
        const auto out = decode(BodyFraming::chunked(), raw + "GET /", piece);
        CHECK(out.content == "hello world12345");
        CHECK(out.used == raw.size());
        CHECK(out.done);
    }
    CHECK(decode(BodyFraming::chunked(), "0\r\n\r\n", 1).done);
}

TEST_CASE("chunks that are none are refused") {
    CHECK(refused("\r\n"));
    CHECK(refused("x\r\n"));
    CHECK(refused("-1\r\n"));
    CHECK(refused("0x5\r\nhello\r\n"));
    CHECK(refused("5 \r\nhello\r\n"));
    CHECK(refused(" 5\r\nhello\r\n"));
    CHECK(refused("5\nhello\r\n"));
    CHECK(refused("5\r\nhelloX\r\n"));
    CHECK(refused("5\r\nhello\n0\r\n\r\n"));
    CHECK(refused("5\r\nhello0\r\n\r\n"));
    CHECK(refused("5;a\nb\r\nhello\r\n"));
    CHECK(refused("ffffffffffffffff\r\n"));
    CHECK(refused("10000000000000000\r\n"));
    CHECK(refused("00000000000000005\r\nhello\r\n"));
    CHECK(refused("0\r\nX: a\nb\r\n\r\n"));
    CHECK(refused("0\r\n\rX"));
    CHECK(refused("1;" + std::string(10'000, 'a') + "\r\n"));
    CHECK(refused("0\r\n" + std::string(10'000, 'a')));
}

TEST_CASE("many small chunks are as good as one") {
    std::string raw;
    for (int i = 0; i < 20'000; ++i) raw += "010\r\n0123456789abcdef\r\n";
    raw += "0\r\n\r\n";
    const auto out = decode(BodyFraming::chunked(), raw, 1'000);
    CHECK(out.done);
    CHECK(out.content.size() == 320'000);
}
