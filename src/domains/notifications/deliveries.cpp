#include "domains/notifications/deliveries.hpp"

#include <algorithm>

#include "domains/notifications/deliveries_rules.hpp"
#include "domains/notifications/notification_types.hpp"
#include "platform/integrations/digest.hpp"
#include "platform/observability/log.hpp"
#include "platform/observability/metrics.hpp"
#include "platform/observability/reports.hpp"
#include "platform/runtime/runtime.hpp"
#include "platform/text/base64.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/push.hpp"

namespace grover::notifications {
namespace {

using integrations::PushOutcome;
using integrations::PushStatus;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds kBatchEvery{500};
constexpr std::chrono::microseconds kSlot = milliseconds{50};
constexpr int kSweptAtOnce = 500;
constexpr int kMostExpoRequests = 6;
constexpr int kMostWebRequests = 4;
constexpr std::int64_t kMostExpoPerSecond = 600;
constexpr int kWebBatch = 10;
// Longer than a batch can take, time-outs included.
constexpr minutes kAbandonedAfter{5};

// f(0) to f(count - 1), all waiting for their peers at the same time; returns when the last one did. Outside of fibers one
// after the other.
void all_at_once(std::size_t count, const std::function<void(std::size_t)>& f) {
    if (!runtime::in_fiber() || count == 1) {
        for (std::size_t i = 0; i < count; ++i) f(i);
        return;
    }
    runtime::Signal all_ended;
    std::size_t running = count;  // fibers of one thread
    for (std::size_t i = 0; i < count; ++i) {
        runtime::spawn([&, i] {
            struct End {
                runtime::Signal& all_ended;
                std::size_t& running;
                ~End() {
                    if (--running == 0) all_ended.notify();
                }
            } const end{all_ended, running};
            try {
                f(i);
            } catch (const runtime::Cancelled&) {
                throw;
            } catch (const std::exception& error) {
                log::error("push", {{"problem", reports::cause_of(error)}});
                reports::report_exception("jobs", "push", error);
            }
        });
    }
    all_ended.wait();
}

// One of a bounded number at a time; false when all are taken.
class Turn {
public:
    Turn(std::atomic<int>& taken, int most) : taken_(taken), got_(++taken_ <= most) {}
    ~Turn() { --taken_; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    explicit operator bool() const { return got_; }

private:
    std::atomic<int>& taken_;
    bool got_;
};

}  // namespace

void order_sending(db::Write& tx, std::string_view provider, Time due, Time now) {
    const SendPushes order{std::string(provider)};
    if (provider != kExpo || due > now) {
        // At the end of a slot: an order that may run already could be waiting for a slow peer, and this one would be lost in it.
        const auto slot = std::max(due, now).us / kSlot.count() + 1;
        tx.enqueue_once(order.provider + '|' + std::to_string(slot), order, Time{slot * kSlot.count()});
        return;
    }
    // A batch waits for company, but not when it is full.
    const auto slot = now.us / std::chrono::microseconds{kBatchEvery}.count() + 1;
    const Time end{slot * std::chrono::microseconds{kBatchEvery}.count()};
    tx.enqueue_once(order.provider + '|' + std::to_string(slot), order, end);
    const auto most = static_cast<int>(integrations::kMostExpoMessages);
    if (tx.value<std::int64_t>(sql::push::count_waiting{.provider = provider, .limit = most}) >= most)
        tx.enqueue_once(order.provider + "|full|" + std::to_string(slot), order, now);
}

std::string topic_of(std::string_view type, std::string_view target) {
    const auto digest = integrations::sha256(std::string(type) + '|' + std::string(target));
    return text::to_base64url(integrations::bytes_of(digest)).substr(0, 32);
}

Deliveries::Deliveries(db::Database& db, const Clock& clock, LivingSessions& sessions,
                       integrations::ExpoPush* expo, integrations::WebPush* web_push)
    : db_(db),
      clock_(clock),
      sessions_(sessions),
      expo_(expo),
      web_push_(web_push),
      begun_(clock.now()),
      looked_back_(db.engine() != db::Engine::sqlite) {}

void Deliveries::run(const SendPushes& job) {
    const bool is_expo = job.provider == kExpo;
    if (is_expo ? expo_ == nullptr : web_push_ == nullptr) return;
    const Turn turn(is_expo ? sending_expo_ : sending_web_, is_expo ? kMostExpoRequests : kMostWebRequests);
    if (!turn) return;  // those who send go on until nothing is due
    while (true) {
        const Time now = clock_.now();
        if (is_expo && expo_paused_until_us_ > now.us) {
            const Time until{expo_paused_until_us_};
            db_.write([&](db::Write& tx) { order_sending(tx, job.provider, until, now); });
            return;
        }
        const auto batch =
            begin(job.provider, is_expo ? static_cast<int>(integrations::kMostExpoMessages) : kWebBatch);
        if (!batch) return;
        if (batch->empty()) continue;
        if (is_expo) keep_rate(batch->size());
        record(*batch, send(job.provider, *batch));
    }
}

void Deliveries::keep_rate(std::size_t messages) {
    const auto cost = static_cast<std::int64_t>(messages) * 1'000'000 / kMostExpoPerSecond;
    const auto now =
        std::chrono::duration_cast<std::chrono::microseconds>(runtime::Steady::now().time_since_epoch())
            .count();
    auto free_at = next_expo_batch_us_.load();
    while (!next_expo_batch_us_.compare_exchange_weak(free_at, std::max(free_at, now) + cost)) {
    }
    if (free_at > now) runtime::sleep_for(std::chrono::microseconds{free_at - now});
}

std::optional<std::vector<Deliveries::Delivery>> Deliveries::begin(std::string_view provider, int limit) {
    std::optional<std::vector<Delivery>> batch;
    std::vector<std::pair<std::string, std::string_view>> dropped;
    const bool looks_back = !looked_back_;
    db_.write([&](db::Write& tx) {
        const Time now = clock_.now();
        batch.reset();
        dropped.clear();
        if (looks_back) give_up_abandoned(tx, begun_);
        auto due =
            tx.list<Delivery>(sql::push::due_deliveries{.provider = provider, .now = now, .limit = limit});
        if (due.empty()) return;
        batch.emplace();
        // Who logged out a moment ago hears nothing more, whether or not that event was told yet.
        std::vector<SessionId> asked;
        for (const auto& one : due) asked.push_back(one.session_id);
        const auto living = sessions_.living(tx, asked);
        std::vector<std::string_view> gone;
        std::vector<Delivery> wanted;
        for (auto& one : due) {
            if (std::ranges::find(living, one.session_id) == living.end()) {
                tx.exec(sql::push::remove_device{.device_id = one.device_id});
                dropped.emplace_back(one.type, "logged_out");
            } else if (!one.is_wanted || one.expires_at <= now) {
                gone.push_back(one.delivery_id.view());
                dropped.emplace_back(one.type, one.is_wanted ? "expired" : "read");
            } else {
                wanted.push_back(one);
            }
        }
        if (!gone.empty()) tx.exec(sql::push::remove_deliveries{.delivery_ids = gone});
        if (wanted.empty()) return;
        const auto begun = tx.list<DeliveryId>(
            sql::push::begin_sending{.now = now, .delivery_ids = db::ids_of(wanted, &Delivery::delivery_id)});
        for (auto& one : wanted) {
            if (std::ranges::find(begun, one.delivery_id) == begun.end())
                continue;  // another node was faster
            ++one.attempts;
            if (!one.first_attempt_at) one.first_attempt_at = now;
            batch->push_back(std::move(one));
        }
    });
    looked_back_ = true;
    for (const auto& [type, status] : dropped) count_push(provider, type, status);
    return batch;
}

std::vector<PushOutcome> Deliveries::send(std::string_view provider, std::span<const Delivery> batch) {
    const Time now = clock_.now();
    if (provider != kExpo) {
        // Each device has a push service of its own choice: a slow one holds up no other.
        std::vector<PushOutcome> outcomes(batch.size(), {.status = PushStatus::unknown});
        all_at_once(batch.size(), [&](std::size_t i) { outcomes[i] = send_web(batch[i], now); });
        return outcomes;
    }
    std::vector<integrations::ExpoMessage> messages;
    for (const auto& one : batch) {
        const auto type = type_named(one.type);
        messages.push_back({.to = one.token,
                            .title = one.title,
                            .body = one.body,
                            .data = one.data,
                            .channel = std::string(facts_of(type.value_or(Type::system)).channel),
                            .badge = one.badge,
                            .high_priority = type && facts_of(*type).high_priority,
                            .time_to_live = std::chrono::ceil<seconds>(one.expires_at - now)});
    }
    return expo_->send(messages);
}

PushOutcome Deliveries::send_web(const Delivery& delivery, Time now) {
    const auto type = type_named(delivery.type);
    const auto payload = [&](std::string_view body) {
        std::string json = "{\"title\":";
        wire::append_string(json, delivery.title);
        json += ",\"body\":";
        wire::append_string(json, body);
        json += ",\"icon\":null,\"badge\":null,\"tag\":";
        wire::append_string(json, delivery.topic);
        json += ",\"data\":" + delivery.data;
        return json += '}';
    };
    integrations::WebPushMessage message{
        .payload = payload(delivery.body),
        .time_to_live = std::chrono::ceil<seconds>(delivery.expires_at - now),
        .urgent = type && facts_of(*type).high_priority,
        .topic = delivery.topic};
    const integrations::WebPushSubscription subscription{.endpoint = delivery.token,
                                                         .p256dh = delivery.p256dh.value_or(""),
                                                         .auth = delivery.auth.value_or("")};
    auto outcome = web_push_->send(subscription, message);
    if (outcome.status != PushStatus::too_big) return outcome;
    message.payload = payload("");
    return web_push_->send(subscription, message);
}

void Deliveries::give_up_abandoned(db::Write& tx, Time before) {
    const auto abandoned = tx.list<DeliveryId>(sql::push::abandoned{.before = before, .limit = kSweptAtOnce});
    if (!abandoned.empty()) tx.exec(sql::push::remove_deliveries{.delivery_ids = db::ids_of(abandoned)});
}

void Deliveries::sweep() {
    const Time now = clock_.now();
    std::int64_t waiting = 0;
    db_.write([&](db::Write& tx) {
        give_up_abandoned(tx, now - kAbandonedAfter);
        waiting = 0;
        for (const auto provider : {kExpo, kWebPush}) {
            const auto due = tx.find<Time>(sql::push::next_due_delivery{.provider = provider});
            if (due && *due < now - seconds{5})
                tx.enqueue_once(std::string(provider) + "|lost", SendPushes{std::string(provider)}, now);
            waiting +=
                tx.value<std::int64_t>(sql::push::count_waiting{.provider = provider, .limit = 100'000});
        }
        order_receipts(tx, now);
    });
    static const auto depth =
        metrics::gauge("grover_push_queue_depth", "Pushes that wait for their provider.");
    depth.set(static_cast<double>(waiting));
}

}  // namespace grover::notifications
