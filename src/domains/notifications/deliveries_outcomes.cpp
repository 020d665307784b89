// What providers answered to pushes: done, tried again, or given up.
#include <algorithm>
#include <random>

#include "domains/notifications/deliveries_rules.hpp"
#include "platform/observability/log.hpp"
#include "platform/observability/metrics.hpp"
#include "sql/push.hpp"

namespace grover::notifications {
namespace {

using integrations::PushOutcome;
using integrations::PushStatus;
using std::chrono::seconds;

constexpr std::array<seconds, 5> kDelays{seconds{1}, seconds{4}, seconds{16}, seconds{64}, seconds{256}};
constexpr seconds kUnknownRepeatedFor{60};

std::string_view name_of(PushStatus status) {
    constexpr std::array<std::string_view, 8> kNames{"sent",    "unregistered",  "slow_down", "too_big",
                                                     "refused", "misconfigured", "failed",    "unknown"};
    return kNames[static_cast<std::size_t>(status)];
}

// ±20 %, so that what failed together does not come back together.
std::chrono::microseconds with_jitter(seconds delay) {
    thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_real_distribution<double> factor(0.8, 1.2);
    return std::chrono::microseconds{
        static_cast<std::int64_t>(static_cast<double>(delay.count()) * 1e6 * factor(random))};
}

}  // namespace

void count_push(std::string_view provider, std::string_view type, std::string_view status) {
    metrics::counter(
        "grover_push_sent_total", "Pushes, by what became of them.",
        {{"provider", std::string(provider)}, {"type", std::string(type)}, {"status", std::string(status)}})
        .add();
}

void Deliveries::record(std::span<const Delivery> batch, std::span<const PushOutcome> outcomes) {
    bool misconfigured = false;
    db_.write([&](db::Write& tx) {
        const Time now = clock_.now();
        misconfigured = false;
        std::vector<std::string_view> done;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto& one = batch[i];
            const auto& outcome = outcomes[i];
            if (outcome.status != PushStatus::sent) {
                misconfigured = misconfigured || outcome.status == PushStatus::misconfigured;
                record_failure(tx, one, outcome, now);
                continue;
            }
            tx.exec(sql::push::end_pause{.device_id = one.device_id});
            if (outcome.ticket_id.empty()) {
                done.push_back(one.delivery_id.view());
            } else {
                const Time receipt = now + kReceiptsAfter.front();
                tx.exec(sql::push::mark_sent{.now = now,
                                             .ticket_id = outcome.ticket_id,
                                             .receipt_at = receipt,
                                             .delivery_id = one.delivery_id});
                order_receipts(tx, receipt);
            }
        }
        if (!done.empty()) tx.exec(sql::push::remove_deliveries{.delivery_ids = done});
    });
    static const auto latency = metrics::histogram("grover_push_latency_seconds",
                                                   "From the decision to push to the provider's answer.");
    for (std::size_t i = 0; i < batch.size(); ++i) {
        count_push(batch[i].provider, batch[i].type, name_of(outcomes[i].status));
        if (outcomes[i].status == PushStatus::sent) latency.observe(clock_.now() - batch[i].created_at);
    }
    if (misconfigured) {
        expo_paused_until_us_ = (clock_.now() + kExpoPause).us;
        log::error("push", {{"problem", "the push provider does not take the credentials; paused"}});
    }
}

void Deliveries::record_failure(db::Write& tx, const Delivery& one, const PushOutcome& outcome, Time now) {
    const auto drop = [&] {
        const std::vector<std::string_view> id{one.delivery_id.view()};
        tx.exec(sql::push::remove_deliveries{.delivery_ids = id});
    };
    const auto again_at = [&](Time due) {
        tx.exec(sql::push::retry_delivery{.due_at = due, .delivery_id = one.delivery_id});
        order_sending(tx, one.provider, due, now);
    };
    switch (outcome.status) {
        case PushStatus::unregistered:
            tx.exec(sql::push::remove_device{.device_id = one.device_id});
            return;
        case PushStatus::slow_down: {
            const auto until = tx.find<Time>(
                sql::push::pause_device{.error = outcome.error,
                                        .shortest = std::chrono::microseconds{kShortestPause}.count(),
                                        .longest = std::chrono::microseconds{kLongestPause}.count(),
                                        .now = now,
                                        .device_id = one.device_id});
            if (!until) return;
            again_at(*until);
            tx.exec(sql::push::postpone_device{.until = *until, .device_id = one.device_id});
            return;
        }
        case PushStatus::misconfigured:
            return again_at(now + kExpoPause);
        case PushStatus::failed:
        case PushStatus::unknown: {
            tx.exec(sql::push::note_error{.error = outcome.error, .device_id = one.device_id});
            if (one.attempts > static_cast<int>(kDelays.size())) return drop();
            const auto delay = kDelays[static_cast<std::size_t>(one.attempts - 1)];
            const Time due = now + (outcome.retry_after ? std::chrono::microseconds{*outcome.retry_after}
                                                        : with_jitter(delay));
            // It may have arrived: not again when the receiver would take the second for another one.
            const bool too_late = outcome.status == PushStatus::unknown &&
                                  due > one.first_attempt_at.value_or(now) + kUnknownRepeatedFor;
            if (too_late || due >= one.expires_at) return drop();
            return again_at(due);
        }
        default:
            tx.exec(sql::push::note_error{.error = outcome.error, .device_id = one.device_id});
            return drop();
    }
}

}  // namespace grover::notifications
