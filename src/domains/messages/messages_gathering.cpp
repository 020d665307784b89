#include "domains/messages/messages_gathering.hpp"

#include <algorithm>
#include <exception>

#include "platform/base/error.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::messages {
namespace {

// While one waits for its commit the next one is on its way.
constexpr int kTransactions = 2;
constexpr std::size_t kMost = 64;

bool has_claim() {
    const auto* work = log::current_context();
    return work != nullptr && work->claim != nullptr;
}

// Nothing of the transaction happened, and each message of it may be tried by itself.
bool is_refusal(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const Error& refused) {
        return refused.kind != ErrorKind::database_error;
    } catch (const db::AlreadyExists&) {
        return true;
    } catch (const db::MissingReference&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace

// Lives on the stack of the fiber that waits.
struct Gathering::Waiter {
    Order order;
    std::optional<Sent> sent{};
    std::exception_ptr error{};  // neither: it is to be sent alone
    runtime::Signal done{};
};

// What is addressed by its chat and needs nothing but its row; what has a key is noted in a transaction of its own.
bool Gathering::gathers(const Outgoing& out) const {
    return db_.engine() == db::Engine::postgres && runtime::in_fiber() && out.row.is_plain() &&
           !out.receiver_id && !out.group_id && !has_claim();
}

Sent Gathering::send(const Caller& me, const Outgoing& out) {
    if (!gathers(out)) return send_alone({me, out});
    Waiter waiter{.order = {me, out}};
    bool begin = false;
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(&waiter);
        begin = working_ < kTransactions;
        if (begin) ++working_;
    }
    if (begin) runtime::spawn([this] { work(); });
    waiter.done.wait();
    if (waiter.error) std::rethrow_exception(waiter.error);
    return waiter.sent ? std::move(*waiter.sent) : send_alone(waiter.order);
}

Sent Gathering::send_alone(const Order& order) {
    return db_.write([&](db::Write& tx) { return std::move(send_all_(tx, std::span(&order, 1)).front()); });
}

// In a fiber of its own: a client that goes away takes nobody's message with it.
void Gathering::work() {
    for (auto waiters = take(); !waiters.empty(); waiters = take()) {
        std::exception_ptr error;
        try {
            send_together(waiters);
        } catch (...) {
            error = std::current_exception();
        }
        if (waiters.size() > 1 && error && is_refusal(error)) error = nullptr;
        const runtime::NotifyBatch batch;
        for (auto* waiter : waiters) {
            waiter->error = error;
            waiter->done.notify();
        }
    }
}

// The next ones, each by another sender to another chat. Nothing: this fiber is not needed any more.
std::vector<Gathering::Waiter*> Gathering::take() {
    const std::lock_guard lock(mutex_);
    std::vector<Waiter*> taken;
    for (auto next = waiting_.begin(); next != waiting_.end() && taken.size() < kMost;) {
        const auto& order = (*next)->order;
        const bool must_wait = std::ranges::any_of(taken, [&](const Waiter* other) {
            return other->order.me.id == order.me.id ||
                   other->order.out.conversation_id == order.out.conversation_id;
        });
        if (must_wait) {
            ++next;
        } else {
            taken.push_back(*next);
            next = waiting_.erase(next);
        }
    }
    if (taken.empty()) --working_;
    return taken;
}

void Gathering::send_together(std::span<Waiter* const> waiters) {
    std::vector<Order> orders;
    for (const auto* waiter : waiters) orders.push_back(waiter->order);
    auto sent = db_.write([&](db::Write& tx) { return send_all_(tx, orders); });
    for (std::size_t i = 0; i < waiters.size(); ++i) waiters[i]->sent = std::move(sent[i]);
}

}  // namespace grover::messages
