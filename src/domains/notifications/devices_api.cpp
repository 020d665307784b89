// The endpoints of devices.
#include "domains/notifications/devices_api.hpp"

#include <algorithm>

#include "platform/api/api.hpp"

namespace grover::notifications {
namespace {

constexpr std::size_t kMaxToken = 512;
constexpr std::size_t kMaxEndpoint = 1'000;

bool is_visible_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

std::string text_in(wire::JsonView object, std::string_view key) {
    const auto found = object.find(key);
    return found.present() && found.kind() == wire::JsonKind::string ? std::string(found.string())
                                                                     : std::string();
}

}  // namespace

bool convert(const api::Found& in, const wire::FieldRules&, PushToken& out, api::Issue& issue) {
    if (in.form == api::Found::Form::json && in.json.kind() == wire::JsonKind::object) {
        const auto keys = in.json.find("keys");
        out.endpoint = text_in(in.json, "endpoint");
        out.p256dh = text_in(keys, "p256dh");
        out.auth = text_in(keys, "auth");
        if (!out.endpoint.empty() && out.endpoint.size() <= kMaxEndpoint && is_visible_ascii(out.endpoint))
            return true;
        issue = {"Input should be a Web Push subscription with an https endpoint", "value_error"};
        return false;
    }
    wire::FieldRules plain;
    plain.trim = true;
    if (!api::convert(in, plain, out.text, issue)) return false;
    if (!out.text.empty() && out.text.size() <= kMaxToken && is_visible_ascii(out.text)) return true;
    issue = {"Input should be 1 to 512 visible ASCII characters", "value_error"};
    return false;
}

bool convert(const api::Found& in, const wire::FieldRules&, PushToken::Keys& out, api::Issue& issue) {
    if (in.form == api::Found::Form::json && in.json.kind() == wire::JsonKind::object) {
        out = {text_in(in.json, "p256dh"), text_in(in.json, "auth")};
        return true;
    }
    issue = {"Input should be an object with p256dh and auth", "value_error"};
    return false;
}

void add_devices_api(Api& api, NotificationsService& notifications) {
    api.on<BrowserSubscribe>([&](const Caller& me, const BrowserSubscribe& in) {
        DeviceRegister device;
        device.token = {.text = {}, .endpoint = in.endpoint, .p256dh = in.keys.p256dh, .auth = in.keys.auth};
        device.platform = "web";
        return notifications.register_device(me, device);
    });
    api.on<VapidKeyGet>(
        [&](const Caller&, const VapidKeyGet&) { return VapidKey{notifications.vapid_public_key()}; });
    api.on<DeviceList>([&](const Caller& me, const DeviceList&) { return notifications.devices(me); });
    api.on<DeviceDelete>([&](const Caller& me, const DeviceDelete& in) {
        notifications.remove_device(me, in.device_id);
        return DeviceMessage{"Device removed"};
    });
    api.on<DeviceRegister>(
        [&](const Caller& me, const DeviceRegister& in) { return notifications.register_device(me, in); });
    api.on<DeviceUnregister>([&](const Caller& me, const DeviceUnregister& in) {
        notifications.unregister_device(me, in.token.key());
        return DeviceMessage{"Push token unregistered"};
    });
}

}  // namespace grover::notifications
