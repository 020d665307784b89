// A client's WebSocket bytes: cut differently, they must mean the same, and nothing is kept without bound.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "platform/realtime/websocket_frame.hpp"
#include "platform/text/utf8.hpp"

using namespace grover::realtime;

namespace {

constexpr std::size_t kLimit = 300;

void require(bool condition) {
    if (!condition) std::abort();
}

struct Outcome final : FrameReader::Sink {
    std::vector<std::string> heard;
    CloseCode code = CloseCode::none;
    bool closed = false;

    bool on_message(std::string_view payload, bool binary) override {
        require(!closed && payload.size() <= kLimit);
        require(binary || grover::text::is_valid_utf8(payload));
        heard.push_back((binary ? 'b' : 't') + std::string(payload));
        return true;
    }
    bool on_ping(std::string_view payload) override {
        require(!closed && payload.size() <= 125);
        heard.push_back('p' + std::string(payload));
        return true;
    }
    bool on_close(CloseCode given) override {
        closed = true;
        heard.push_back('c' + std::to_string(static_cast<int>(given)));
        return false;
    }
};

Outcome run(const std::string& bytes, std::size_t piece, Compression compression) {
    FrameReader reader(kLimit, compression);
    Outcome out;
    for (std::size_t at = 0; at < bytes.size() && !out.closed && out.code == CloseCode::none; at += piece) {
        // In memory of its own, so that reading behind the end is found out.
        const auto part = bytes.substr(at, piece);
        std::vector<char> copy(part.begin(), part.end());
        out.code = reader.feed(copy, out);
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const auto compression = (data[0] & 0x80) != 0 ? Compression::deflate : Compression::none;
    const std::size_t piece = (data[0] & 0x7f) + std::size_t{1};
    const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = run(bytes, bytes.size(), compression);
    const auto cut = run(bytes, piece, compression);
    require(whole.heard == cut.heard && whole.code == cut.code && whole.closed == cut.closed);
    return 0;
}
