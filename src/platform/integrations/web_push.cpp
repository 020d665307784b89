#include "platform/integrations/web_push.hpp"

#include <algorithm>
#include <stdexcept>

#include "platform/base/ip_network.hpp"
#include "platform/integrations/p256.hpp"
#include "platform/integrations/web_push_encryption.hpp"
#include "platform/text/base64.hpp"
#include "platform/text/utf8.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::integrations {
namespace {

constexpr std::chrono::hours kTokenLifetime{12};
constexpr auto kShortLived = std::chrono::minutes{5};  // for clocks that go wrong

constexpr std::string_view kScheme = "https://";

// "https://push.example.org:8443", or empty.
std::string_view origin_of(std::string_view url) {
    if (!url.starts_with(kScheme)) return {};
    const auto end = url.find_first_of("/?#", kScheme.size());
    const auto origin = url.substr(0, end);
    const auto host = origin.substr(kScheme.size());
    if (host.empty() || host.find('@') != host.npos) return {};
    return origin;
}

bool is_visible_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

PushOutcome outcome_of(const HttpAnswer& answer) {
    const auto status = answer.status;
    if (status == 0) {
        if (answer.failure == HttpFailure::not_sent)
            return {.status = PushStatus::unregistered, .error = "NotAllowed"};
        const bool left = answer.failure != HttpFailure::unreachable;
        return {.status = left ? PushStatus::unknown : PushStatus::failed, .error = "NoAnswer"};
    }
    std::string error = "Http" + std::to_string(status);
    if (answer.ok()) return {.status = PushStatus::sent};
    if (status == 404 || status == 410)
        return {.status = PushStatus::unregistered, .error = std::move(error)};
    if (status == 413) return {.status = PushStatus::too_big, .error = std::move(error)};
    if (status == 429 || status >= 500) {
        return {.status = PushStatus::failed, .error = std::move(error), .retry_after = answer.retry_after()};
    }
    return {.status = PushStatus::refused, .error = std::move(error)};
}

}  // namespace

struct WebPush::Key {
    KeyPtr key;
};

bool are_vapid_keys(const VapidKeys& keys) {
    const auto point = decoded_key(keys.public_key), secret = decoded_key(keys.private_key);
    const bool names_somebody = keys.subject.starts_with("mailto:") || keys.subject.starts_with("https://");
    return point && secret && names_somebody && p256_private_key(*secret, *point) != nullptr;
}

bool is_subscription(const WebPushSubscription& subscription) {
    if (subscription.endpoint.size() > kMaxWebPushEndpoint || !is_visible_ascii(subscription.endpoint) ||
        origin_of(subscription.endpoint).empty())
        return false;
    const auto point = decoded_key(subscription.p256dh), secret = decoded_key(subscription.auth);
    return point && secret && secret->size() == kWebPushSecret && p256_public_key(*point) != nullptr;
}

bool names_no_push_service(std::string_view endpoint) {
    auto host = origin_of(endpoint);
    host.remove_prefix(std::min(host.size(), kScheme.size()));
    if (host.starts_with('[')) {
        host = host.substr(1, host.find(']') - 1);
    } else {
        host = host.substr(0, host.find(':'));
    }
    while (host.ends_with('.')) host.remove_suffix(1);
    if (const auto address = parse_ip(host)) return !is_public(*address);
    const auto last = host.substr(host.rfind('.') + 1);
    return text::equal_ignoring_ascii_case(last, "localhost");
}

WebPush::WebPush(HttpClient& http, const Clock& clock, Options options)
    : http_(http), clock_(clock), options_(std::move(options)) {
    if (!are_vapid_keys(options_.keys)) throw std::invalid_argument("the VAPID keys are no pair of P-256");
    while (options_.keys.public_key.ends_with('=')) options_.keys.public_key.pop_back();
    key_ = std::make_unique<Key>(Key{
        p256_private_key(*decoded_key(options_.keys.private_key), *decoded_key(options_.keys.public_key))});
}

WebPush::~WebPush() = default;

std::string WebPush::authorization(std::string_view origin) const {
    const auto expires = (clock_.now() + kTokenLifetime - kShortLived).us / 1'000'000;
    std::string claims = "{\"aud\":";
    wire::append_string(claims, origin);
    claims += ",\"exp\":" + std::to_string(expires) + ",\"sub\":";
    wire::append_string(claims, options_.keys.subject);
    claims += '}';
    std::string token =
        text::to_base64url(R"({"typ":"JWT","alg":"ES256"})") + '.' + text::to_base64url(claims);
    token += '.' + text::to_base64url(p256_sign(key_->key.get(), token));
    return "vapid t=" + token + ", k=" + options_.keys.public_key;
}

PushOutcome WebPush::send(const WebPushSubscription& subscription, const WebPushMessage& message) {
    const auto origin = origin_of(subscription.endpoint);
    if (origin.empty()) return {.status = PushStatus::unregistered, .error = "NoEndpoint"};
    if (message.payload.size() > kMaxWebPushPayload)
        return {.status = PushStatus::too_big, .error = "PayloadTooLong"};
    auto body = encrypt_web_push(subscription, message.payload);
    if (!body) return {.status = PushStatus::unregistered, .error = "NoKeys"};
    HttpRequest request{
        .service = "web_push", .method = "POST", .url = subscription.endpoint, .body = std::move(*body)};
    request.public_addresses_only = !options_.private_addresses;
    request.headers = {
        {"TTL", std::to_string(std::max<std::int64_t>(0, message.time_to_live.count()))},
        {"Urgency", message.urgent ? "high" : "normal"},
        {"Content-Encoding", "aes128gcm"},
        {"Content-Type", "application/octet-stream"},
        {"Authorization", authorization(origin)},
    };
    if (!message.topic.empty()) request.headers.emplace_back("Topic", message.topic);
    return outcome_of(http_.send(request));
}

}  // namespace grover::integrations
