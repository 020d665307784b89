#include "app/notification_joints.hpp"

namespace grover::app {

PushProviders::PushProviders(const Config& config, const Clock& clock, integrations::HttpClient& http,
                             runtime::Loops* loops)
    : expo_(http, {.push_url = config.expo_push_url,
                   .receipts_url = config.expo_receipts_url,
                   .access_token = config.expo_access_token}) {
    if (!config.web_push_enabled) return;
    const integrations::VapidKeys keys{config.vapid_public_key, config.vapid_private_key,
                                       config.vapid_subject};
    if (!integrations::are_vapid_keys(keys)) {
        throw ConfigurationError(
            {"VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY must be a pair of P-256 keys in base64url, "
             "VAPID_SUBJECT a mailto: or https: address"},
            {});
    }
    const bool is_test = !config.web_push_test_ca_file.empty();
    if (is_test)
        test_http_.emplace(loops, integrations::HttpClientOptions{.ca_file = config.web_push_test_ca_file});
    web_push_.emplace(is_test ? *test_http_ : http, clock,
                      integrations::WebPush::Options{.keys = keys, .private_addresses = is_test});
}

notifications::PushProviders PushProviders::ways() {
    return {.expo = &expo_, .web_push = web_push_ ? &*web_push_ : nullptr};
}

}  // namespace grover::app
