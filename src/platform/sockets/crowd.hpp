// How many sockets there are of each user and address on this node, and which guests came first (contract/realtime.md §4,
// §10). Any thread. A lock of one of 64 shards is held for nanoseconds, at the begin and the end of a connection only.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/base/id.hpp"

namespace grover::sockets {

inline constexpr int kMostSocketsOfUser = 20;
inline constexpr int kMostSocketsOfAddress = 200;
inline constexpr std::size_t kMostGuestsOfAddress = 20;

class Crowd {
public:
    struct Verdict {
        bool admitted = false;
        std::string evicted;  // the guest that has to make room, to be closed
    };
    // `user` empty: a guest. Whoever is admitted leaves one day, with the same arguments.
    Verdict enter(const UserId& user, std::string_view address, std::string_view socket_id);
    void leave(const UserId& user, std::string_view address, std::string_view socket_id);
    // A guest that proved to be a user. False: that one has too many.
    bool promote(const UserId& user, std::string_view address, std::string_view socket_id);

    bool is_connected(const UserId& user) const;
    // No user has a socket here.
    bool is_empty() const { return connected_.load(std::memory_order_relaxed) == 0; }
    std::vector<UserId> users() const;

private:
    struct OfAddress {
        int sockets = 0;
        std::deque<std::string> guests;  // oldest first
    };
    template <class Value>
    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<std::string, Value> map;
    };
    template <class Value>
    using Shards = std::array<Shard<Value>, 64>;
    template <class Shards>
    static auto& shard_of(Shards& shards, std::string_view key) {
        return shards[std::hash<std::string_view>{}(key) % shards.size()];
    }

    bool add_user(const UserId& user);
    void remove_user(const UserId& user);

    std::atomic<int> connected_{0};  // users' sockets
    Shards<int> users_;
    Shards<OfAddress> addresses_;
};

}  // namespace grover::sockets
