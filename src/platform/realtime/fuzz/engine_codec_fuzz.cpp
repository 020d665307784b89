// The body of a polling POST.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "platform/realtime/engine_codec.hpp"

using namespace grover::realtime;

namespace {

constexpr std::size_t kMaxPackets = 20;

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string body(reinterpret_cast<const char*>(data), size);
    Payload payload;
    if (!payload.decode(body, kMaxPackets)) return 0;
    require(!payload.items().empty() && payload.items().size() <= kMaxPackets);

    // Written again, it is the same, but for base64 that could be written in two ways: then it is read as the same.
    std::string again;
    for (const auto& item : payload.items()) {
        if (item.binary) {
            append_to_payload(again, *Packet::binary(item.packet.data));
        } else {
            std::string text(1, static_cast<char>('0' + static_cast<int>(item.packet.type)));
            append_to_payload(again, *Packet::control(text.append(item.packet.data)));
        }
    }
    Payload second;
    require(second.decode(again, kMaxPackets));
    require(std::equal(payload.items().begin(), payload.items().end(), second.items().begin(),
                       second.items().end(), [](const auto& a, const auto& b) {
                           return a.binary == b.binary && a.packet.type == b.packet.type &&
                                  a.packet.data == b.packet.data;
                       }));
    return 0;
}
