#include "platform/realtime/websocket_frame.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "platform/realtime/deflate.hpp"
#include "platform/realtime/id.hpp"

using namespace grover::realtime;

namespace {

// A client's frame.
std::string frame(unsigned first, std::string_view payload, std::string_view mask = "\x12\x34\x56\x78") {
    std::string out(1, static_cast<char>(first));
    if (payload.size() <= 125) {
        out += static_cast<char>(0x80 | payload.size());
    } else if (payload.size() <= 0xffff) {
        out += static_cast<char>(0x80 | 126);
        out += static_cast<char>(payload.size() >> 8);
        out += static_cast<char>(payload.size());
    } else {
        out += static_cast<char>(0x80 | 127);
        for (int i = 7; i >= 0; --i) out += static_cast<char>(payload.size() >> 8 * i);
    }
    out += mask;
    for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ mask[i % 4]);
    return out;
}

struct Heard final : FrameReader::Sink {
    std::vector<std::string> all;
    bool on_message(std::string_view payload, bool binary) override {
        all.push_back((binary ? "binary:" : "text:") + std::string(payload));
        return true;
    }
    bool on_ping(std::string_view payload) override {
        all.push_back("ping:" + std::string(payload));
        return true;
    }
    bool on_close(CloseCode code) override {
        all.push_back("close:" + std::to_string(static_cast<int>(code)));
        return false;
    }
};

struct Result {
    CloseCode code;
    std::vector<std::string> heard;
    bool operator==(const Result&) const = default;
};

Result read(std::string bytes, std::size_t piece, std::size_t limit = 1'000'000,
            Compression compression = Compression::none) {
    FrameReader reader(limit, compression);
    Heard heard;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        // Pieces in memory of their own, so that reading behind one is found out.
        std::vector<char> copy(
            bytes.begin() + static_cast<std::ptrdiff_t>(at),
            bytes.begin() + static_cast<std::ptrdiff_t>(std::min(at + piece, bytes.size())));
        const auto code = reader.feed(copy, heard);
        if (code != CloseCode::none) return {code, heard.all};
    }
    CHECK_FALSE(reader.holds_bytes());
    return {CloseCode::none, heard.all};
}

// The same, however it is cut.
Result read(const std::string& bytes, Compression compression = Compression::none) {
    const auto whole = read(bytes, bytes.size(), 1'000'000, compression);
    for (const std::size_t piece : {1, 2, 3, 7}) CHECK(read(bytes, piece, 1'000'000, compression) == whole);
    return whole;
}

