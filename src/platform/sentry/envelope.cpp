#include "platform/sentry/envelope.hpp"

#include "platform/sentry/event.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::sentry {

std::string envelope_head(const Options& options, std::string_view event_id, Time sent_at) {
    std::string out = "{";
    if (!event_id.empty()) {
        wire::append_key(out, "event_id");
        wire::append_string(out, event_id);
    }
    wire::append_key(out, "dsn");
    wire::append_string(out, options.dsn.without_secret);
    wire::append_key(out, "sent_at");
    wire::append_time(out, sent_at);
    out += ",\"sdk\":{\"name\":";
    wire::append_string(out, kSdkName);
    out += ",\"version\":";
    wire::append_string(out, options.version);
    out += "}}\n";
    return out;
}

void append_item(std::string& envelope, std::string_view type, std::string_view json) {
    envelope += "{\"type\":";
    wire::append_string(envelope, type);
    envelope += ",\"length\":" + std::to_string(json.size()) + ",\"content_type\":\"application/json\"}\n";
    envelope += json;
    envelope += '\n';
}

std::string_view items_of(std::string_view envelope) {
    const auto end = envelope.find('\n');
    return end == std::string_view::npos ? std::string_view() : envelope.substr(end + 1);
}

}  // namespace grover::sentry
