// Devices that want pushes: contract/notifications.md §3 "push".
#include "domains/notifications/devices_api.hpp"
#include "domains/notifications/notifications_parts.hpp"
#include "sql/push.hpp"

namespace grover::notifications {
namespace {

constexpr int kMostDevices = 10;

std::string_view platform_of(const std::string& text) {
    for (const std::string_view known : {"ios", "android", "web"}) {
        if (text == known) return known;
    }
    return "unknown";
}

struct KnownDevice {
    DeviceId device_id;
    UserId user_id;
    static constexpr auto columns = Pack{
        db::column("device_id", &KnownDevice::device_id),
        db::column("user_id", &KnownDevice::user_id),
    };
};

// What a token is: a text, or the subscription of a browser.
struct Address {
    std::string_view provider = kNoProvider;
    std::string token;
    std::optional<std::string> p256dh{};
    std::optional<std::string> auth{};
};

Address address_of(const DeviceRegister& in, bool private_ones_too) {
    if (in.token.endpoint.empty()) {
        const bool is_expo = integrations::is_expo_token(in.token.text);
        return {.provider = is_expo ? kExpo : kNoProvider, .token = in.token.text};
    }
    const integrations::WebPushSubscription subscription{in.token.endpoint, in.token.p256dh, in.token.auth};
    if (!integrations::is_subscription(subscription) ||
        (!private_ones_too && integrations::names_no_push_service(subscription.endpoint)))
        throw invalid_input({"body", "token"},
                            "Input should be a Web Push subscription with an https endpoint");
    return {
        .provider = kWebPush, .token = in.token.endpoint, .p256dh = in.token.p256dh, .auth = in.token.auth};
}

}  // namespace

DeviceAnswer NotificationsService::register_device(const Caller& me, const DeviceRegister& in) {
    const auto* const web_push = parts_->providers.web_push;
    const auto address = address_of(in, web_push != nullptr && web_push->takes_private_addresses());
    const auto platform = address.provider == kWebPush ? "web" : platform_of(in.platform);
    DeviceAnswer answer;
    parts_->db.write([&](db::Write& tx) {
        const Time now = parts_->clock.now();
        const auto known = tx.find<KnownDevice>(sql::push::device_of_token{.token = address.token});
        if (known && known->user_id == me.id) {
            answer.device_id = known->device_id;
            tx.exec(sql::push::refresh_device{.session_id = me.session_id,
                                              .p256dh = address.p256dh,
                                              .auth = address.auth,
                                              .platform = platform,
                                              .device_name = in.device_name,
                                              .app_version = in.app_version,
                                              .locale = in.locale,
                                              .now = now,
                                              .device_id = known->device_id});
            return;
        }
        // With what was on its way to the owner before.
        if (known) tx.exec(sql::push::remove_device{.device_id = known->device_id});
        answer.device_id = IdSource::unguessable<DeviceId>();
        tx.exec(sql::push::insert_device{.device_id = answer.device_id,
                                         .user_id = me.id,
                                         .session_id = me.session_id,
                                         .provider = address.provider,
                                         .token = address.token,
                                         .p256dh = address.p256dh,
                                         .auth = address.auth,
                                         .platform = platform,
                                         .device_name = in.device_name,
                                         .app_version = in.app_version,
                                         .locale = in.locale,
                                         .now = now});
        for (const auto& id :
             tx.list<DeviceId>(sql::push::surplus_devices{.user_id = me.id, .kept = kMostDevices}))
            tx.exec(sql::push::remove_device{.device_id = id});
    });
    return answer;
}

std::vector<PushDevice> NotificationsService::devices(const Caller& me) {
    return parts_->db.read([&](db::Read& tx) {
        return tx.list<PushDevice>(sql::push::shown_devices{.session_id = me.session_id, .user_id = me.id});
    });
}

void NotificationsService::remove_device(const Caller& me, const DeviceId& device) {
    parts_->db.write(
        [&](db::Write& tx) { tx.exec(sql::push::remove_own_device{.device_id = device, .user_id = me.id}); });
}

std::string NotificationsService::vapid_public_key() const {
    if (parts_->providers.web_push == nullptr) throw not_found("Web Push is not available");
    return parts_->providers.web_push->public_key();
}

void NotificationsService::unregister_device(const Caller& me, const std::string& token) {
    parts_->db.write(
        [&](db::Write& tx) { tx.exec(sql::push::remove_token{.token = token, .user_id = me.id}); });
}

}  // namespace grover::notifications
