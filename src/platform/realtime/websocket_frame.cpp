#include "platform/realtime/websocket_frame.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "platform/realtime/deflate.hpp"
#include "platform/text/utf8.hpp"

namespace grover::realtime {

namespace {

constexpr std::size_t kMaxControlPayload = 125;
constexpr unsigned kLength16 = 126;
constexpr unsigned kLength64 = 127;
constexpr std::size_t kMaskSize = 4;
// Of the first byte.
constexpr unsigned kFinal = 0x80;
constexpr unsigned kCompressed = 0x40;
constexpr unsigned kReserved = 0x30;

bool is_control(Opcode opcode) { return (static_cast<unsigned>(opcode) & 8) != 0; }

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

void append_big_endian(std::string& out, std::uint64_t value, unsigned size) {
    while (size-- > 0) out += static_cast<char>(value >> 8 * size);
}

void unmask(std::span<char> payload, std::string_view mask) {
    std::uint64_t wide = 0;
    std::memcpy(&wide, mask.data(), kMaskSize);
    wide |= wide << 32;
    std::size_t i = 0;
    for (; i + sizeof wide <= payload.size(); i += sizeof wide) {
        std::uint64_t block = 0;
        std::memcpy(&block, payload.data() + i, sizeof block);
        block ^= wide;
        std::memcpy(payload.data() + i, &block, sizeof block);
    }
    for (; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % kMaskSize]);
}

// The codes that may stand in a close frame.
bool is_close_code(std::uint64_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

void append_frame_header(std::string& out, Opcode opcode, std::size_t payload_size, Compression compression) {
    const unsigned bits = compression == Compression::deflate ? kFinal | kCompressed : kFinal;
    out += static_cast<char>(bits | static_cast<unsigned>(opcode));
    if (payload_size <= kMaxControlPayload) {
        out += static_cast<char>(payload_size);
    } else if (payload_size <= 0xffff) {
        out += static_cast<char>(kLength16);
        append_big_endian(out, payload_size, 2);
    } else {
        out += static_cast<char>(kLength64);
        append_big_endian(out, payload_size, 8);
    }
}

std::string close_frame(CloseCode code) {
    std::string frame;
    const bool has_code = code != CloseCode::no_status && code != CloseCode::none;
    append_frame_header(frame, Opcode::close, has_code ? 2 : 0);
    if (has_code) append_big_endian(frame, static_cast<std::uint16_t>(code), 2);
    return frame;
}

std::string pong_frame(std::string_view payload) {
    std::string frame;
    append_frame_header(frame, Opcode::pong, payload.size());
    frame += payload;
    return frame;
}

struct FrameReader::Partial {
    std::string frame;                     // of a frame, what has come
    std::string message;                   // the frames before it
    Opcode opcode = Opcode::continuation;  // of that message; continuation: none has begun
    bool compressed = false;               // so is that message
};

struct FrameReader::Outcome {
    CloseCode code = CloseCode::none;
    bool stop = false;
};

struct FrameReader::Header {
    bool final = false;
    bool reserved = false;
    bool compressed = false;
    bool masked = false;
    bool shortest = true;  // the length could not be written in fewer bytes
    Opcode opcode{};
    std::size_t size = 2;  // of the header; more than what is there: nothing behind it is known
    std::uint64_t payload = 0;

    explicit Header(std::string_view bytes) {
        if (bytes.size() < size) return;
        const auto first = static_cast<unsigned char>(bytes[0]);
        const auto second = static_cast<unsigned char>(bytes[1]);
        final = (first & kFinal) != 0;
        reserved = (first & kReserved) != 0;
        compressed = (first & kCompressed) != 0;
        opcode = static_cast<Opcode>(first & 0x0f);
        masked = (second & 0x80) != 0;
        payload = second & 0x7f;
        const std::size_t length_size = payload == kLength64 ? 8 : payload == kLength16 ? 2 : 0;
        size += length_size + (masked ? kMaskSize : 0);
        if (length_size == 0 || bytes.size() < 2 + length_size) return;
        payload = big_endian(bytes.substr(2, length_size));
        shortest = payload > (length_size == 8 ? 0xffff : kMaxControlPayload);
    }
};

FrameReader::FrameReader(std::size_t max_message, Compression compression)
    : max_message_(static_cast<std::uint32_t>(max_message)), compression_(compression) {}
FrameReader::~FrameReader() = default;

CloseCode FrameReader::check(const Header& header) const {
    const auto opcode = static_cast<unsigned>(header.opcode);
    if (header.reserved || !header.masked || !header.shortest || (opcode & 7) > 2)
        return CloseCode::protocol_error;
    // It stands on the first frame of a message, for all of them (RFC 7692 §6).
    if (header.compressed && (compression_ == Compression::none || is_control(header.opcode) ||
                              header.opcode == Opcode::continuation)) {
        return CloseCode::protocol_error;
    }
    if (is_control(header.opcode)) {
        return header.final && header.payload <= kMaxControlPayload ? CloseCode::none
                                                                    : CloseCode::protocol_error;
    }
    const bool begun = partial_ && partial_->opcode != Opcode::continuation;
    if (begun != (header.opcode == Opcode::continuation)) return CloseCode::protocol_error;
    const std::size_t before = begun ? partial_->message.size() : 0;
    return header.payload > max_message_ - before ? CloseCode::too_big : CloseCode::none;
}

// How many bytes the frame that begins so needs to be read further: all of it once its header is there.
std::size_t FrameReader::wanted(std::string_view frame, Outcome& outcome) const {
    const Header header(frame);
    if (frame.size() < header.size) return header.size;
    outcome.code = check(header);
    return header.size + static_cast<std::size_t>(header.payload);
}

// Adds to the frame that was cut off; `whole` gets it when it is complete. Returns what is left of the bytes.
std::span<char> FrameReader::complete(std::span<char> bytes, std::string& whole, Outcome& outcome) {
    std::string& frame = partial_->frame;
    for (;;) {
        const std::size_t size = wanted(frame, outcome);
        if (outcome.code != CloseCode::none) return bytes;
        if (frame.size() == size) break;
        const auto more = std::min(size - frame.size(), bytes.size());
        if (more == 0) return bytes;
        frame.append(bytes.data(), more);
        bytes = bytes.subspan(more);
    }
    whole = std::move(frame);
    frame.clear();
    return bytes;
}

CloseCode FrameReader::feed(std::span<char> bytes, Sink& sink) {
    Outcome outcome;
    while (!bytes.empty() && !outcome.stop) {
        if (partial_ && !partial_->frame.empty()) {
            std::string whole;
            bytes = complete(bytes, whole, outcome);
            if (outcome.code != CloseCode::none) return outcome.code;
            if (!whole.empty()) outcome = take(whole, sink);
        } else {
            const std::size_t size = wanted({bytes.data(), bytes.size()}, outcome);
            if (outcome.code != CloseCode::none) return outcome.code;
            if (size > bytes.size()) {
                if (!partial_) partial_ = std::make_unique<Partial>();
                partial_->frame.assign(bytes.data(), bytes.size());
                return CloseCode::none;
            }
            outcome = take(bytes.first(size), sink);
            bytes = bytes.subspan(size);
        }
        if (outcome.code != CloseCode::none) return outcome.code;
    }
    if (partial_ && partial_->frame.empty() && partial_->opcode == Opcode::continuation) partial_.reset();
    return CloseCode::none;
}

// A whole frame whose header was checked.
FrameReader::Outcome FrameReader::take(std::span<char> frame, Sink& sink) {
    const Header header({frame.data(), frame.size()});
    const auto payload = frame.subspan(header.size);
    unmask(payload, {frame.data() + header.size - kMaskSize, kMaskSize});
    const std::string_view data(payload.data(), payload.size());
    return is_control(header.opcode) ? take_control(header, data, sink) : take_data(header, data, sink);
}

FrameReader::Outcome FrameReader::take_data(const Header& header, std::string_view payload, Sink& sink) {
    Opcode opcode = header.opcode;
    bool compressed = header.compressed;
    std::string joined;
    if (!header.final || opcode == Opcode::continuation) {
        if (!partial_) partial_ = std::make_unique<Partial>();
        if (opcode != Opcode::continuation) {
            partial_->opcode = opcode;
            partial_->compressed = compressed;
        }
        partial_->message += payload;
        if (!header.final) return {};
        opcode = std::exchange(partial_->opcode, Opcode::continuation);
        compressed = partial_->compressed;
        joined = std::exchange(partial_->message, {});
        payload = joined;
    }
    std::string inflated;
    if (compressed) {
        const auto code = inflate_message(payload, max_message_, inflated);
        if (code != CloseCode::none) return {code};
        payload = inflated;
    }
    if (opcode == Opcode::text && !text::is_valid_utf8(payload)) return {CloseCode::invalid_text};
    return {CloseCode::none, !sink.on_message(payload, opcode == Opcode::binary)};
}

FrameReader::Outcome FrameReader::take_control(const Header& header, std::string_view payload, Sink& sink) {
    if (header.opcode == Opcode::ping) return {CloseCode::none, !sink.on_ping(payload)};
    if (header.opcode == Opcode::pong) return {};
    auto code = CloseCode::no_status;
    if (!payload.empty()) {
        const auto number = payload.size() < 2 ? 0 : big_endian(payload.substr(0, 2));
        if (!is_close_code(number)) return {CloseCode::protocol_error};
        if (!text::is_valid_utf8(payload.substr(2))) return {CloseCode::invalid_text};
        code = static_cast<CloseCode>(number);
    }
    sink.on_close(code);
    return {CloseCode::none, true};
}

}  // namespace grover::realtime
