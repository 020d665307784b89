#include "platform/jobs/listener.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "platform/jobs/run_guarded.hpp"
#include "sql/events.hpp"

namespace grover::jobs {
namespace {

constexpr std::chrono::seconds kLease{15};
// While another node has the lease it is asked for this often, whatever commits meanwhile.
constexpr std::chrono::seconds kAskAgain{1};
// A place is stored this often at most: after a crash, what was heard since is heard again.
constexpr std::chrono::milliseconds kSaveInterval{50};
constexpr int kBatch = 128;
// Of a listener that gathers.
constexpr int kLargeBatch = 20'000;
constexpr int kJoinedBatch = 1'000;  // of listeners that hear several events together
// In one transaction: SQLite has one writer, a longer one would hold the requests up.
constexpr std::size_t kTogether = 32;

}  // namespace

Listener::Listener(db::Database& database, const Clock& clock, std::string name, std::string node,
                   bool stored)
    : database_(database), clock_(clock), name_(std::move(name)), node_(std::move(node)), stored_(stored) {}

void Listener::add(std::string_view event, Call call, bool together) {
    calls_.emplace(std::string(event), Told{std::move(call), together});
}

void Listener::add_in_transaction(std::string_view event, WriteCall call) {
    // Told outside the order, when it was parked.
    add(event, [this, call](std::span<const StoredEventPtr> events) {
        for (const auto& one : events) database_.write([&](db::Write& tx) { call(tx, *one); });
    });
    write_calls_.emplace(std::string(event), std::move(call));
}

const Listener::Call* Listener::call_for(std::string_view event) const {
    const auto found = calls_.find(event);
    return found == calls_.end() ? nullptr : &found->second.call;
}

void Listener::begin() {
    if (stored_) {
        database_.write(
            [&](db::Write& tx) { tx.exec(sql::events::add_listener{.name = name_, .now = clock_.now()}); });
    } else {
        position_ = database_.read([](db::Read& tx) { return tx.value<std::int64_t>(sql::events::head{}); });
    }
}

bool Listener::hold_lease(Time now) {
    // One file has one process, which may be the successor of one that died a moment ago.
    const bool alone = database_.engine() == db::Engine::sqlite;
    if (lease_until_ != Time{} && (alone || now + kLease / 3 < lease_until_)) return true;
    if (lease_until_ == Time{} && now < ask_again_at_) return false;
    const Time until = now + kLease;
    const auto position = database_.write([&](db::Write& tx) {
        return tx.find<std::int64_t>(sql::events::take_lease{
            .owner = node_, .until = until, .name = name_, .now = alone ? Time{INT64_MAX} : now});
    });
    if (!position) {
        lease_until_ = {};
        ask_again_at_ = now + kAskAgain;
        return false;
    }
    if (lease_until_ == Time{}) {
        position_ = *position;
        saved_position_ = *position;
        failed_attempts_ = 0;
        retry_at_ = {};
    }
    lease_until_ = until;
    return true;
}

Listener::Batch Listener::read_batch() {
    std::vector<std::string_view> names;
    for (const auto& [name, call] : calls_) names.push_back(name);
    if (feed_ != nullptr) {
        if (auto slice = feed_->after(position(), names, static_cast<std::size_t>(batch_size())))
            return {std::move(slice->events), slice->complete_to};
    }
    return database_.read([&](db::Read& tx) {
        Batch batch;
        batch.head = tx.value<std::int64_t>(sql::events::head{});
        if (batch.head <= position()) return batch;
        tx.each(sql::events::after_position{.position = position(), .names = names, .limit = batch_size()},
                [&](const db::Row& row) { batch.events.push_back(stored_event(row)); });
        return batch;
    });
}

Listener::Progress Listener::advance(const RetryPolicy& retry,
                                     const std::function<void(const RunReport&)>& report) {
    Time now = clock_.now();
    if (stored_ && !hold_lease(now)) return {.again = ask_again_at_};
    if (retry_at_ > now) return {.again = std::min(retry_at_, now + kLease / 3)};

    Progress progress;
    const auto start = position();
    may_join_ = true;
    const Batch batch = read_batch();
    for (std::span<const StoredEventPtr> left(batch.events); !left.empty();) {
        const auto told = tell(left, retry, report);
        if (told == 0) {
            // What was gathered of this batch is not stored yet: after a crash it has to be heard again.
            if (!after_batch_) save(false);
            progress.again = std::min(retry_at_, now + kLease / 3);
            return progress;
        }
        position_ = left[told - 1]->position;
        progress.told += static_cast<int>(told);
        left = left.subspan(told);
    }
    if (progress.told > 0 && after_batch_ && !finish_batch(start, retry, report)) {
        progress.again = std::min(retry_at_, now + kLease / 3);
        return progress;
    }
    now = clock_.now();
    if (batch.events.size() == static_cast<std::size_t>(batch_size())) {
        progress.again = now;
    } else {
        position_ = std::max(position(), batch.head);
    }
    if (!stored_) return progress;
    if (position() != saved_position_ && now >= saved_at_ + kSaveInterval) save(false);
    if (!progress.again)
        progress.again =
            position() != saved_position_
                ? saved_at_ + kSaveInterval
                // Never at once: who has nothing to say would ask for ever, and nobody else had the thread.
                : std::max(lease_until_ - kLease / 2, now + std::chrono::seconds{1});
    return progress;
}

std::size_t Listener::tell(std::span<const StoredEventPtr> events, const RetryPolicy& retry,
                           const std::function<void(const RunReport&)>& report) {
    const auto& first = *events.front();
    const auto found = calls_.find(first.name);
    if (found == calls_.end()) return 1;
    std::size_t count = 1;
    // One that failed is told alone, so that it alone is parked.
    if (found->second.together && failed_attempts_ == 0) {
        while (count < events.size() && events[count]->name == first.name) ++count;
    }
    RunReport run{.kind = RunReport::Kind::listener, .name = name_, .attempt = failed_attempts_ + 1};
    if (const auto joined = std::min(kTogether, events.size());
        writes() && may_join_ && failed_attempts_ == 0 && joined > 1) {
        may_join_ = run_guarded([&] { write_effects(events.first(joined)); }, run.duration).empty();
        if (may_join_) {
            if (report) report(run);
            return joined;
        }
    }
    const std::string error = run_guarded(
        [&] {
            if (writes()) {
                write_effects(events.first(1));
            } else {
                found->second.call(events.first(count));
            }
        },
        run.duration);
    if (!error.empty()) {
        ++failed_attempts_;
        run.error = error;
        run.parked = failed_attempts_ >= retry.attempts;
    }
    if (report) report(run);
    if (error.empty()) {
        failed_attempts_ = 0;
        return count;
    }
    if (!run.parked) {
        retry_at_ = clock_.now() + retry.delay_after(failed_attempts_);
        return 0;
    }
    park(first, error);
    failed_attempts_ = 0;
    return 1;
}

void Listener::write_effects(std::span<const StoredEventPtr> events) {
    const auto last = events.back()->position;
    const Time until = clock_.now() + kLease;
    database_.write([&](db::Write& tx) {
        for (const auto& event : events) {
            const auto call = write_calls_.find(event->name);
            if (call != write_calls_.end()) call->second(tx, *event);
        }
        const auto saved = tx.exec(
            sql::events::save_position{.position = last, .until = until, .name = name_, .owner = node_});
        if (saved == 0) throw std::runtime_error("another node tells this listener");
    });
    saved_position_ = last;
    saved_at_ = clock_.now();
    lease_until_ = until;
}

int Listener::batch_size() const {
    const bool together = std::ranges::any_of(calls_, [](const auto& call) { return call.second.together; });
    return after_batch_ ? kLargeBatch : together ? kJoinedBatch : kBatch;
}

bool Listener::finish_batch(std::int64_t start, const RetryPolicy& retry,
                            const std::function<void(const RunReport&)>& report) {
    RunReport run{.kind = RunReport::Kind::listener, .name = name_, .attempt = failed_attempts_ + 1};
    const std::string error = run_guarded(after_batch_, run.duration);
    run.error = error;
    if (report) report(run);
    if (error.empty()) {
        failed_attempts_ = 0;
        return true;
    }
    ++failed_attempts_;
    position_ = start;
    retry_at_ = clock_.now() + retry.delay_after(failed_attempts_);
    return false;
}

void Listener::park(const StoredEvent& event, const std::string& error) {
    database_.write([&](db::Write& tx) {
        tx.exec(sql::events::park{.listener = name_,
                                  .position = event.position,
                                  .name = event.name,
                                  .payload = event.payload,
                                  .attempts = failed_attempts_,
                                  .error = error,
                                  .now = clock_.now()});
    });
}

void Listener::save(bool release) {
    if (!stored_ || lease_until_ == Time{}) return;
    const Time now = clock_.now();
    if (position() == saved_position_ && !release) return;
    const Time until = release ? now : now + kLease;
    const auto saved = database_.write([&](db::Write& tx) {
        return tx.exec(sql::events::save_position{
            .position = position(), .until = until, .name = name_, .owner = node_});
    });
    saved_position_ = position();
    saved_at_ = now;
    // Nothing saved: this node was away for so long that another one took over.
    lease_until_ = saved > 0 && !release ? until : Time{};
}

}  // namespace grover::jobs
