// The text of a Socket.IO packet, and the JSON in it as the client's handler is given it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "platform/realtime/socket_codec.hpp"
#include "platform/wire/json_in.hpp"

using namespace grover::realtime;
using namespace grover::wire;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

// An event that was taken apart must be the same when it is put together.
void require_round_trip(const SocketPacket& packet) {
    const auto document = JsonDocument::parse(packet.json);
    if (!document) return;
    const auto array = document->root();
    if (array.kind() != JsonKind::array || array.size() == 0 || array.at(0).kind() != JsonKind::string)
        return;
    const auto arguments = arguments_of(packet.json);
    const std::vector<std::string_view> attachments(packet.attachments);
    const auto written = encode_event(
        packet.nsp, {.name = array.at(0).string(), .arguments = arguments, .attachments = attachments},
        packet.id);
    const auto again = decode_socket_packet(written);
    require(again && again->is_event() && again->nsp == packet.nsp && again->id == packet.id &&
            again->attachments == packet.attachments);
    const auto second = JsonDocument::parse(again->json);
    require(second && second->root().size() == array.size() &&
            second->root().at(0).string() == array.at(0).string());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto packet = decode_socket_packet(text);
    if (!packet) return 0;
    require(packet->attachments <= kMaxAttachments && packet->nsp.starts_with('/'));
    require(packet->is_ack() <= packet->id.has_value());
    if (packet->is_event()) require_round_trip(*packet);
    return 0;
}
