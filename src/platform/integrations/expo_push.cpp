#include "platform/integrations/expo_push.hpp"

#include <algorithm>

#include "platform/http/compression.hpp"
#include "platform/integrations/jws.hpp"
#include "platform/text/utf8.hpp"
#include "platform/wire/json_in.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::integrations {
namespace {

constexpr std::size_t kMaxAnswer = 1024 * 1024;

std::string json_of(const ExpoMessage& message) {
    std::string out = "{";
    const auto text = [&](std::string_view key, std::string_view value) {
        wire::append_key(out, key);
        wire::append_string(out, value);
    };
    const auto number = [&](std::string_view key, std::int64_t value) {
        wire::append_key(out, key);
        wire::append_integer(out, value);
    };
    text("to", message.to);
    text("title", message.title);
    text("body", message.body);
    wire::append_key(out, "data");
    out += message.data;
    text("sound", "default");
    text("channelId", message.channel);
    number("badge", message.badge);
    text("priority", message.high_priority ? "high" : "default");
    number("ttl", message.time_to_live.count());
    return out += '}';
}

// Without its last `excess` bytes or somewhat more, at a whole code point.
void shorten(std::string& text, std::size_t excess) {
    std::size_t keep = text.size() > excess ? text.size() - excess : 0;
    while (keep > 0 && (static_cast<unsigned char>(text[keep]) & 0xC0) == 0x80) --keep;
    text.resize(keep);
}

PushOutcome outcome_of_error(std::string_view error) {
    PushStatus status = PushStatus::refused;
    if (error == "DeviceNotRegistered") status = PushStatus::unregistered;
    if (error == "MessageRateExceeded") status = PushStatus::slow_down;
    if (error == "MessageTooBig") status = PushStatus::too_big;
    if (error == "MismatchSenderId" || error == "InvalidCredentials") status = PushStatus::misconfigured;
    return {.status = status, .error = std::string(error.substr(0, 60))};
}

// A ticket or a receipt.
PushOutcome outcome_of(wire::JsonView entry) {
    if (text_member(entry, "status") == "ok")
        return {.status = PushStatus::sent, .ticket_id = std::string(text_member(entry, "id"))};
    const auto error = text_member(entry.find("details"), "error");
    return outcome_of_error(error.empty() ? "Refused" : error);
}

// Of a request without usable answer.
PushOutcome outcome_without_tickets(const HttpAnswer& answer) {
    if (answer.status == 0) {
        const bool left =
            answer.failure != HttpFailure::unreachable && answer.failure != HttpFailure::not_sent;
        return {.status = left ? PushStatus::unknown : PushStatus::failed, .error = "NoAnswer"};
    }
    if (answer.status == 429 || answer.status >= 500) {
        return {.status = PushStatus::failed,
                .error = "Http" + std::to_string(answer.status),
                .retry_after = answer.retry_after()};
    }
    if (answer.status == 401 || answer.status == 403)
        return {.status = PushStatus::misconfigured, .error = "Http" + std::to_string(answer.status)};
    if (answer.ok()) return {.status = PushStatus::unknown, .error = "UnreadableAnswer"};
    return {.status = PushStatus::refused, .error = "Http" + std::to_string(answer.status)};
}

}  // namespace

bool is_expo_token(std::string_view token) {
    for (const std::string_view prefix : {"ExponentPushToken[", "ExpoPushToken["}) {
        if (!token.starts_with(prefix) || !token.ends_with(']')) continue;
        const auto inner = token.substr(prefix.size(), token.size() - prefix.size() - 1);
        return !inner.empty() && inner.size() <= 200 && inner.find(']') == inner.npos;
    }
    return false;
}

std::string expo_message_json(ExpoMessage message) {
    auto json = json_of(message);
    while (json.size() > kMaxExpoMessage && !message.body.empty()) {
        shorten(message.body, json.size() - kMaxExpoMessage);
        json = json_of(message);
    }
    if (json.size() > kMaxExpoMessage) {
        message.data = "{}";
        json = json_of(message);
    }
    return json;
}

HttpAnswer ExpoPush::post(const std::string& url, const std::string& json, bool compressed) {
    HttpRequest request{.service = "expo", .method = "POST", .url = url, .max_response = kMaxAnswer};
    request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
    if (!options_.access_token.empty())
        request.headers.emplace_back("Authorization", "Bearer " + options_.access_token);
    std::string small;
    if (compressed && http::Compressor().compress(http::Coding::gzip, json, small)) {
        request.headers.emplace_back("Content-Encoding", "gzip");
        request.body = std::move(small);
    } else {
        request.body = json;
    }
    return http_.send(request);
}

std::vector<PushOutcome> ExpoPush::send(std::span<const ExpoMessage> messages) {
    std::vector<PushOutcome> outcomes;
    outcomes.reserve(messages.size());
    send_some(messages, outcomes);
    return outcomes;
}

void ExpoPush::send_some(std::span<const ExpoMessage> messages, std::vector<PushOutcome>& outcomes) {
    if (messages.empty()) return;
    std::string json = "[";
    for (const auto& message : messages) {
        if (json.size() > 1) json += ',';
        json += expo_message_json(message);
    }
    json += ']';
    const auto answer = post(options_.push_url, json, true);
    const auto document = answer.ok() ? wire::JsonDocument::parse(answer.body) : std::nullopt;
    const auto tickets = document ? document->root().find("data") : wire::JsonView{};
    if (tickets.kind() == wire::JsonKind::array && tickets.size() == messages.size()) {
        for (std::size_t i = 0; i < messages.size(); ++i) outcomes.push_back(outcome_of(tickets.at(i)));
        return;
    }
    const auto outcome = outcome_without_tickets(answer);
    if (outcome.status == PushStatus::refused && messages.size() > 1) {
        const auto half = messages.size() / 2;
        send_some(messages.subspan(0, half), outcomes);
        send_some(messages.subspan(half), outcomes);
        return;
    }
    outcomes.insert(outcomes.end(), messages.size(), outcome);
}

std::optional<std::map<std::string, PushOutcome, std::less<>>> ExpoPush::receipts(
    std::span<const std::string> ticket_ids) {
    std::string json = "{\"ids\":[";
    for (const auto& id : ticket_ids) {
        if (json.back() != '[') json += ',';
        wire::append_string(json, id);
    }
    json += "]}";
    const auto answer = post(options_.receipts_url, json, false);
    const auto document = answer.ok() ? wire::JsonDocument::parse(answer.body) : std::nullopt;
    if (!document || document->root().find("data").kind() != wire::JsonKind::object) return std::nullopt;
    std::map<std::string, PushOutcome, std::less<>> known;
    for (const auto& id : ticket_ids) {
        const auto receipt = document->root().find("data").find(id);
        if (receipt.kind() == wire::JsonKind::object) known.emplace(id, outcome_of(receipt));
    }
    return known;
}

}  // namespace grover::integrations
