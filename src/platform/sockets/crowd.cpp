#include "platform/sockets/crowd.hpp"

#include <algorithm>

namespace grover::sockets {

Crowd::Verdict Crowd::enter(const UserId& user, std::string_view address, std::string_view socket_id) {
    if (!user.empty() && !add_user(user)) return {};
    Verdict verdict{.admitted = true};
    {
        auto& shard = shard_of(addresses_, address);
        const std::lock_guard lock(shard.mutex);
        auto& of_address = shard.map[std::string(address)];
        const bool full = of_address.sockets >= kMostSocketsOfAddress ||
                          (user.empty() && of_address.guests.size() >= kMostGuestsOfAddress);
        if (full && of_address.guests.empty()) {
            verdict.admitted = false;
        } else {
            if (full) {
                // It is counted until it has left.
                verdict.evicted = std::move(of_address.guests.front());
                of_address.guests.pop_front();
            }
            ++of_address.sockets;
            if (user.empty()) of_address.guests.emplace_back(socket_id);
        }
    }
    if (!verdict.admitted && !user.empty()) remove_user(user);
    return verdict;
}

void Crowd::leave(const UserId& user, std::string_view address, std::string_view socket_id) {
    if (!user.empty()) remove_user(user);
    auto& shard = shard_of(addresses_, address);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.map.find(std::string(address));
    if (found == shard.map.end()) return;
    std::erase(found->second.guests, socket_id);
    if (--found->second.sockets <= 0) shard.map.erase(found);
}

bool Crowd::promote(const UserId& user, std::string_view address, std::string_view socket_id) {
    if (!add_user(user)) return false;
    auto& shard = shard_of(addresses_, address);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.map.find(std::string(address));
    if (found != shard.map.end()) std::erase(found->second.guests, socket_id);
    return true;
}

bool Crowd::add_user(const UserId& user) {
    auto& shard = shard_of(users_, user.view());
    const std::lock_guard lock(shard.mutex);
    auto& count = shard.map[user.str()];
    if (count >= kMostSocketsOfUser) return false;
    ++count;
    connected_.fetch_add(1, std::memory_order_relaxed);
    return true;
}

void Crowd::remove_user(const UserId& user) {
    auto& shard = shard_of(users_, user.view());
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.map.find(user.str());
    if (found == shard.map.end()) return;
    connected_.fetch_sub(1, std::memory_order_relaxed);
    if (--found->second <= 0) shard.map.erase(found);
}

bool Crowd::is_connected(const UserId& user) const {
    const auto& shard = shard_of(users_, user.view());
    const std::lock_guard lock(shard.mutex);
    return shard.map.contains(user.str());
}

std::vector<UserId> Crowd::users() const {
    std::vector<UserId> out;
    for (const auto& shard : users_) {
        const std::lock_guard lock(shard.mutex);
        for (const auto& [user, count] : shard.map) out.emplace_back(user);
    }
    return out;
}

}  // namespace grover::sockets
