// Requests and answers about devices that want pushes. contract/notifications.md §3, §5.
#pragma once

#include <optional>
#include <string>

#include "domains/notifications/notifications.hpp"
#include "platform/api/bind.hpp"
#include "platform/api/route.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::notifications {

// The text that Expo or another provider gave a device, or the subscription that a browser did: {"endpoint", "keys": {"p256dh",
// "auth"}}. One of `text` and `endpoint` is empty.
struct PushToken {
    std::string text;
    std::string endpoint;
    std::string p256dh;
    std::string auth;

    const std::string& key() const { return endpoint.empty() ? text : endpoint; }

    struct Keys {
        std::string p256dh;
        std::string auth;
        static constexpr auto fields =
            Pack{wire::field("p256dh", &Keys::p256dh), wire::field("auth", &Keys::auth)};
    };
    // As it is described.
    struct Subscription {
        std::string endpoint;
        std::optional<std::int64_t> expiration_time;
        Keys keys;
        static constexpr auto fields = Pack{
            wire::field("endpoint", &Subscription::endpoint),
            wire::field("expirationTime", &Subscription::expiration_time),
            wire::field("keys", &Subscription::keys),
        };
    };
    using described = Subscription;
};
// Found by api::bind.
bool convert(const api::Found& in, const wire::FieldRules& rules, PushToken& out, api::Issue& issue);

struct DeviceAnswer {
    std::string message = "Push token registered";
    DeviceId device_id;

    static constexpr auto fields = Pack{
        wire::field("message", &DeviceAnswer::message),
        wire::field("device_id", &DeviceAnswer::device_id),
    };
};
static_assert(wire::describes_every_member<DeviceAnswer>);

struct DeviceRegister {
    PushToken token;
    std::string platform = "unknown";
    std::optional<std::string> device_name;
    std::optional<std::string> app_version;
    std::optional<std::string> locale;

    static constexpr api::Route route{
        .method = http::Method::post,
        .path = "/push/register",
        .summary = "Register a device for pushes, or refresh it.",
        .limit = api::RateClass::push,
    };
    static constexpr auto fields = Pack{
        wire::field("token", &DeviceRegister::token, wire::in_body | wire::in_query),
        wire::field("platform", &DeviceRegister::platform, wire::in_body | wire::in_query, wire::or_default),
        wire::field("device_name", &DeviceRegister::device_name, wire::in_body | wire::in_query,
                    wire::trimmed_length(0, 100)),
        wire::field("app_version", &DeviceRegister::app_version, wire::in_body | wire::in_query,
                    wire::trimmed_length(0, 100)),
        wire::field("locale", &DeviceRegister::locale, wire::in_body | wire::in_query,
                    wire::trimmed_length(0, 100)),
    };
};

struct DeviceUnregister {
    PushToken token;

    static constexpr api::Route route{
        .method = http::Method::delete_,
        .path = "/push/unregister",
        .summary = "Unregister a device of the caller's.",
        .limit = api::RateClass::push,
    };
    static constexpr auto fields =
        Pack{wire::field("token", &DeviceUnregister::token, wire::in_body | wire::in_query)};
};

// The same for a browser, whose subscription is the whole body.
struct BrowserSubscribe {
    std::string endpoint;
    std::optional<std::int64_t> expiration_time;
    PushToken::Keys keys;

    static constexpr api::Route route{
        .method = http::Method::post,
        .path = "/push/subscribe",
        .summary = "Register a browser for pushes, or refresh it.",
        .limit = api::RateClass::push,
    };
    static constexpr auto fields = Pack{
        wire::field("endpoint", &BrowserSubscribe::endpoint, wire::in_body, wire::trimmed_length(1, 1'000)),
        wire::field("expirationTime", &BrowserSubscribe::expiration_time, wire::in_body),
        wire::field("keys", &BrowserSubscribe::keys, wire::in_body),
    };
};
bool convert(const api::Found& in, const wire::FieldRules& rules, PushToken::Keys& out, api::Issue& issue);

struct VapidKey {
    std::string public_key;
    static constexpr auto fields = Pack{wire::field("public_key", &VapidKey::public_key)};
};

struct VapidKeyGet {
    static constexpr api::RouteError errors[] = {{404, "Web Push is not available"}};
    static constexpr api::Route route{
        .method = http::Method::get,
        .path = "/push/vapid-public-key",
        .summary = "What a browser needs to subscribe to pushes.",
        .auth = api::Auth::none,
        .limit = api::RateClass::push,
    };
    static constexpr Pack<> fields{};
};

// Without its token.
struct PushDevice {
    DeviceId device_id;
    std::string platform;
    std::optional<std::string> device_name;
    bool current = false;  // of the session that asks
    Time created_at;
    Time last_seen_at;
    std::optional<std::string> last_error;

    static constexpr auto fields = Pack{
        wire::field("device_id", &PushDevice::device_id),
        wire::field("platform", &PushDevice::platform),
        wire::field("device_name", &PushDevice::device_name),
        wire::field("current", &PushDevice::current),
        wire::field("created_at", &PushDevice::created_at),
        wire::field("last_seen_at", &PushDevice::last_seen_at),
        wire::field("last_error", &PushDevice::last_error),
    };
    static constexpr auto columns = Pack{
        db::column("device_id", &PushDevice::device_id),
        db::column("platform", &PushDevice::platform),
        db::column("device_name", &PushDevice::device_name),
        db::column("is_current", &PushDevice::current),
        db::column("created_at", &PushDevice::created_at),
        db::column("last_seen_at", &PushDevice::last_seen_at),
        db::column("last_error", &PushDevice::last_error),
    };
};

struct DeviceList {
    static constexpr api::Route route{
        .method = http::Method::get,
        .path = "/push/devices",
        .summary = "The caller's devices, the one seen last first.",
        .limit = api::RateClass::push,
    };
    static constexpr Pack<> fields{};
};

struct DeviceDelete {
    DeviceId device_id;

    static constexpr api::Route route{
        .method = http::Method::delete_,
        .path = "/push/devices/{device_id}",
        .summary = "Unregister one of the caller's devices, if it is there.",
        .limit = api::RateClass::push,
    };
    static constexpr auto fields = Pack{wire::field("device_id", &DeviceDelete::device_id, wire::in_path)};
};

struct DeviceMessage {
    std::string message;
    static constexpr auto fields = Pack{wire::field("message", &DeviceMessage::message)};
};

void add_devices_api(api::Api& api, NotificationsService& notifications);

}  // namespace grover::notifications
