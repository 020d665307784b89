#include "platform/realtime/rooms.hpp"

#include <algorithm>
#include <utility>

#include "platform/realtime/client.hpp"
#include "platform/realtime/id.hpp"

namespace grover::realtime {

namespace {

// With 20,000 memberships, one in seven questions about an empty room is answered wrongly.
constexpr std::size_t kCounts = std::size_t{1} << 17;

std::size_t slot_of(std::string_view room) { return std::hash<std::string_view>{}(room) & (kCounts - 1); }

}  // namespace

Rooms::Rooms() : counts_(std::make_unique<std::atomic<std::uint32_t>[]>(kCounts)) {}
Rooms::~Rooms() = default;

void Rooms::add(Socket& socket) {
    by_key_.emplace(socket.key_, &socket);
    socket.index_ = static_cast<std::uint32_t>(all_.size());
    all_.push_back(&socket);
}

void Rooms::remove(Socket& socket) {
    leave_all(socket);
    const auto found = by_key_.find(socket.key_);
    if (found == by_key_.end() || found->second != &socket) return;
    by_key_.erase(found);
    all_[socket.index_] = all_.back();
    all_[socket.index_]->index_ = socket.index_;
    all_.pop_back();
}

Socket* Rooms::find(std::string_view id) const {
    const auto parts = parse_id(id);
    if (!parts) return nullptr;
    const auto found = by_key_.find(parts->key);
    return found != by_key_.end() && found->second->id() == id ? found->second : nullptr;
}

Room* Rooms::find_room(std::string_view name) const {
    const auto found = rooms_.find(name);
    return found == rooms_.end() ? nullptr : const_cast<Room*>(&found->second);
}

void Rooms::count(std::string_view room, int change) {
    auto& counter = counts_[slot_of(room)];
    // Only this thread writes.
    counter.store(counter.load(std::memory_order_relaxed) + static_cast<std::uint32_t>(change),
                  std::memory_order_release);
}

bool Rooms::may_have(std::string_view room) const {
    return counts_[slot_of(room)].load(std::memory_order_acquire) != 0;
}

bool Rooms::join(Socket& socket, std::string_view name) {
    Room* room = find_room(name);
    if (room == nullptr) {
        const auto made = rooms_.try_emplace(std::string(name)).first;
        room = &made->second;
        room->name = made->first;
    } else if (has(socket, name)) {
        return false;
    }
    socket.memberships_.push_back({room, static_cast<std::uint32_t>(room->members.size())});
    room->members.push_back(&socket);
    count(name, 1);
    return true;
}

bool Rooms::leave(Socket& socket, std::string_view name) {
    auto& all = socket.memberships_;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.room->name == name; });
    if (found == all.end()) return false;
    leave(socket, static_cast<std::size_t>(found - all.begin()));
    return true;
}

void Rooms::leave(Socket& socket, std::size_t membership) {
    const auto [room, index] = socket.memberships_[membership];
    socket.memberships_[membership] = socket.memberships_.back();
    socket.memberships_.pop_back();
    count(room->name, -1);
    Socket* last = room->members.back();
    room->members.pop_back();
    if (last != &socket) {
        room->members[index] = last;
        for (auto& of_last : last->memberships_) {
            if (of_last.room == room) of_last.index = index;
        }
    }
    if (room->members.empty()) rooms_.erase(rooms_.find(room->name));
}

void Rooms::leave_all(Socket& socket) {
    while (!socket.memberships_.empty()) leave(socket, socket.memberships_.size() - 1);
}

bool Rooms::has(const Socket& socket, std::string_view name) const {
    const auto& all = socket.memberships_;
    return std::any_of(all.begin(), all.end(), [&](const auto& m) { return m.room->name == name; });
}

void Rooms::each(const Audience& audience, FunctionRef<void(Socket&)> f) {
    std::vector<const Room*> except;
    for (const auto& name : audience.except_rooms) {
        if (const Room* room = find_room(name)) except.push_back(room);
    }
    const auto is_excepted = [&](const Socket& socket) {
        for (const auto& membership : socket.memberships_) {
            if (std::find(except.begin(), except.end(), membership.room) != except.end()) return true;
        }
        const auto& ids = audience.except_sockets;
        return std::find(ids.begin(), ids.end(), socket.id()) != ids.end();
    };
    const bool has_exceptions = !except.empty() || !audience.except_sockets.empty();
    const auto visit = [&](Socket& socket) {
        if (has_exceptions && is_excepted(socket)) return;
        if (audience.filter && !audience.filter(socket)) return;
        f(socket);
    };
    if (audience.rooms.empty()) {
        for (Socket* socket : all_) visit(*socket);
        return;
    }
    const bool may_repeat = audience.rooms.size() > 1;
    ++walk_;
    for (const auto& name : audience.rooms) {
        const Room* room = find_room(name);
        if (room == nullptr) continue;
        const auto& members = room->members;
        for (std::size_t i = 0; i < members.size(); ++i) {
            // Large rooms do not stay in the cache: what leads from a socket to its queue is fetched step by step.
            if (i + 8 < members.size()) __builtin_prefetch(members[i + 8]);
            if (i + 6 < members.size()) __builtin_prefetch(members[i + 6]->client_);
            if (i + 4 < members.size()) members[i + 4]->client_->prefetch_session();
            if (i + 2 < members.size()) members[i + 2]->client_->prefetch_queue();
            Socket* const socket = members[i];
            if (may_repeat && std::exchange(socket->seen_, walk_) == walk_) continue;
            visit(*socket);
        }
    }
}

}  // namespace grover::realtime
