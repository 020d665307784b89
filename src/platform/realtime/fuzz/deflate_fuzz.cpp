// permessage-deflate: a hostile payload, an offer of it, and that what we compress comes back.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "platform/realtime/deflate.hpp"
#include "platform/realtime/websocket_extensions.hpp"

using namespace grover::realtime;

namespace {

constexpr std::size_t kLimit = 2'000;

void require(bool condition) {
    if (!condition) std::abort();
}

void inflate_hostile(const std::string& payload) {
    std::string message;
    const auto code = inflate_message(payload, kLimit, message);
    require(message.size() <= kLimit + 1);
    // What came before leaves nothing behind.
    std::string again;
    require(inflate_message(payload, kLimit, again) == code && again == message);
    if (code != CloseCode::too_big) return;
    require(inflate_message(payload, 2 * kLimit, again) != CloseCode::none || again.size() > kLimit);
}

void require_round_trip(const std::string& message) {
    std::string back;
    require(inflate_message(deflate_message(message), message.size(), back) == CloseCode::none);
    require(back == message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    inflate_hostile(text);
    require_round_trip(text);
    if (const auto agreed = agree_on_extensions(text); agreed && agreed->deflate_window != 0) {
        require(agreed->deflate_window >= 8 && agreed->deflate_window <= kDeflateWindow);
        // The answer would be a good offer as well.
        const auto again = agree_on_extensions(agreed->answer);
        require(again && again->answer == agreed->answer);
    }
    return 0;
}
