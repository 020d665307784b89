// Bytes on their way to clients: encoded and framed once, shared by all receivers, never changed.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace grover::realtime {

// One Engine.IO packet after the other, as WebSocket frames in one run of bytes. A Socket.IO packet with attachments is
// several of them, which must stay together.
class Packet {
public:
    // `payload` without the type byte of its Engine.IO packet, which is 4 (message).
    static std::shared_ptr<const Packet> message(std::string_view text);
    static std::shared_ptr<const Packet> messages(std::string_view text,
                                                  const std::vector<std::string_view>& attachments);
    static std::shared_ptr<const Packet> binary(std::string_view data);
    // An Engine.IO packet as it stands: "2", "0{...}", "3probe".
    static std::shared_ptr<const Packet> control(std::string_view text);
    // Finished frames that carry no Engine.IO packet: pong and close of the WebSocket itself.
    static std::shared_ptr<const Packet> raw_frames(std::string frames);

    struct Part {
        std::uint32_t offset;  // of the payload, behind its frame header
        std::uint32_t size;
        bool binary;
    };

    // What goes out on a WebSocket.
    std::string_view frames() const { return frames_; }
    std::size_t count() const { return count_; }
    const Part& part(std::size_t i) const { return i == 0 ? first_ : more_[i - 1]; }
    std::string_view payload(const Part& part) const {
        return std::string_view(frames_).substr(part.offset, part.size);
    }

    // The same with those messages compressed that get smaller by it (RFC 7692): made when first asked for, and shared
    // like this one. Null if there is nothing to gain, or a client that holds 2^`window` bytes could not read it.
    std::shared_ptr<const Packet> deflated(int window) const;

private:
    std::shared_ptr<const Packet> deflate() const;
    void add(std::string_view type, std::string_view data, bool binary);

    std::string frames_;
    Part first_{};
    std::vector<Part> more_;
    std::uint32_t count_ = 0;
    std::uint32_t largest_ = 0;  // payload
    mutable std::once_flag deflate_once_;
    mutable std::shared_ptr<const Packet> deflated_;
};

using PacketPtr = std::shared_ptr<const Packet>;

// What may happen to a packet when its receiver does not keep up.
enum class Delivery : std::uint8_t {
    durable,  // kept; who takes too little for too long is disconnected, so that nothing is lost unnoticed
    may_be_lost,  // dropped first: typing, counters, whatever the next one replaces
};

}  // namespace grover::realtime
