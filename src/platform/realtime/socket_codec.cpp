#include "platform/realtime/socket_codec.hpp"

#include "platform/wire/json_out.hpp"

namespace grover::realtime {

namespace {

// An ack id is a counter; more digits than this are no counter.
constexpr std::size_t kMaxIdDigits = 18;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the digits at the beginning of the text; nothing if there are none, or too many.
std::optional<std::uint64_t> take_number(std::string_view& text, std::size_t max_digits) {
    std::uint64_t number = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && is_digit(text[digits]); ++digits) {
        if (digits == max_digits) return std::nullopt;
        number = number * 10 + static_cast<std::uint64_t>(text[digits] - '0');
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    return number;
}

bool has_allowed_form(const SocketPacket& packet) {
    switch (packet.type) {
        case SocketPacketType::connect:
            return !packet.id && (packet.json.empty() || packet.json.front() == '{');
        case SocketPacketType::disconnect:
            return !packet.id && packet.json.empty();
        case SocketPacketType::event:
        case SocketPacketType::binary_event:
            return packet.json.starts_with('[');
        case SocketPacketType::ack:
        case SocketPacketType::binary_ack:
            return packet.id && packet.json.starts_with('[');
        case SocketPacketType::connect_error:
            return false;  // a server's
    }
    return false;
}

void append_start(std::string& out, SocketPacketType type, std::size_t attachments, std::string_view nsp) {
    out += static_cast<char>('0' + static_cast<int>(type));
    if (attachments > 0) {
        out += std::to_string(attachments);
        out += '-';
    }
    if (nsp != "/") {
        out += nsp;
        out += ',';
    }
}

}  // namespace

std::optional<SocketPacket> decode_socket_packet(std::string_view text) {
    if (text.empty() || text[0] < '0' || text[0] > '6') return std::nullopt;
    SocketPacket packet;
    packet.type = static_cast<SocketPacketType>(text[0] - '0');
    text.remove_prefix(1);
    if (packet.type == SocketPacketType::binary_event || packet.type == SocketPacketType::binary_ack) {
        const auto attachments = take_number(text, 2);
        if (!attachments || *attachments > kMaxAttachments || !text.starts_with('-')) return std::nullopt;
        packet.attachments = static_cast<unsigned>(*attachments);
        text.remove_prefix(1);
    }
    if (text.starts_with('/')) {
        const auto end = std::min(text.find(','), text.size());
        packet.nsp = text.substr(0, end);
        if (packet.nsp.size() > kMaxNamespaceName) return std::nullopt;
        text.remove_prefix(std::min(end + 1, text.size()));
        // What the client's program asked the namespace for is not part of its name.
        packet.nsp = packet.nsp.substr(0, packet.nsp.find('?'));
    }
    if (!text.empty() && is_digit(text[0])) {
        packet.id = take_number(text, kMaxIdDigits);
        if (!packet.id) return std::nullopt;
    }
    packet.json = text;
    if (!has_allowed_form(packet)) return std::nullopt;
    return packet;
}

std::string_view arguments_of(std::string_view array) {
    auto at = array.find('"');
    if (at == array.npos) return {};
    for (++at; at < array.size() && array[at] != '"'; ++at) {
        if (array[at] == '\\') ++at;
    }
    const auto comma = array.find(',', at);
    const auto end = array.rfind(']');
    if (comma == array.npos || end == array.npos || end < comma) return {};
    return array.substr(comma + 1, end - comma - 1);
}

std::string encode_event(std::string_view nsp, const Outgoing& event, std::optional<std::uint64_t> id) {
    std::string out;
    out.reserve(event.arguments.size() + event.name.size() + nsp.size() + 32);
    const auto type = event.attachments.empty() ? SocketPacketType::event : SocketPacketType::binary_event;
    append_start(out, type, event.attachments.size(), nsp);
    if (id) out += std::to_string(*id);
    out += '[';
    wire::append_string(out, event.name);
    if (!event.arguments.empty()) {
        out += ',';
        out += event.arguments;
    }
    out += ']';
    return out;
}

std::string encode_ack(std::string_view nsp, std::uint64_t id, std::string_view arguments,
                       std::size_t attachments) {
    std::string out;
    out.reserve(arguments.size() + nsp.size() + 32);
    append_start(out, attachments == 0 ? SocketPacketType::ack : SocketPacketType::binary_ack, attachments,
                 nsp);
    out += std::to_string(id);
    out += '[';
    out += arguments;
    out += ']';
    return out;
}

std::string encode_connected(std::string_view nsp, std::string_view sid, std::string_view more_members) {
    std::string out;
    append_start(out, SocketPacketType::connect, 0, nsp);
    out += R"({"sid":")";
    out += sid;
    out += '"';
    if (!more_members.empty()) {
        out += ',';
        out += more_members;
    }
    out += '}';
    return out;
}

std::string encode_refused(std::string_view nsp, std::string_view message, std::string_view data) {
    std::string out;
    append_start(out, SocketPacketType::connect_error, 0, nsp);
    out += R"({"message":)";
    wire::append_string(out, message);
    if (!data.empty()) {
        out += R"(,"data":)";
        out += data;
    }
    out += '}';
    return out;
}

std::string encode_disconnect(std::string_view nsp) {
    std::string out;
    append_start(out, SocketPacketType::disconnect, 0, nsp);
    // The separator ends the namespace, also when nothing follows.
    return out;
}

}  // namespace grover::realtime
