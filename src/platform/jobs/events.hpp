// Events after their commit: what a transaction published (db::Write::publish) is told to listeners, in
// order, at least once, soon. A listener that hears an event twice must change nothing the second time.
//
//     events.on<CommentCreated>("metrics", [&](const CommentCreated& event) { comments.add(); });
//
// Each listener hears its events one after the other; listeners do not wait for each other. A listener that
// throws is called again with the same event, later and later, and everything behind it waits; after the last
// attempt the event is parked in the table parked_events and the next one follows.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
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
#include "platform/wire/json_in.hpp"

namespace grover::jobs {

class Listener;

struct ParkedEvent {
    std::string listener;
    std::int64_t position = 0;
    std::string name;
    std::string payload;
    int attempts = 0;
    std::string error;
    Time parked_at;
};

// Registering is for the start, by one thread, before anything runs; the rest is for any thread.
class Events {
public:
    Events(db::Database& database, const Clock& clock, std::string node,
           std::function<void(const RunReport&)> report);
    ~Events();

    // Of all nodes one tells the listener of each event. It has a place in the store from now on: what is
    // published while the server is down is told when it is up. A listener may be given for several events,
    // with one name.
    template <class E>
    void on(std::string_view listener, std::function<void(const E&)> f) {
        add(listener, E::name, Reach::one_node, one_by_one<E>(std::move(f)), false);
    }

    // The same for a listener that asks or writes something for each event: it hears those of this type that follow each other
    // together. When it throws, it hears them again one by one.
    template <class E>
    void on_together(std::string_view listener, std::function<void(const std::vector<E>&)> f) {
        add(listener, E::name, Reach::one_node, all_at_once<E>(std::move(f)), true);
    }

    // The same as on(), but what `f` writes commits together with the listener's place: each event has its effect exactly once,
    // and a burst of events costs few commits. `f` keeps the rules of db::Database::write().
    template <class E>
    void on_in_transaction(std::string_view listener, std::function<void(db::Write&, const E&)> f) {
        add_in_transaction(listener, E::name, [f = std::move(f)](db::Write& tx, const StoredEvent& event) {
            f(tx, event.as<E>());
        });
    }

    // No listener: `f` runs inside the transaction that publishes the event. What it writes commits with the cause or not at
    // all, and is there for whoever reads after the answer; what it throws undoes the cause. Several for one event run in the
    // order they were given. `f` keeps the rules of db::Database::write(), and is quick: the cause's rows are locked.
    template <class E>
    void on_publish(std::function<void(db::Write&, const E&)> f) {
        effects_[std::string(E::name)].push_back(
            [f = std::move(f)](db::Write& tx, const void* event) { f(tx, *static_cast<const E*>(event)); });
    }

    // Every node tells its own listener, for what each keeps in memory. It hears what commits from now on and
    // remembers nothing over a restart: register first, then load the tables, and an event may be older than
    // what was loaded.
    template <class E>
    void on_every_node(std::string_view listener, std::function<void(const E&)> f) {
        add(listener, E::name, Reach::every_node, one_by_one<E>(std::move(f)), false);
    }
    // The same for a listener that reads something for each event: it hears those of this type that follow each other
    // together, and so can read for all of them at once. When it throws, it hears them again one by one.
    template <class E>
    void on_every_node_together(std::string_view listener, std::function<void(const std::vector<E>&)> f) {
        add(listener, E::name, Reach::every_node, all_at_once<E>(std::move(f)), true);
    }

    // `f` runs after each batch of events that the listener heard, before its place is stored: for a listener that gathers
    // what it hears and stores it together. When `f` throws, the whole batch is told again later.
    void after_batch(std::string_view listener, std::function<void()> f);

    // Failing listeners are called again by these rules. Before the first event.
    void set_retry(const RetryPolicy& policy) { retry_ = policy; }

    bool listens_to(std::string_view event_name) const;
    // What on_publish() was given for this event.
    void take_effects(db::Write& tx, std::string_view event_name, const void* event) const;

    // For operators. retry() tells the listener at once, on this thread, and forgets the event if that
    // succeeds; what the listener throws is thrown. drop() forgets it.
    std::vector<ParkedEvent> parked(int limit);
    void retry(std::string_view listener, std::int64_t position);
    void drop(std::string_view listener, std::int64_t position);

    // Committed events that some listener has not heard.
    std::int64_t waiting();

private:
    friend class Background;
    enum class Reach : std::uint8_t { one_node, every_node };
    using Call = std::function<void(std::span<const StoredEventPtr>)>;

    template <class E>
    static Call one_by_one(std::function<void(const E&)> f) {
        return [f = std::move(f)](std::span<const StoredEventPtr> events) {
            for (const auto& event : events) f(event->as<E>());
        };
    }
    template <class E>
    static Call all_at_once(std::function<void(const std::vector<E>&)> f) {
        return [f = std::move(f)](std::span<const StoredEventPtr> events) {
            std::vector<E> out;
            out.reserve(events.size());
            for (const auto& event : events) out.push_back(event->as<E>());
            f(out);
        };
    }
    using WriteCall = std::function<void(db::Write& tx, const StoredEvent& event)>;
    using Effect = std::function<void(db::Write& tx, const void* event)>;
    void add(std::string_view listener, std::string_view event, Reach reach, Call call, bool together);
    void add_in_transaction(std::string_view listener, std::string_view event, WriteCall call);
    Listener& find_or_begin(std::string_view listener, bool stored);
    // PostgreSQL: gives events that committed their place in the order. Whether there were any.
    bool put_in_order();
    // Forgets what all listeners have heard.
    void remove_heard();
    // Everything that can be heard now, on this thread. The number of events told.
    int tell_all();

    db::Database& database_;
    const Clock& clock_;
    const std::string node_;
    std::function<void(const RunReport&)> report_;
    RetryPolicy retry_{.attempts = 8,
                       .first_delay = std::chrono::milliseconds{200},
                       .longest_delay = std::chrono::seconds{30}};
    std::vector<std::unique_ptr<Listener>> listeners_;
    Feed feed_;
    std::vector<std::string> event_names_;  // sorted: what listens_to() asks
    std::map<std::string, std::vector<Effect>, std::less<>> effects_;
};

}  // namespace grover::jobs
