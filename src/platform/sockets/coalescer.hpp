// At most one event per key and interval, and the last value always sent: counters that change faster than anybody reads.
//
//     Coalescer<PostId> reactions{hub, std::chrono::seconds{1}, [&](const std::vector<PostId>& posts) { …one batched read,
//                                                                emit to each post's room… }};
//     events.on_every_node<PostReacted>("posts.sockets", [&](const PostReacted& event) {
//         if (hub.has_members(Room::post(event.post_id))) reactions.touch(event.post_id);
//     });
//
// `flush` gets all keys that are due, reads what is true then, and emits it. What it throws loses this flush of these keys.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "platform/sockets/hub.hpp"

namespace grover::sockets {

template <class Key>
class Coalescer {
public:
    using Flush = std::function<void(const std::vector<Key>&)>;

    // The hub outlives it, and `flush` may be called once more after its end only if the hub's fibers still run.
    Coalescer(Hub& hub, std::chrono::milliseconds interval, Flush flush)
        : state_(std::make_shared<State>(hub, interval, std::move(flush))) {}

    // Any thread.
    void touch(const Key& key) {
        const Time now = state_->hub.clock().now();
        std::optional<std::chrono::milliseconds> wait;
        {
            const std::lock_guard lock(state_->mutex);
            auto& due = state_->keys.try_emplace(key, Due{now, false}).first->second;
            due.changed = true;
            wait = state_->arm(std::max(due.at, now), now);
        }
        call_after(state_, wait);
    }

private:
    struct Due {
        Time at;  // not flushed before
        bool changed;
    };
    struct State {
        State(Hub& h, std::chrono::milliseconds i, Flush f) : hub(h), interval(i), flush(std::move(f)) {}
        Hub& hub;
        const std::chrono::milliseconds interval;
        const Flush flush;
        std::mutex mutex;
        std::map<Key, Due> keys;
        Time armed_for{INT64_MAX};

        // How long until it has to be looked at, if nobody waits for that already.
        std::optional<std::chrono::milliseconds> arm(Time at, Time now) {
            if (at >= armed_for) return std::nullopt;
            armed_for = at;
            return std::max(std::chrono::ceil<std::chrono::milliseconds>(at - now),
                            std::chrono::milliseconds{0});
        }
    };

    // Never under the lock: what is due runs at once.
    static void call_after(const std::shared_ptr<State>& state,
                           std::optional<std::chrono::milliseconds> wait) {
        if (wait) state->hub.after(*wait, [state] { run(state); });
    }

    static void run(const std::shared_ptr<State>& state) {
        std::vector<Key> due;
        std::optional<std::chrono::milliseconds> wait;
        {
            const std::lock_guard lock(state->mutex);
            const Time now = state->hub.clock().now();
            state->armed_for = Time{INT64_MAX};
            Time next{INT64_MAX};
            for (auto it = state->keys.begin(); it != state->keys.end();) {
                auto& entry = it->second;
                if (entry.at <= now && !entry.changed) {
                    it = state->keys.erase(it);
                    continue;
                }
                if (entry.at <= now) {
                    due.push_back(it->first);
                    entry = {now + state->interval, false};
                }
                // Also unchanged ones: their turn is to be forgotten.
                next = std::min(next, entry.at);
                ++it;
            }
            if (next != Time{INT64_MAX}) wait = state->arm(next, now);
        }
        call_after(state, wait);
        if (!due.empty()) state->flush(due);
    }

    std::shared_ptr<State> state_;
};

}  // namespace grover::sockets
