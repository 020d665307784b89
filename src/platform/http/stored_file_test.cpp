#include "platform/http/stored_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vector>

using namespace grover::http;

namespace {

constexpr std::int64_t kModified = 784'111'777;
constexpr std::string_view kModifiedText = "Sun, 06 Nov 1994 08:49:37 GMT";

// Status, then the part of the file "offset+length", then Content-Range.
std::string answer(std::vector<Header> headers, Method method = Method::get) {
    RequestHead request;
    request.method = method;
    request.headers = headers;
    Response response;
    const int fd = memfd_create("stored", MFD_CLOEXEC);
    answer_with_file(
        request,
        {.fd = fd, .size = 1000, .etag = "\"abc\"", .modified_at = kModified, .content_type = "image/jpeg"},
        response);
    CHECK(response.has_header("ETag"));
    CHECK(response.has_header("Accept-Ranges"));
    CHECK(response.header_block().find("Last-Modified: " + std::string(kModifiedText)) !=
          std::string_view::npos);
    CHECK_FALSE(response.may_compress);
    std::string out = std::to_string(response.status);
    if (response.file) {
        out += " " + std::to_string(response.file->offset) + "+" + std::to_string(response.file->length);
    } else {
        CHECK(fcntl(fd, F_GETFD) == -1);  // closed
    }
    const auto block = response.header_block();
    if (const auto at = block.find("Content-Range: "); at != block.npos) {
        out += " " + std::string(block.substr(at + 15, block.find("\r\n", at) - at - 15));
    }
    return out;
}

}  // namespace

TEST_CASE("without conditions the whole file is the answer") {
    CHECK(answer({}) == "200 0+1000");
    CHECK(answer({}, Method::head) == "200 0+1000");
}

TEST_CASE("one range of bytes is a part") {
    CHECK(answer({{"Range", "bytes=0-499"}}) == "206 0+500 bytes 0-499/1000");
    CHECK(answer({{"Range", "bytes=500-"}}) == "206 500+500 bytes 500-999/1000");
    CHECK(answer({{"Range", "bytes=-10"}}) == "206 990+10 bytes 990-999/1000");
    CHECK(answer({{"Range", "bytes=-5000"}}) == "206 0+1000 bytes 0-999/1000");
    CHECK(answer({{"Range", "bytes=990-5000"}}) == "206 990+10 bytes 990-999/1000");
    CHECK(answer({{"Range", "BYTES=0-0"}}) == "206 0+1 bytes 0-0/1000");
    CHECK(answer({{"Range", "bytes=0-99999999999999999999999"}}) == "206 0+1000 bytes 0-999/1000");
}

TEST_CASE("a range outside the file is 416 with its size") {
    CHECK(answer({{"Range", "bytes=1000-"}}) == "416 bytes */1000");
    CHECK(answer({{"Range", "bytes=99999999999999999999999-"}}) == "416 bytes */1000");
    CHECK(answer({{"Range", "bytes=-0"}}) == "416 bytes */1000");
}

TEST_CASE("several ranges, other units and nonsense get the whole file") {
    for (const std::string_view range :
         {"bytes=0-1,5-6", "lines=0-1", "bytes=5-1", "bytes=", "bytes=-", "bytes=a-b", "bytes=1--2", "0-1"}) {
        CAPTURE(range);
        CHECK(answer({{"Range", range}}) == "200 0+1000");
    }
    CHECK(answer({{"Range", "bytes=0-1"}}, Method::head) == "200 0+1000");
}

TEST_CASE("what the client has already is 304 without a body") {
    CHECK(answer({{"If-None-Match", "\"abc\""}}) == "304");
    CHECK(answer({{"If-None-Match", "\"x\", W/\"abc\""}}) == "304");
    CHECK(answer({{"If-None-Match", "*"}}, Method::head) == "304");
    CHECK(answer({{"If-None-Match", "\"x\""}, {"If-Modified-Since", kModifiedText}}) == "200 0+1000");
    CHECK(answer({{"If-Modified-Since", kModifiedText}}) == "304");
    CHECK(answer({{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}) == "200 0+1000");
    CHECK(answer({{"If-Modified-Since", "yesterday"}}) == "200 0+1000");
}

TEST_CASE("a part goes only to who has the rest of the same file") {
    CHECK(answer({{"Range", "bytes=0-9"}, {"If-Range", "\"abc\""}}) == "206 0+10 bytes 0-9/1000");
    CHECK(answer({{"Range", "bytes=0-9"}, {"If-Range", kModifiedText}}) == "206 0+10 bytes 0-9/1000");
    CHECK(answer({{"Range", "bytes=0-9"}, {"If-Range", "\"old\""}}) == "200 0+1000");
    CHECK(answer({{"Range", "bytes=0-9"}, {"If-Range", "W/\"abc\""}}) == "200 0+1000");
    CHECK(answer({{"Range", "bytes=5000-"}, {"If-Range", "\"old\""}}) == "200 0+1000");
}
