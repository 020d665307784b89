// One listener and how far it is. Private to this folder. One thread or fiber at a time calls it.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"
#include "platform/jobs/feed.hpp"
#include "platform/jobs/retry.hpp"
#include "platform/jobs/run_report.hpp"

namespace grover::jobs {

class Listener {
public:
    // What it is told with one event, or with several of one type that follow each other.
    using Call = std::function<void(std::span<const StoredEventPtr>)>;
    using WriteCall = std::function<void(db::Write& tx, const StoredEvent& event)>;

    // `stored`: it has a place in the store, shared by all nodes and held by one of them at a time.
    Listener(db::Database& database, const Clock& clock, std::string name, std::string node, bool stored);

    const std::string& name() const { return name_; }
    bool is_stored() const { return stored_; }
    // `together`: it takes several at once.
    void add(std::string_view event, Call call, bool together = false);
    // What it writes commits together with its place; all calls of one listener are of one kind.
    void add_in_transaction(std::string_view event, WriteCall call);
    bool writes() const { return !write_calls_.empty(); }
    bool hears_anything() const { return !calls_.empty(); }
    void set_after_batch(std::function<void()> f) { after_batch_ = std::move(f); }
    const Call* call_for(std::string_view event) const;

    // Reads from there while that reaches back far enough.
    void set_feed(const Feed& feed) { feed_ = &feed; }

    // Where it starts, if it is new: after what has committed so far.
    void begin();

    struct Progress {
        int told = 0;
        std::optional<Time> again;  // when to call again even if nothing commits
    };
    // Tells it some of what has committed.
    Progress advance(const RetryPolicy& retry, const std::function<void(const RunReport&)>& report);

    // Stores how far it is, if that changed; with `release`, another node may go on at once.
    void save(bool release);

    // What it has heard up to. Any thread.
    std::int64_t position() const { return position_.load(std::memory_order_relaxed); }

private:
    struct Batch {
        std::vector<StoredEventPtr> events;
        std::int64_t head = 0;  // of the outbox
    };

    bool hold_lease(Time now);
    Batch read_batch();
    int batch_size() const;
    void write_effects(std::span<const StoredEventPtr> events);
    // How many of those in front were told; 0: the first one failed and is to be told again later.
    std::size_t tell(std::span<const StoredEventPtr> events, const RetryPolicy& retry,
                     const std::function<void(const RunReport&)>& report);
    void park(const StoredEvent& event, const std::string& error);
    // Runs after_batch_; false: it failed, and everything after `start` is to be told again later.
    bool finish_batch(std::int64_t start, const RetryPolicy& retry,
                      const std::function<void(const RunReport&)>& report);

    db::Database& database_;
    const Clock& clock_;
    const std::string name_;
    const std::string node_;
    const bool stored_;
    struct Told {
        Call call;
        bool together;
    };
    std::map<std::string, Told, std::less<>> calls_;
    std::map<std::string, WriteCall, std::less<>> write_calls_;
    bool may_join_ = true;  // several events in one transaction, as long as none of a batch failed
    const Feed* feed_ = nullptr;
    std::function<void()> after_batch_;

    std::atomic<std::int64_t> position_{0};
    std::int64_t saved_position_ = 0;
    Time saved_at_;
    Time lease_until_;
    Time ask_again_at_;        // for the lease that another node has
    int failed_attempts_ = 0;  // on the event after position_
    Time retry_at_;
};

}  // namespace grover::jobs
