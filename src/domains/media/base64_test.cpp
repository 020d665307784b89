#include "domains/media/base64.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "platform/text/base64.hpp"

using namespace grover::media;

namespace {

// Decodes in pieces of that size.
std::optional<std::string> decode(std::string_view text, std::size_t piece = 1000) {
    Base64Decoder decoder;
    std::string out;
    const auto sink = [&](std::string_view bytes) { out += bytes; };
    for (std::size_t at = 0; at < text.size(); at += piece) {
        if (!decoder.feed(text.substr(at, piece), sink)) return std::nullopt;
    }
    if (!decoder.finish(sink)) return std::nullopt;
    return out;
}

}  // namespace

TEST_CASE("base64 is decoded in either alphabet, with or without padding, over any line breaks") {
    CHECK(decode("aGVsbG8=") == "hello");
    CHECK(decode("aGVsbG8") == "hello");
    CHECK(decode("aGVs\r\n bG8=\n") == "hello");
    CHECK(decode("aA==") == "h");
    CHECK(decode("aA") == "h");
    CHECK(decode("-_-_") == "\xFB\xFF\xBF");
    CHECK(decode("+/+/") == "\xFB\xFF\xBF");
}

TEST_CASE("what is no base64 is refused") {
    for (const std::string text : {"", "   ", "a", "aGVsb", "[object Object]", "aGVs!G8=", "aGVsbG8==",
                                   "aGVsbG8=x", "====", "a===", "aGVs====", "<svg/>", "aGVs\xC3\xA4"}) {
        CAPTURE(text);
        CHECK_FALSE(decode(text));
    }
}

TEST_CASE("a long text may come in pieces of any size") {
    std::string data;
    for (int i = 0; i < 20'000; ++i) data.push_back(static_cast<char>(i * 7));
    const auto text = grover::text::to_base64(data);
    for (const std::size_t piece : {1U, 3U, 4096U, 1'000'000U}) {
        CAPTURE(piece);
        CHECK(decode(text, piece) == data);
    }
}

TEST_CASE("a text in place of a file is a data URI, a URL or raw base64") {
    using Form = MediaText::Form;
    CHECK(classify_media_text("data:image/png;base64,aGVsbG8=").form == Form::base64);
    CHECK(classify_media_text("data:image/png;base64,aGVsbG8=").data == "aGVsbG8=");
    CHECK(classify_media_text("data:image/png;base64,aGVsbG8=").declared_type == "image/png");
    CHECK(classify_media_text("data:audio/webm;codecs=opus;base64,aGVs").declared_type ==
          "audio/webm;codecs=opus");
    CHECK(classify_media_text(" DATA:;BASE64,aGVs").form == Form::base64);
    CHECK(classify_media_text("https://grover.app/x ").form == Form::url);
    CHECK(classify_media_text("https://grover.app/x ").data == "https://grover.app/x");
    CHECK(classify_media_text("HTTP://grover.app/x").form == Form::url);
    CHECK(classify_media_text("aGVsbG8=").form == Form::base64);
    CHECK(classify_media_text("").form == Form::neither);
    CHECK(classify_media_text("data:text/html,<script>").form == Form::neither);
    CHECK(classify_media_text("data:image/svg+xml;utf8,<svg/>").form == Form::neither);
    CHECK(classify_media_text("data:base64").form == Form::neither);
}
