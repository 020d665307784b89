// Expo's push service: sending in batches, and asking later what arrived (contract/notifications.md §4 "Expo").
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/integrations/http_client.hpp"
#include "platform/integrations/push.hpp"

namespace grover::integrations {

struct ExpoMessage {
    std::string to;
    std::string title;
    std::string body;
    std::string data = "{}";  // a JSON object
    std::string channel;
    std::int64_t badge = 0;
    bool high_priority = false;
    std::chrono::seconds time_to_live{};
};

struct ExpoOptions {
    std::string push_url;
    std::string receipts_url;
    std::string access_token;  // empty: none
};

inline constexpr std::size_t kMostExpoMessages = 100;
inline constexpr std::size_t kMostExpoReceipts = 1'000;
inline constexpr std::size_t kMaxExpoMessage = 4'096;

// "ExponentPushToken[…]" or "ExpoPushToken[…]", with 1..200 characters inside.
bool is_expo_token(std::string_view token);

// As it travels: shortened until the whole has at most kMaxExpoMessage bytes, the body first, then the data.
std::string expo_message_json(ExpoMessage message);

class ExpoPush {
public:
    // The client outlives it.
    ExpoPush(HttpClient& http, ExpoOptions options) : http_(http), options_(std::move(options)) {}

    // At most kMostExpoMessages; one outcome for each, in order. A batch that is refused as invalid is halved until the message
    // that spoils it stands alone. Never throws for what the peer does wrong.
    std::vector<PushOutcome> send(std::span<const ExpoMessage> messages);

    // What became of tickets, at most kMostExpoReceipts: those that are not known yet are absent. Nothing: ask again later.
    std::optional<std::map<std::string, PushOutcome, std::less<>>> receipts(
        std::span<const std::string> ticket_ids);

private:
    HttpAnswer post(const std::string& url, const std::string& json, bool compressed);
    void send_some(std::span<const ExpoMessage> messages, std::vector<PushOutcome>& outcomes);

    HttpClient& http_;
    ExpoOptions options_;
};

}  // namespace grover::integrations
