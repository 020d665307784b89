// Web Push: RFC 8030 delivery, RFC 8291 encryption, RFC 8292 (VAPID) identification.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/integrations/http_client.hpp"
#include "platform/integrations/push.hpp"

namespace grover::integrations {

// As a browser hands it out; the keys are base64url.
struct WebPushSubscription {
    std::string endpoint;
    std::string p256dh;
    std::string auth;
};

struct WebPushMessage {
    std::string payload;  // cut at kMaxWebPushPayload bytes by nobody: longer is too_big
    std::chrono::seconds time_to_live{};
    bool urgent = false;
    std::string topic;  // 1..32 characters of base64url, or empty
};

struct VapidKeys {
    std::string public_key;   // base64url, an uncompressed point of P-256
    std::string private_key;  // base64url, 32 bytes
    std::string subject;      // mailto: or https:
};

inline constexpr std::size_t kMaxWebPushPayload = 3'993;
inline constexpr std::size_t kMaxWebPushEndpoint = 1'000;

// Whether the two keys are a pair and the subject says whom to ask.
bool are_vapid_keys(const VapidKeys& keys);

// https, at most kMaxWebPushEndpoint characters, and keys that a browser could have made. Where it leads is checked when it is
// used, after the name was looked up.
bool is_subscription(const WebPushSubscription& subscription);

// Whether its host is `localhost` or an address that is not public: no push service is there, which can be said without looking
// a name up.
bool names_no_push_service(std::string_view endpoint);

// The body of a request (aes128gcm, one record). Nothing when the keys are no keys or the payload is too long.
std::optional<std::string> encrypt_web_push(const WebPushSubscription& subscription,
                                            std::string_view payload);

// Any thread.
class WebPush {
public:
    struct Options {
        VapidKeys keys;
        // For tests alone: a local push service.
        bool private_addresses = false;
    };
    // References outlive it. Throws std::invalid_argument for keys that are none.
    WebPush(HttpClient& http, const Clock& clock, Options options);
    ~WebPush();

    bool takes_private_addresses() const { return options_.private_addresses; }
    const std::string& public_key() const { return options_.keys.public_key; }
    // Never throws for what the peer does wrong. Never speaks to a private address.
    PushOutcome send(const WebPushSubscription& subscription, const WebPushMessage& message);

private:
    std::string authorization(std::string_view origin) const;

    HttpClient& http_;
    const Clock& clock_;
    Options options_;
    struct Key;
    std::unique_ptr<Key> key_;
};

}  // namespace grover::integrations
