// Rooms: who hears what (contract/realtime.md §5). Made by domains from ids that they checked; clients name none.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "platform/base/id.hpp"

namespace grover::sockets {

// What the bounds of §10 count apart.
enum class RoomKind : std::uint8_t { user, conversation, stream, other, presence };

class Room {
public:
    // Every authenticated socket is in its user's from CONNECT on.
    static Room user(const UserId& id) { return {RoomKind::user, "user_", id.view()}; }
    // `id` of a direct conversation or of a group.
    static Room conversation(std::string_view id) { return {RoomKind::conversation, "conversation_", id}; }
    static Room stream(std::string_view id) { return {RoomKind::stream, "stream_", id}; }
    static Room post(const PostId& id) { return {RoomKind::other, "post_", id.view()}; }
    static Room community(std::string_view id) { return {RoomKind::other, "community_", id}; }
    // Who wants to hear when that user comes and goes.
    static Room presence(const UserId& id) { return {RoomKind::presence, "presence_", id.view()}; }
    // For a subject of your own: `prefix` ends in "_" and is used nowhere else.
    static Room other(std::string_view prefix, std::string_view id) { return {RoomKind::other, prefix, id}; }
    // Reads a name back, as it came over the bus.
    static Room named(std::string_view name);

    const std::string& name() const { return name_; }
    RoomKind kind() const { return kind_; }
    // What stands behind the prefix.
    std::string_view id() const { return std::string_view(name_).substr(prefix_size_); }
    bool has_prefix(std::string_view prefix) const {
        return prefix.size() == prefix_size_ && name_.starts_with(prefix);
    }

    friend bool operator==(const Room& a, const Room& b) { return a.name_ == b.name_; }
    friend auto operator<=>(const Room& a, const Room& b) { return a.name_ <=> b.name_; }

private:
    Room(RoomKind kind, std::string_view prefix, std::string_view id)
        : kind_(kind), prefix_size_(static_cast<std::uint8_t>(prefix.size())) {
        name_.reserve(prefix.size() + id.size());
        name_.append(prefix).append(id);
    }

    std::string name_;
    RoomKind kind_;
    std::uint8_t prefix_size_;
};

}  // namespace grover::sockets
