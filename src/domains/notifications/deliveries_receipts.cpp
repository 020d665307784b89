// Receipts of what Expo took: whether it arrived, and what becomes of the device.
#include <algorithm>

#include "domains/notifications/deliveries_rules.hpp"
#include "sql/push.hpp"

namespace grover::notifications {
namespace {

using integrations::PushStatus;
using std::chrono::minutes;

constexpr std::chrono::hours kReceiptsGivenUpAfter{23};

// A push that the provider took, and its ticket.
struct Sent {
    DeliveryId delivery_id;
    std::string device_id;
    std::string ticket_id;
    int receipt_checks = 0;
    Time sent_at;
    std::string type;
    static constexpr auto columns = Pack{
        db::column("delivery_id", &Sent::delivery_id), db::column("device_id", &Sent::device_id),
        db::column("ticket_id", &Sent::ticket_id),     db::column("receipt_checks", &Sent::receipt_checks),
        db::column("sent_at", &Sent::sent_at),         db::column("type", &Sent::type),
    };
};

}  // namespace

void order_receipts(db::Write& tx, Time due) {
    const auto minute = due.us / 60'000'000 + 1;
    tx.enqueue_once(std::to_string(minute), CheckReceipts{}, Time{minute * 60'000'000});
}

void Deliveries::run(const CheckReceipts&) {
    if (expo_ == nullptr) return;
    constexpr auto kMost = integrations::kMostExpoReceipts;
    std::size_t asked = kMost;
    while (asked == kMost) {
        const auto due = db_.read([&](db::Read& tx) {
            return tx.list<Sent>(
                sql::push::due_receipts{.now = clock_.now(), .limit = static_cast<int>(kMost)});
        });
        asked = due.size();
        if (due.empty()) return;
        std::vector<std::string> tickets;
        for (const auto& one : due) tickets.push_back(one.ticket_id);
        const auto receipts = expo_->receipts(tickets);
        bool misconfigured = false;
        db_.write([&](db::Write& tx) {
            const Time now = clock_.now();
            misconfigured = false;
            std::vector<std::string_view> done;
            for (const auto& one : due) {
                const auto known = receipts ? receipts->find(one.ticket_id) : decltype(receipts->end()){};
                if (!receipts || known == receipts->end()) {
                    const auto checks = static_cast<std::size_t>(one.receipt_checks) + 1;
                    const Time next = checks < kReceiptsAfter.size() ? one.sent_at + kReceiptsAfter[checks]
                                                                     : now + kReceiptsAfter.back();
                    if (next > one.sent_at + kReceiptsGivenUpAfter) {
                        done.push_back(one.delivery_id.view());
                        continue;
                    }
                    const Time due_at = std::max(next, now + minutes{1});
                    tx.exec(sql::push::check_again{.receipt_at = due_at, .delivery_id = one.delivery_id});
                    order_receipts(tx, due_at);
                    continue;
                }
                const auto& outcome = known->second;
                if (outcome.status == PushStatus::unregistered) {
                    tx.exec(sql::push::remove_device{.device_id = one.device_id});
                    continue;
                }
                if (outcome.status == PushStatus::slow_down) {
                    tx.find<Time>(
                        sql::push::pause_device{.error = outcome.error,
                                                .shortest = std::chrono::microseconds{kShortestPause}.count(),
                                                .longest = std::chrono::microseconds{kLongestPause}.count(),
                                                .now = now,
                                                .device_id = one.device_id});
                } else if (outcome.status != PushStatus::sent) {
                    misconfigured = misconfigured || outcome.status == PushStatus::misconfigured;
                    tx.exec(sql::push::note_error{.error = outcome.error, .device_id = one.device_id});
                }
                done.push_back(one.delivery_id.view());
            }
            if (!done.empty()) tx.exec(sql::push::remove_deliveries{.delivery_ids = done});
        });
        if (misconfigured) expo_paused_until_us_ = (clock_.now() + kExpoPause).us;
        if (!receipts) return;
    }
}

}  // namespace grover::notifications
