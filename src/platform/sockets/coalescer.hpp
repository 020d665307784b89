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
        auto& state = *state_;
        const Time now = state.hub.clock().now();
        const std::lock_guard lock(state.mutex);
        auto& due = state.keys.try_emplace(key, Due{now, false}).first->second;
        due.changed = true;
        arm(state_, std::max(due.at, now), now);
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
    };

    static void arm(const std::shared_ptr<State>& state, Time at, Time now) {
        if (at >= state->armed_for) return;
        state->armed_for = at;
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(at - now);
        state->hub.after(std::max(wait, std::chrono::milliseconds{0}), [state] { run(state); });
    }

    static void run(const std::shared_ptr<State>& state) {
        std::vector<Key> due;
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
            if (next != Time{INT64_MAX}) arm(state, next, now);
        }
        if (!due.empty()) state->flush(due);
    }

    std::shared_ptr<State> state_;
};

}  // namespace grover::sockets
