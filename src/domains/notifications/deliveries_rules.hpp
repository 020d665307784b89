// What sending, its outcomes and asking for receipts share (contract/notifications.md §4). Private to domains/notifications.
#pragma once

#include <array>
#include <chrono>

#include "domains/notifications/deliveries.hpp"

namespace grover::notifications {

// All of Expo rests that long when it says that our credentials are wrong.
inline constexpr std::chrono::minutes kExpoPause{5};
// A hurried device pauses, twice as long each time.
inline constexpr std::chrono::seconds kShortestPause{60};
inline constexpr std::chrono::hours kLongestPause{1};
// After the push was sent.
inline constexpr std::array<std::chrono::minutes, 3> kReceiptsAfter{
    std::chrono::minutes{15}, std::chrono::minutes{30}, std::chrono::minutes{60}};

struct Deliveries::Delivery {
    DeliveryId delivery_id;
    std::string device_id;
    std::string provider;
    std::string type;
    std::string title;
    std::string body;
    std::string data;
    std::string topic;
    std::int64_t badge = 0;
    int attempts = 0;
    Time expires_at;
    Time created_at;
    std::optional<Time> first_attempt_at;
    UserId user_id;
    SessionId session_id;
    std::string token;
    std::optional<std::string> p256dh;
    std::optional<std::string> auth;
    bool is_wanted = true;

    static constexpr auto columns = Pack{
        db::column("delivery_id", &Delivery::delivery_id),
        db::column("device_id", &Delivery::device_id),
        db::column("provider", &Delivery::provider),
        db::column("type", &Delivery::type),
        db::column("title", &Delivery::title),
        db::column("body", &Delivery::body),
        db::column("data", &Delivery::data),
        db::column("topic", &Delivery::topic),
        db::column("badge", &Delivery::badge),
        db::column("attempts", &Delivery::attempts),
        db::column("expires_at", &Delivery::expires_at),
        db::column("created_at", &Delivery::created_at),
        db::column("first_attempt_at", &Delivery::first_attempt_at),
        db::column("user_id", &Delivery::user_id),
        db::column("session_id", &Delivery::session_id),
        db::column("token", &Delivery::token),
        db::column("p256dh", &Delivery::p256dh),
        db::column("auth", &Delivery::auth),
        db::column("is_wanted", &Delivery::is_wanted),
    };
};

// For the metric of pushes.
void count_push(std::string_view provider, std::string_view type, std::string_view status);
// Receipts are to be asked for then; those of one minute together.
void order_receipts(db::Write& tx, Time due);

}  // namespace grover::notifications