CloseCode refused(const std::string& bytes, Compression compression = Compression::none) {
    const auto result = read(bytes, compression);
    CHECK(result.heard.empty());
    return result.code;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("messages come out as they were sent, whole or in fragments") {
    CHECK(read(frame(0x81, "4hello")).heard == Lines{"text:4hello"});
    CHECK(read(frame(0x82, std::string("\0\x01\xff", 3))).heard ==
          Lines{"binary:" + std::string("\0\x01\xff", 3)});
    CHECK(read(frame(0x81, "")).heard == Lines{"text:"});
    CHECK(read(frame(0x81, "a") + frame(0x81, "b")).heard == Lines{"text:a", "text:b"});
    // A control frame may stand between fragments.
    CHECK(read(frame(0x01, "one ") + frame(0x89, "p") + frame(0x00, "two ") + frame(0x80, "three")).heard ==
          Lines{"ping:p", "text:one two three"});
    // A character that is cut by a fragment.
    CHECK(read(frame(0x01, "\xe2\x82") + frame(0x80, "\xac")).heard == Lines{"text:\xe2\x82\xac"});
    for (const std::size_t size : {125, 126, 127, 65'535, 65'536}) {
        const std::string text(size, 'x');
        CHECK(read(frame(0x81, text), 1000).heard == Lines{"text:" + text});
    }
}

TEST_CASE("what is no frame of a client is refused") {
    CHECK(refused(std::string("\x81\x05hello")) == CloseCode::protocol_error);         // not masked
    CHECK(refused(frame(0xc1, "x")) == CloseCode::protocol_error);                     // reserved bit
    CHECK(refused(frame(0x83, "x")) == CloseCode::protocol_error);                     // reserved opcode
    CHECK(refused(frame(0x8b, "x")) == CloseCode::protocol_error);                     // reserved control
    CHECK(refused(frame(0x80, "x")) == CloseCode::protocol_error);                     // continues nothing
    CHECK(refused(frame(0x01, "x") + frame(0x81, "y")) == CloseCode::protocol_error);  // not continued
    CHECK(refused(frame(0x09, "x")) == CloseCode::protocol_error);                     // ping in fragments
    CHECK(refused(frame(0x89, std::string(126, 'x'))) == CloseCode::protocol_error);   // ping too long
    CHECK(refused(std::string("\x81\xfe\x00\x01mask", 8) + "x") ==
          CloseCode::protocol_error);  // long-winded length
    CHECK(refused(frame(0x81, "\xff")) == CloseCode::invalid_text);
    CHECK(refused(frame(0x01, "\xe2\x82") + frame(0x80, "x")) == CloseCode::invalid_text);
}

TEST_CASE("too much is refused before it has come") {
    CHECK(read(frame(0x81, std::string(100, 'x')), 1, 100).code == CloseCode::none);
    CHECK(read(frame(0x81, std::string(101, 'x')).substr(0, 6), 1, 100).code == CloseCode::too_big);
    CHECK(read(frame(0x01, std::string(60, 'x')) + frame(0x80, std::string(41, 'x')).substr(0, 6), 7, 100)
              .code == CloseCode::too_big);
    CHECK(read(std::string("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10) + "mask", 3).code ==
          CloseCode::too_big);
}

TEST_CASE("compressed messages are read where that was agreed on, whole or in fragments") {
    const auto text = deflate_message(R"(42["echo","hello hello hello"])");
    const auto deflate = Compression::deflate;
    const Lines heard{R"(text:42["echo","hello hello hello"])"};
    CHECK(read(frame(0xc1, text), deflate).heard == heard);
    CHECK(read(frame(0x81, R"(42["echo","hello hello hello"])"), deflate).heard == heard);
    CHECK(read(frame(0xc2, deflate_message("\xff")), deflate).heard == Lines{"binary:\xff"});
    CHECK(read(frame(0xc1, deflate_message("")), deflate).heard == Lines{"text:"});
    // The first frame speaks for all, and others may come between.
    CHECK(read(frame(0x41, text.substr(0, 3)) + frame(0x89, "p") + frame(0x00, "") +
                   frame(0x00, text.substr(3, 1)) + frame(0x80, text.substr(4)) + frame(0x01, "pl") +
                   frame(0x80, "ain") + frame(0xc1, text),
               deflate)
              .heard == Lines{"ping:p", heard[0], "text:plain", heard[0]});
    // Nothing is carried over from one message to the next.
    CHECK(read(frame(0xc1, text) + frame(0xc1, text), deflate).heard == Lines{heard[0], heard[0]});
}

TEST_CASE("compressed frames that break the rules end the connection") {
    const auto text = deflate_message("4hello");
    const auto deflate = Compression::deflate;
    CHECK(refused(frame(0xc1, text)) == CloseCode::protocol_error);  // not agreed on
    CHECK(refused(frame(0xa1, text), deflate) == CloseCode::protocol_error);
    CHECK(refused(frame(0xd1, text), deflate) == CloseCode::protocol_error);
    CHECK(refused(frame(0xc9, text), deflate) == CloseCode::protocol_error);
    CHECK(refused(frame(0xc8, ""), deflate) == CloseCode::protocol_error);
    CHECK(refused(frame(0x41, text.substr(0, 2)) + frame(0xc0, text.substr(2)), deflate) ==
          CloseCode::protocol_error);
    CHECK(refused(frame(0x01, "4he") + frame(0xc0, text), deflate) == CloseCode::protocol_error);
    CHECK(refused(frame(0xc1, "4hello"), deflate) == CloseCode::protocol_error);
    CHECK(refused(frame(0xc1, text.substr(0, text.size() - 2)), deflate) == CloseCode::protocol_error);
    CHECK(refused(frame(0xc1, deflate_message("\xff")), deflate) == CloseCode::invalid_text);
}

TEST_CASE("what a compressed message may stand for is bounded like a plain one") {
    const auto code = [](std::size_t size, std::size_t limit) {
        const auto bytes = frame(0xc1, deflate_message(std::string(size, 'x')));
        const auto whole = read(bytes, bytes.size(), limit, Compression::deflate);
        CHECK(read(bytes, 7, limit, Compression::deflate) == whole);
        CHECK(whole.heard.size() == (whole.code == CloseCode::none ? 1 : 0));
        return whole.code;
    };
    for (const std::size_t limit : {100, 511, 512, 513, 10'000, 1'000'000}) {
        CHECK(code(limit, limit) == CloseCode::none);
        CHECK(code(limit + 1, limit) == CloseCode::too_big);
    }
    CHECK(code(50'000'000, 1'000'000) == CloseCode::too_big);
    // Its own size counts, too.
    const std::string noise = deflate_message(std::string(100, 'x')) + std::string(100, '\0');
    CHECK(read(frame(0xc1, noise), 1, 100, Compression::deflate).code == CloseCode::too_big);
}

TEST_CASE("close frames say why") {
    CHECK(read(frame(0x88, "")).heard == Lines{"close:1005"});
    CHECK(read(frame(0x88, "\x03\xe8")).heard == Lines{"close:1000"});
    CHECK(read(frame(0x88, "\x03\xe9going") + frame(0x81, "late"), 100).heard == Lines{"close:1001"});
    CHECK(refused(frame(0x88, "\x03")) == CloseCode::protocol_error);
    CHECK(refused(frame(0x88, "\x03\xed")) == CloseCode::protocol_error);  // 1005 is for nobody to send
    CHECK(refused(frame(0x88, "\x03\xe8\xff")) == CloseCode::invalid_text);
}

TEST_CASE("a server's frames are short and unmasked") {
    const auto header = [](std::size_t size) {
        std::string out;
        append_frame_header(out, Opcode::text, size);
        return out;
    };
    CHECK(header(5) == std::string("\x81\x05"));
    CHECK(header(126) == std::string("\x81\x7e\x00\x7e", 4));
    CHECK(header(65'536) == std::string("\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
    CHECK(close_frame(CloseCode::restart) == std::string("\x88\x02\x03\xf4"));
    CHECK(close_frame(CloseCode::no_status) == std::string("\x88\x00", 2));
    CHECK(pong_frame("x") == std::string("\x8a\x01x"));
}

TEST_CASE("ids name their node and thread") {
    const auto id = make_id("n1", 70);
    CHECK(id.size() >= 20);
    const auto parts = parse_id(id);
    REQUIRE(parts);
    CHECK(parts->node == "n1");
    CHECK(parts->thread == 70);
    CHECK(make_id("n1", 70) != id);
    for (const auto& bad : {std::string(), std::string("n1-"), id.substr(1, 100).substr(1), id + "x",
                            "n1-" + std::string(24, '!'), "n 1" + id.substr(2)}) {
        CHECK_FALSE(parse_id(bad));
    }
}
