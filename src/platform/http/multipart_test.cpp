#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "platform/base/error.hpp"
#include "platform/http/memory_exchange.hpp"
#include "platform/http/multipart.hpp"
#include "platform/http/part_headers.hpp"

using namespace grover;
using namespace grover::http;

namespace {

class Directory {
public:
    Directory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "grover-multipart-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }
    ~Directory() { std::filesystem::remove_all(path); }
    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(path), std::filesystem::directory_iterator()));
    }

    std::string path;
};

std::string content_of(const UploadedFile& file) {
    std::ifstream in(file.path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

constexpr std::string_view kType = "multipart/form-data; boundary=XX";

MultipartForm read(const Directory& directory, const std::string& body, std::size_t piece = 1'000'000,
                   std::string_view type = kType, const MultipartLimits& limits = {}) {
    MemoryExchange exchange(body, piece);
    return read_multipart(exchange, type, directory.path, limits);
}

std::string text_part(const std::string& name, const std::string& value) {
    return "--XX\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

std::string file_part(const std::string& name, const std::string& content) {
    return "--XX\r\nContent-Disposition: form-data; name=\"" + name +
           "\"; filename=\"a.bin\"\r\nContent-Type: image/png\r\n\r\n" + content + "\r\n";
}

// The status it is refused with, 422 for what is malformed; 0 if it is not. Whatever happens, no file is left behind.
int refusal(const std::string& body, const MultipartLimits& limits = {}, std::string_view type = kType) {
    const Directory directory;
    int status = 0;
    try {
        if (!read(directory, body, 1'000, type, limits).malformed.empty()) status = 422;
    } catch (const Error& error) {
        status = error.status;
    }
    CHECK(directory.files() == 0);
    return status;
}

}  // namespace

TEST_CASE("text and files come out as they went in, however the body is cut") {
    const std::string binary =
        std::string("\0\r\n--X\r\n--\r\r\n", 13) + std::string(3'000, '\r') + "\xff\xd8";
    const std::string body = "preamble\r\n" + text_part("content", "Grüße\r\n--X no boundary") +
                             file_part("media", binary) + text_part("empty", "") + file_part("second", "") +
                             text_part("content", "again") + "--XX--\r\n";
    for (const std::size_t piece : {1, 2, 3, 5, 7, 64, 1'000, 1'000'000}) {
        CAPTURE(piece);
        const Directory directory;
        const auto form = read(directory, body, piece);
        REQUIRE(form.fields.size() == 3);
        CHECK(form.fields[0].name == "content");
        CHECK(form.fields[0].value == "Grüße\r\n--X no boundary");
        CHECK(form.fields[1].name == "empty");
        CHECK(form.fields[1].value.empty());
        CHECK(form.fields[2].value == "again");
        REQUIRE(form.files.size() == 2);
        CHECK(form.files[0].part_name == "media");
        CHECK(form.files[0].file_name == "a.bin");
        CHECK(form.files[0].declared_type == "image/png");
        CHECK(form.files[0].size == binary.size());
        CHECK(content_of(form.files[0]) == binary);
        CHECK(form.files[1].size == 0);
        CHECK(form.bytes_read == body.size());
        CHECK(directory.files() == 2);
    }
}

TEST_CASE("an uploaded file is deleted with its object unless it was released") {
    const Directory directory;
    std::string kept;
    {
        auto form = read(directory, file_part("a", "1") + file_part("b", "2") + "--XX--");
        UploadedFile moved = std::move(form.files[0]);
        CHECK(content_of(moved) == "1");
        kept = moved.path;
        moved.release();
        CHECK(directory.files() == 2);
    }
    CHECK(directory.files() == 1);
    CHECK(std::filesystem::exists(kept));
}

TEST_CASE("what clients in the field send is understood") {
    const Directory directory;
    SUBCASE("a quoted boundary, more parameters, another case") {
        const auto form = read(directory, "--a b\r\ncontent-disposition:form-data;NAME=x\r\n\r\n1\r\n--a b--",
                               9, "Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"");
        REQUIRE(form.fields.size() == 1);
        CHECK(form.fields[0].name == "x");
        CHECK(form.fields[0].value == "1");
    }
    SUBCASE("no line break behind the last boundary, padding behind the others, an epilogue") {
        auto form = read(directory, "--XX \t\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--XX--");
        CHECK(form.fields.size() == 1);
        form = read(directory, text_part("x", "1") + "--XX--\r\nepilogue --XX");
        CHECK(form.fields.size() == 1);
        form = read(directory, "--XX--\r\n");
        CHECK(form.fields.empty());
    }
    SUBCASE("a form without a chosen file") {
        const auto form = read(directory,
                               "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n"
                               "Content-Type: application/octet-stream\r\n\r\n\r\n--XX--\r\n");
        CHECK(form.files.empty());
        CHECK(form.fields.empty());
        CHECK(directory.files() == 0);
    }
    SUBCASE("an empty file name with content, and a bare word for a type") {
        const auto form = read(directory,
                               "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n"
                               "Content-Type: image\r\n\r\nabc\r\n--XX--\r\n");
        REQUIRE(form.files.size() == 1);
        CHECK(form.files[0].file_name.empty());
        CHECK(form.files[0].declared_type == "image");
        CHECK(form.files[0].size == 3);
    }
    SUBCASE("no file name, but a type that no text has") {
        const auto form =
            read(directory,
                 "--XX\r\nContent-Disposition: form-data; name=\"f\"\r\nContent-Type: video\r\n\r\nabc\r\n"
                 "--XX\r\nContent-Disposition: form-data; name=\"t\"\r\nContent-Type: "
                 "text/plain\r\n\r\nabc\r\n--XX--\r\n");
        REQUIRE(form.files.size() == 1);
        CHECK(form.files[0].part_name == "f");
        REQUIRE(form.fields.size() == 1);
        CHECK(form.fields[0].name == "t");
    }
}

TEST_CASE("file names are read in every spelling") {
    const auto name_in = [](std::string_view disposition) {
        const auto headers = parse_part_headers("Content-Disposition: " + std::string(disposition) + "\r\n");
        REQUIRE(headers);
        return headers->file_name.value_or("(none)");
    };
    CHECK(name_in(R"(form-data; name="f"; filename="a.png")") == "a.png");
    CHECK(name_in(R"(form-data; name=f; filename=a.png)") == "a.png");
    CHECK(name_in(R"(form-data; name="f"; filename="a\"b;c=d.png")") == "a\"b;c=d.png");
    CHECK(name_in(R"(form-data; name="f"; filename="C:\photos\a.png")") == R"(C:\photos\a.png)");
    CHECK(name_in(R"(form-data; name="f"; filename="a%22b%20.png")") == "a\"b%20.png");
    CHECK(name_in(R"(form-data; name="f"; filename="x.png"; filename*=UTF-8''%e2%82%ac.png)") ==
          "\u20ac.png");
    CHECK(name_in(R"(form-data; filename*=UTF-8''a.png; name="f")") == "a.png");
    CHECK(name_in(R"(form-data; name="f"; filename)") == "");
    CHECK(name_in(R"(form-data; name="f")") == "(none)");
    CHECK(name_in(R"(form-data; name="f"; filename="never closed)") == "never closed");
    CHECK_FALSE(parse_part_headers("Content-Disposition: form-data; filename=\"a\"\r\n"));
    CHECK_FALSE(parse_part_headers("Content-Disposition: attachment; name=\"a\"\r\n"));
    CHECK_FALSE(parse_part_headers(""));
}

TEST_CASE("what is no multipart body is refused and leaves nothing behind") {
    CHECK(refusal("") == 422);
    CHECK(refusal("hello") == 422);
    CHECK(refusal("--XX") == 422);
    CHECK(refusal("--XXY\r\n\r\n--XX--") == 422);
    CHECK(refusal(text_part("a", "1")) == 422);
    CHECK(refusal(file_part("a", std::string(5'000, 'x'))) == 422);
    CHECK(refusal("--XX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n") == 422);
    CHECK(refusal("--XX\r\nX: y\r\n\r\n1\r\n--XX--") == 422);
    CHECK(refusal("--XX\r\n\r\n1\r\n--XX--") == 422);
    CHECK(refusal(text_part("a", "1") + "--XX--", {}, "multipart/form-data") == 422);
    CHECK(refusal(text_part("a", "1") + "--XX--", {}, "multipart/form-data; boundary=") == 422);
    CHECK(refusal(text_part("a", "1") + "--XX--", {},
                  "multipart/form-data; boundary=" + std::string(201, 'X')) == 422);
}

TEST_CASE("a file over the limit is not kept, and nothing behind it is read") {
    const Directory directory;
    MultipartLimits limits;
    limits.file = 10;
    const auto body = file_part("a", "0123456789") + file_part("b", std::string(50'000, 'x')) +
                      text_part("t", "1") + "--XX--";
    MemoryExchange exchange(body, 100);
    const auto form = read_multipart(exchange, kType, directory.path, limits);
    REQUIRE(form.files.size() == 2);
    CHECK_FALSE(form.files[0].too_large);
    CHECK(form.files[1].too_large);
    CHECK(form.files[1].path.empty());
    CHECK(form.is_cut_short);
    CHECK(form.fields.empty());
    CHECK(directory.files() == 1);
    CHECK(exchange.read_so_far() <= 500);
}

TEST_CASE("a long text where a file belongs goes to disk, elsewhere it has a limit") {
    const Directory directory;
    MultipartLimits limits;
    limits.text = 100'000;
    const std::array<std::string_view, 1> names{"media"};
    const std::string large(300'000, 'A');
    const auto body =
        text_part("content", "hello") + text_part("media", large) + text_part("t", "1") + "--XX--";
    CHECK(refusal(body, limits) == 413);
    limits.text_files = TextFileFields(names);
    const auto form = read(directory, body, 1'000, kType, limits);
    REQUIRE(form.files.size() == 1);
    CHECK(form.files[0].is_text);
    CHECK(form.files[0].part_name == "media");
    CHECK(content_of(form.files[0]) == large);
    REQUIRE(form.fields.size() == 2);
    CHECK(form.fields[1].name == "t");
    // A short one is a field like others.
    CHECK(read(directory, text_part("media", "abc") + "--XX--", 10, kType, limits).fields[0].value == "abc");
}

TEST_CASE("each limit of the request is refused with 413") {
    MultipartLimits limits;
    limits.text = 10;
    CHECK(refusal(text_part("a", "0123456789") + "--XX--", limits) == 0);
    CHECK(refusal(text_part("a", "012345") + text_part("b", "67890") + "--XX--", limits) == 413);
    limits = {};
    limits.parts = 2;
    CHECK(refusal(text_part("a", "1") + text_part("b", "1") + "--XX--", limits) == 0);
    CHECK(refusal(text_part("a", "1") + text_part("b", "1") + text_part("c", "1") + "--XX--", limits) == 413);
    CHECK(refusal(text_part("a", "1") + file_part("b", "1") + text_part("c", "1") + "--XX--", limits) == 413);
    limits = {};
    limits.part_headers = 100;
    CHECK(refusal("--XX\r\nContent-Disposition: form-data; name=a\r\nX: " + std::string(100, 'x') +
                      "\r\n\r\n1\r\n--XX--",
                  limits) == 413);
    CHECK(refusal("--XX\r\nX: " + std::string(10'000, 'x'), limits) == 413);
    limits = {};
    limits.request = 6'000;
    limits.request_of_several_files = 12'000;
    const auto large = std::string(5'000, 'x');
    CHECK(refusal(file_part("a", large) + "--XX--", limits) == 0);
    CHECK(refusal(file_part("a", large + large) + "--XX--", limits) == 413);
    CHECK(refusal(file_part("a", large) + file_part("b", large) + "--XX--", limits) == 0);
    CHECK(refusal(file_part("a", large) + file_part("b", large) + file_part("c", large) + "--XX--", limits) ==
          413);
    CHECK(refusal(text_part("a", "1") + "--XX--" + std::string(7'000, ' '), limits) == 413);
}

TEST_CASE("a request that announces too much is refused before it is read") {
    const Directory directory;
    MemoryExchange exchange(text_part("a", "1") + "--XX--", 100);
    exchange.head.content_length = 200 * 1024 * 1024;
    CHECK_THROWS_AS(read_multipart(exchange, kType, directory.path), Error);
    CHECK(exchange.read_so_far() == 0);
}

TEST_CASE("a directory that cannot be written to is 503") {
    MemoryExchange exchange(file_part("a", "1") + "--XX--", 100);
    try {
        static_cast<void>(read_multipart(exchange, kType, "/nowhere/at/all"));
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.kind == ErrorKind::unavailable);
        CHECK(error.cause.find("/nowhere/at/all") != std::string::npos);
    }
}
