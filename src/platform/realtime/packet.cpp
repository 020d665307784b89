#include "platform/realtime/packet.hpp"

#include "platform/realtime/websocket_frame.hpp"

namespace grover::realtime {

void Packet::add(std::string_view type, std::string_view data, bool binary) {
    append_frame_header(frames_, binary ? Opcode::binary : Opcode::text, type.size() + data.size());
    const Part part{static_cast<std::uint32_t>(frames_.size()),
                    static_cast<std::uint32_t>(type.size() + data.size()), binary};
    frames_ += type;
    frames_ += data;
    if (count_ == 0) {
        first_ = part;
    } else {
        more_.push_back(part);
    }
    ++count_;
}

PacketPtr Packet::message(std::string_view text) {
    auto packet = std::make_shared<Packet>();
    packet->frames_.reserve(kMaxFrameHeader + 1 + text.size());
    packet->add("4", text, false);
    return packet;
}

PacketPtr Packet::messages(std::string_view text, const std::vector<std::string_view>& attachments) {
    auto packet = std::make_shared<Packet>();
    std::size_t size = kMaxFrameHeader + 1 + text.size();
    for (const auto attachment : attachments) size += kMaxFrameHeader + attachment.size();
    packet->frames_.reserve(size);
    packet->add("4", text, false);
    for (const auto attachment : attachments) packet->add({}, attachment, true);
    return packet;
}

PacketPtr Packet::binary(std::string_view data) {
    auto packet = std::make_shared<Packet>();
    packet->add({}, data, true);
    return packet;
}

PacketPtr Packet::control(std::string_view text) {
    auto packet = std::make_shared<Packet>();
    packet->add({}, text, false);
    return packet;
}

PacketPtr Packet::raw_frames(std::string frames) {
    auto packet = std::make_shared<Packet>();
    packet->frames_ = std::move(frames);
    return packet;
}

}  // namespace grover::realtime
