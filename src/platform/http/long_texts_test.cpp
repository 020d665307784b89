#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "platform/base/error.hpp"
#include "platform/http/long_texts.hpp"
#include "platform/http/memory_exchange.hpp"

using namespace grover;
using namespace grover::http;

namespace {

class Directory {
public:
    Directory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "grover-texts-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }
    ~Directory() { std::filesystem::remove_all(path); }
    bool is_empty() const { return std::filesystem::is_empty(path); }

    std::string path;
};

constexpr std::array<std::string_view, 2> kNames{"media", "media_url"};
const TextFileFields kFields{kNames};

std::string content_of(const UploadedFile& file) {
    std::ifstream in(file.path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

BodyWithFiles json(const Directory& directory, const std::string& body, std::size_t piece,
                   LongTextLimits limits = {}) {
    MemoryExchange exchange(body, piece);
    return read_json_with_files(exchange, kFields, directory.path, limits);
}

int refusal(const std::string& body, LongTextLimits limits = {}) {
    const Directory directory;
    int status = 0;
    try {
        static_cast<void>(json(directory, body, 1'000, limits));
    } catch (const Error& error) {
        status = error.status;
    }
    CHECK(directory.is_empty());
    return status;
}

const std::string kLong(200'000, 'A');

}  // namespace

TEST_CASE(
    "a long text of a file's field goes to disk, and null stands in its place, however the body is cut") {
    const Directory directory;
    const std::string body = R"({"content":"a \"quoted\" {text}: [","media_url" : ")" + kLong +
                             R"(\/+\n\u002b==","tags":["x",{"media":"y"}]})";
    for (const std::size_t piece : {std::size_t{7}, std::size_t{4'096}, body.size()}) {
        const auto read = json(directory, body, piece);
        CHECK(read.body ==
              R"({"content":"a \"quoted\" {text}: [","media_url" : null,"tags":["x",{"media":"y"}]})");
        CHECK(read.bytes_read == body.size());
        REQUIRE(read.files.size() == 1);
        CHECK(read.files[0].part_name == "media_url");
        CHECK(read.files[0].is_text);
        CHECK(read.files[0].size == kLong.size() + 6);
        CHECK(content_of(read.files[0]) == kLong + "/+\n+==");
    }
    CHECK(directory.is_empty());
}

TEST_CASE("short texts, other fields and deeper ones stay where they are") {
    const Directory directory;
    for (const std::string& body :
         std::vector<std::string>{std::string(R"({"media":"short"})"), R"({"content":")" + kLong + "\"}",
                                  R"({"a":{"media":")" + kLong + "\"}}", "[\"media\",\"" + kLong + "\"]",
                                  std::string("{"), std::string("\"media\":\"x"), std::string("}]:,")}) {
        const auto read = json(directory, body, 1'000);
        CHECK(read.body == body);
        CHECK(read.files.empty());
    }
}

TEST_CASE("what is held and what is read have limits") {
    const LongTextLimits limits{.body = 400'000, .held = 100'000};
    CHECK(refusal(R"({"media":")" + kLong + "\"}", limits) == 0);
    CHECK(refusal(R"({"content":")" + kLong + "\"}", limits) == 413);
    CHECK(refusal(R"({"media":")" + kLong + kLong + kLong + "\"}", limits) == 413);
    CHECK(refusal(R"({"media":")" + kLong + R"(\u00e4"})") == 422);
    CHECK(refusal(R"({"media":")" + kLong + R"(\"quoted"})") == 422);
}

TEST_CASE("a form's long pair goes to disk, decoded, and is missing from what is held") {
    const Directory directory;
    const std::string body = "content=a+b&media=data%3Aimage/png;base64," + kLong + "%2B%2F%3D&x=1";
    for (const std::size_t piece : {std::size_t{5}, std::size_t{4'096}, body.size()}) {
        MemoryExchange exchange(body, piece);
        const auto read = read_form_with_files(exchange, kFields, directory.path);
        CHECK(read.body == "content=a+b&x=1");
        REQUIRE(read.files.size() == 1);
        CHECK(content_of(read.files[0]) == "data:image/png;base64," + kLong + "+/=");
    }
}
