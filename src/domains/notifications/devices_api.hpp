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

struct DeviceMessage {
    std::string message;
    static constexpr auto fields = Pack{wire::field("message", &DeviceMessage::message)};
};

void add_devices_api(api::Api& api, NotificationsService& notifications);

}  // namespace grover::notifications
