#include "platform/sockets/sockets.hpp"

#include <algorithm>
#include <stdexcept>

namespace grover::sockets {
namespace {

struct Prefix {
    std::string_view text;
    RoomKind kind;
};
constexpr Prefix kPrefixes[] = {{"user_", RoomKind::user},
                                {"conversation_", RoomKind::conversation},
                                {"stream_", RoomKind::stream},
                                {"presence_", RoomKind::presence}};

}  // namespace

Room Room::named(std::string_view name) {
    for (const auto& [prefix, kind] : kPrefixes) {
        if (name.starts_with(prefix)) return {kind, prefix, name.substr(prefix.size())};
    }
    const auto end = std::min(name.find('_'), name.size() - 1) + 1;
    return {RoomKind::other, name.substr(0, end), name.substr(end)};
}

void append_camel_case(std::string& out, std::string_view name) {
    bool raise = false;
    for (const char c : name) {
        if (c == '_') {
            raise = true;
            continue;
        }
        out += raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        raise = false;
    }
}

void Sockets::add(Handler handler) {
    const auto place = std::ranges::lower_bound(handlers_, handler.event.name, {},
                                                [](const auto& known) { return known->event.name; });
    if (place != handlers_.end() && (*place)->event.name == handler.event.name)
        throw std::logic_error("socket event " + std::string(handler.event.name) + " has two handlers");
    handlers_.insert(place, std::make_unique<Handler>(std::move(handler)));
    for (std::size_t i = 0; i < handlers_.size(); ++i) handlers_[i]->index = i;
}

const Handler* Sockets::find(std::string_view name) const {
    const auto found = std::ranges::lower_bound(
        handlers_, name, {}, [](const auto& known) -> std::string_view { return known->event.name; });
    return found != handlers_.end() && (*found)->event.name == name ? found->get() : nullptr;
}

std::string_view ack_code(const Error& error) {
    switch (error.kind) {
        case ErrorKind::not_authenticated:
            return "unauthenticated";
        case ErrorKind::not_authorized:
            return "forbidden";
        case ErrorKind::not_found:
            return "not_found";
        case ErrorKind::rate_limited:
            return "rate_limited";
        case ErrorKind::invalid_input:
            for (const auto& field : error.fields) {
                if (field.type == "string_too_long") return "too_long";
            }
            return "invalid";
        case ErrorKind::too_large:
        case ErrorKind::validation_error:
        case ErrorKind::conflict:
        case ErrorKind::payment_error:
        case ErrorKind::file_upload_error:
        case ErrorKind::method_not_allowed:
            return "invalid";
        case ErrorKind::database_error:
        case ErrorKind::unavailable:
        case ErrorKind::upstream_error:
        case ErrorKind::internal_error:
            return "internal";
    }
    return "internal";
}

namespace {

// What the client may read: never the cause, and one sentence for input that does not fit.
std::string sentence_of(const Error& error) {
    if (error.kind == ErrorKind::invalid_input && !error.fields.empty()) {
        const auto& field = error.fields.front();
        return field.loc.empty() ? field.msg : field.loc.back() + ": " + field.msg;
    }
    return error.detail;
}

}  // namespace

std::string failed_ack(const Error& error) {
    std::string out = "{\"ok\":false,\"error\":";
    wire::append_string(out, ack_code(error));
    out += ",\"detail\":";
    wire::append_string(out, sentence_of(error));
    out += ",\"status\":";
    wire::append_integer(out, error.status);
    if (error.retry_after) {
        out += ",\"retry_after\":";
        wire::append_integer(out, error.retry_after->count());
    }
    out += '}';
    return out;
}

std::string error_payload(const Error& error, std::string_view event, wire::JsonView sent) {
    std::string out = "{\"detail\":";
    wire::append_string(out, sentence_of(error));
    out += ",\"event\":";
    wire::append_string(out, event);
    out += ",\"status\":";
    wire::append_integer(out, error.status);
    out += ",\"code\":";
    wire::append_string(out, ack_code(error));
    wire::JsonView id = sent.find("client_message_id");
    if (!id.present()) id = sent.find("clientMessageId");
    if (id.kind() == wire::JsonKind::string && id.string().size() <= 64) {
        out += ",\"client_message_id\":";
        wire::append_string(out, id.string());
    }
    out += '}';
    return out;
}

}  // namespace grover::sockets
