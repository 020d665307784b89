// Pushes on their way to devices, once each (contract/notifications.md §4 "Attempts", "Expo", "Web Push"). Private to
// domains/notifications.
//
// A delivery is handed to its provider in the state "sending", set and committed before. If the process dies, it stays so: it
// may have arrived, so nobody sends it again.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/notifications/notifications.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"
#include "platform/integrations/expo_push.hpp"
#include "platform/integrations/web_push.hpp"
#include "platform/wire/fields.hpp"

namespace grover::notifications {

struct DeliveryTag {
    static constexpr std::string_view prefix = "push_", kind = "delivery_id";
};
using DeliveryId = Id<DeliveryTag>;

inline constexpr std::string_view kExpo = "expo", kWebPush = "webpush", kNoProvider = "none";

// Orders for platform/jobs.
struct SendPushes {
    std::string provider;
    static constexpr std::string_view name = "notifications.send_pushes";
    static constexpr auto fields = Pack{wire::field("provider", &SendPushes::provider)};
};
struct CheckReceipts {
    bool expo = true;
    static constexpr std::string_view name = "notifications.check_receipts";
    static constexpr auto fields = Pack{wire::field("expo", &CheckReceipts::expo)};
};

// Deliveries of the provider are due then: orders that they are sent. Many orders of one half second are one.
void order_sending(db::Write& tx, std::string_view provider, Time due, Time now);
// At most 32 characters of base64url, the same for the same type and target.
std::string topic_of(std::string_view type, std::string_view target);

class Deliveries {
public:
    // References outlive it; null providers send nothing.
    Deliveries(db::Database& db, const Clock& clock, LivingSessions& sessions, integrations::ExpoPush* expo,
               integrations::WebPush* web_push);

    // Both change nothing when run again.
    void run(const SendPushes& job);
    void run(const CheckReceipts& job);
    // About once a minute: orders that got lost are given again, what a dead sender left is given up.
    void sweep();

private:
    struct Delivery;
    // The next ones that are due, in the state "sending"; those that nobody wants any more are dropped. Nothing: none is due.
    std::optional<std::vector<Delivery>> begin(std::string_view provider, int limit);
    // What began before that and has no end: its sender died.
    static void give_up_abandoned(db::Write& tx, Time before);
    void keep_rate(std::size_t messages);
    std::vector<integrations::PushOutcome> send(std::string_view provider, std::span<const Delivery> batch);
    integrations::PushOutcome send_web(const Delivery& delivery, Time now);
    void record(std::span<const Delivery> batch, std::span<const integrations::PushOutcome> outcomes);
    void record_failure(db::Write& tx, const Delivery& delivery, const integrations::PushOutcome& outcome,
                        Time now);

    db::Database& db_;
    const Clock& clock_;
    LivingSessions& sessions_;
    integrations::ExpoPush* expo_;
    integrations::WebPush* web_push_;
    const Time begun_;
    // One file has one process: what was being sent before this one began, a dead one left. Many processes do not know of each
    // other, and wait.
    std::atomic<bool> looked_back_;
    std::atomic<int> sending_expo_{0};
    std::atomic<int> sending_web_{0};
    std::atomic<std::int64_t> expo_paused_until_us_{0};
    std::atomic<std::int64_t> next_expo_batch_us_{0};
};

}  // namespace grover::notifications
