// The sockets of one namespace on one thread, by id and by room. That thread's alone, but for may_have().
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/base/function_ref.hpp"
#include "platform/realtime/namespace.hpp"
#include "platform/realtime/socket.hpp"

namespace grover::realtime {

struct Room {
    std::string_view name;  // the table's key
    std::vector<Socket*> members;
};

class Rooms {
public:
    Rooms();
    ~Rooms();
    Rooms(const Rooms&) = delete;
    Rooms& operator=(const Rooms&) = delete;

    void add(Socket& socket);
    void remove(Socket& socket);  // it leaves its rooms, too
    Socket* find(std::string_view id) const;
    std::size_t size() const { return all_.size(); }

    bool join(Socket& socket, std::string_view name);
    bool leave(Socket& socket, std::string_view name);
    void leave_all(Socket& socket);
    bool has(const Socket& socket, std::string_view name) const;

    // `f` must not change who is where.
    void each(const Audience& audience, FunctionRef<void(Socket&)> f);

    // Any thread: false means that no socket here is in the room; true is nearly always right.
    bool may_have(std::string_view room) const;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    using Table = std::unordered_map<std::string, Room, Hash, std::equal_to<>>;

    Room* find_room(std::string_view name) const;
    void leave(Socket& socket, std::size_t membership);
    void count(std::string_view room, int change);

    Table rooms_;
    std::unordered_map<std::uint64_t, Socket*> by_key_;
    std::vector<Socket*> all_;
    // How many memberships there are in rooms whose names have the same hash.
    std::unique_ptr<std::atomic<std::uint32_t>[]> counts_;
    std::uint32_t walk_ = 0;
};

}  // namespace grover::realtime
