#include "platform/sockets/live_socket.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/http/client_address.hpp"
#include "platform/sockets/attendance.hpp"
#include "platform/sockets/node_hub.hpp"

namespace grover::sockets {
namespace {

using realtime::SocketPtr;

constexpr std::size_t kMostLaters = 64;
constexpr std::size_t kMostQuiet = 64;
// By RoomKind. Presence rooms are bounded by what one may subscribe to.
constexpr std::array<std::size_t, 5> kMostRooms{1, 50, 5, 50, 500};

}  // namespace

LiveSocket::LiveSocket(realtime::Socket& socket, NodeHub& hub, std::string address)
    : socket_(socket), hub_(hub), address_(std::move(address)) {}

// A client that went away before it was told its id is never said to be disconnected.
LiveSocket::~LiveSocket() { leave_crowd(); }

bool LiveSocket::enter_crowd() {
    const auto verdict = hub_.crowd().enter(user_id_, http::rate_key(address_), id());
    in_crowd_ = verdict.admitted;
    if (!verdict.evicted.empty())
        hub_.nsp().with(verdict.evicted, [](realtime::Socket& guest) { guest.close(); });
    return in_crowd_;
}

void LiveSocket::leave_crowd() {
    if (std::exchange(in_crowd_, false)) hub_.crowd().leave(user_id_, http::rate_key(address_), id());
}

void LiveSocket::become(const Identity& identity) {
    user_id_ = identity.user_id;
    session_id_ = identity.session_id;
    is_admin_ = identity.is_admin;
    email_verified_ = identity.email_verified;
    ends_at = identity.expires_at;
}

Caller LiveSocket::caller() const {
    Caller caller;
    caller.id = user_id_;
    caller.session_id = session_id_;
    caller.is_admin = is_admin_;
    caller.email_verified = email_verified_;
    caller.address = address_;
    if (user_agent) caller.user_agent = *user_agent;
    if (base_url) caller.base_url = *base_url;
    return caller;
}

void LiveSocket::join(const Room& room) {
    if (!socket_.connected() || socket_.is_in(room.name())) return;
    std::size_t count = 0;
    if (socket_.room_count() >= 5) {
        for (const auto& name : socket_.rooms()) count += Room::named(name).kind() == room.kind() ? 1 : 0;
    }
    if (count >= kMostRooms[static_cast<std::size_t>(room.kind())])
        throw rate_limited(std::chrono::seconds{1}, "Too many rooms");
    socket_.join(room.name());
    hub_.note_join(*this, room);
}

void LiveSocket::leave(const Room& room) {
    if (socket_.leave(room.name())) hub_.note_leave(*this, room);
}

void LiveSocket::emit_json(std::string_view name, std::string payload) {
    socket_.emit({.name = name, .arguments = payload});
}

LiveSocket::More& LiveSocket::more() {
    if (!more_) more_ = std::make_unique<More>();
    return *more_;
}

bool LiveSocket::first_in(std::string_view key, std::chrono::milliseconds interval) {
    auto& quiet = more().quiet_until;
    const Time now = hub_.clock().now();
    const auto found = quiet.find(key);
    if (found != quiet.end()) {
        if (now < found->second) return false;
        found->second = now + interval;
        return true;
    }
    if (quiet.size() >= kMostQuiet)
        std::erase_if(quiet, [&](const auto& entry) { return entry.second <= now; });
    if (quiet.size() >= kMostQuiet) return false;
    quiet.emplace(key, now + interval);
    return true;
}

void LiveSocket::later(std::string_view key, std::chrono::milliseconds delay, std::function<void()> f) {
    if (!socket_.connected()) return;
    auto& own = more();
    const auto found = own.laters.find(key);
    if (found == own.laters.end() && own.laters.size() >= kMostLaters)
        throw rate_limited(std::chrono::seconds{1}, "Too much at once");
    const auto number = ++own.last_number;
    if (found == own.laters.end()) hub_.note_laters(1);
    own.laters.insert_or_assign(std::string(key), Later{number, std::move(f)});
    hub_.after(delay, [socket = SocketPtr(&socket_), key = std::string(key), number] {
        auto* const live = of(*socket);
        if (live == nullptr || !live->more_) return;
        const auto due = live->more_->laters.find(key);
        if (due != live->more_->laters.end() && due->second.number == number) live->finish(key);
    });
}

void LiveSocket::finish(std::string_view key) {
    if (!more_) return;
    const auto found = more_->laters.find(key);
    if (found == more_->laters.end()) return;
    const auto f = std::move(found->second.f);
    more_->laters.erase(found);
    hub_.note_laters(-1);
    f();
}

void LiveSocket::cancel(std::string_view key) {
    if (!more_) return;
    const auto found = more_->laters.find(key);
    if (found == more_->laters.end()) return;
    more_->laters.erase(found);
    hub_.note_laters(-1);
}

bool LiveSocket::waits(std::string_view key) const { return more_ && more_->laters.contains(key); }

void LiveSocket::go_on_from(const LiveSocket& earlier) {
    all_events = earlier.all_events;
    if (is_guest() && earlier.is_guest()) ends_at = earlier.ends_at;
    if (!earlier.more_) return;
    more().buckets = earlier.more_->buckets;
    more().quiet_until = earlier.more_->quiet_until;
}

void LiveSocket::finish_all() {
    while (more_ && !more_->laters.empty()) {
        const std::string key = more_->laters.begin()->first;
        run_logged("socket end", [&] { finish(key); });
    }
}

void LiveSocket::attend(std::string_view room, Attendance& attendance) {
    auto& attended = more().attended;
    if (std::ranges::find(attended, room) != attended.end()) return;
    attended.emplace_back(room);
    attendance.enter(room, user_id_);
}

void LiveSocket::unattend(std::string_view room, Attendance& attendance) {
    if (more_ && std::erase(more_->attended, room) > 0) attendance.leave(room, user_id_);
}

void LiveSocket::unattend_all(Attendance& attendance) {
    if (!more_) return;
    for (const auto& room : std::exchange(more_->attended, {})) attendance.leave(room, user_id_);
}

Bucket& LiveSocket::bucket_of(std::size_t handler_index) {
    auto& buckets = more().buckets;
    const auto found =
        std::ranges::find(buckets, handler_index, [](const auto& entry) { return entry.first; });
    return found != buckets.end() ? found->second : buckets.emplace_back(handler_index, Bucket{}).second;
}

}  // namespace grover::sockets
