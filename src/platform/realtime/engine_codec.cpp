#include "platform/realtime/engine_codec.hpp"

#include <sodium.h>

#include <algorithm>

#include "platform/text/base64.hpp"

namespace grover::realtime {

namespace {

constexpr char kSeparator = '\x1e';
constexpr char kBinary = 'b';

std::unique_ptr<std::string> from_base64(std::string_view text) {
    auto out = std::make_unique<std::string>(text.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    const bool good =
        ::sodium_base642bin(reinterpret_cast<unsigned char*>(out->data()), out->size(), text.data(),
                            text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) == 0;
    if (!good) return nullptr;
    out->resize(size);
    return out;
}

}  // namespace

std::optional<EnginePacket> decode_engine_packet(std::string_view text) {
    if (text.empty() || text[0] < '0' || text[0] > '6') return std::nullopt;
    return EnginePacket{static_cast<EngineType>(text[0] - '0'), text.substr(1)};
}

bool Payload::decode(std::string_view body, std::size_t max_packets) {
    const auto count = static_cast<std::size_t>(std::count(body.begin(), body.end(), kSeparator)) + 1;
    if (count > max_packets) return false;
    items_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto end = std::min(body.find(kSeparator), body.size());
        const auto text = body.substr(0, end);
        body.remove_prefix(std::min(end + 1, body.size()));
        if (text.starts_with(kBinary)) {
            auto data = from_base64(text.substr(1));
            if (!data) return false;
            items_.push_back({{EngineType::message, *data}, true});
            decoded_.push_back(std::move(data));
        } else {
            const auto packet = decode_engine_packet(text);
            if (!packet) return false;
            items_.push_back({*packet, false});
        }
    }
    return true;
}

void append_to_payload(std::string& body, std::string_view packet) {
    if (!body.empty()) body += kSeparator;
    body += packet;
}

void append_to_payload(std::string& body, const Packet& packet) {
    for (std::size_t i = 0; i < packet.count(); ++i) {
        const auto& part = packet.part(i);
        if (!part.binary) {
            append_to_payload(body, packet.payload(part));
            continue;
        }
        if (!body.empty()) body += kSeparator;
        body += kBinary;
        text::append_base64(body, packet.payload(part));
    }
}

}  // namespace grover::realtime
