#include "platform/sockets/node_hub.hpp"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <set>

#include "platform/observability/metrics.hpp"
#include "platform/sockets/bus_message.hpp"
#include "platform/sockets/live_socket.hpp"
#include "platform/sockets/metrics.hpp"

namespace grover::sockets {
namespace {

using namespace std::chrono_literals;

// Joins and leaves of a moment become one transaction.
constexpr auto kGathered = 50ms;
constexpr auto kBeatEvery = 5s;
constexpr std::string_view kBeat = "beat ";

struct SessionRevoked {
    std::string detail = "session_revoked";
    int status = 401;
    std::string code = "unauthenticated";
    static constexpr std::string_view name = "error";
    static constexpr auto fields = Pack{
        wire::field("detail", &SessionRevoked::detail),
        wire::field("status", &SessionRevoked::status),
        wire::field("code", &SessionRevoked::code),
    };
};

// Which rooms other nodes ask about.
bool is_attended(const Room& room) { return room.kind() == RoomKind::conversation; }

}  // namespace

NodeHub::NodeHub(runtime::Loops& loops, const Clock& clock, bus::Bus& bus, std::string node,
                 Attendance* attendance)
    : loops_(loops),
      clock_(clock),
      bus_(bus),
      node_(std::move(node)),
      attendance_(attendance),
      timers_(loops) {}

void NodeHub::start() {
    bus_.start([this](std::string_view message) { receive(message); });
    if (bus_.kind() != "local") beat();
    if (attendance_ == nullptr) return;
    attendance_->set_waker([this] { after(kGathered, [this] { attendance_->flush(); }); });
    renew();
}

void NodeHub::renew() {
    run_logged("lease", [this] { attendance_->renew(); });
    after(kLeaseRenewal, [this] { renew(); });
}

void NodeHub::beat() {
    const auto now = clock_.now().us;
    beat_sent_us_ = now;
    bus_.publish(std::string(kBeat) + node_ + ' ' + std::to_string(now));
    after(kBeatEvery, [this] { beat(); });
}

double NodeHub::bus_lag() const {
    const auto sent = beat_sent_us_.load();
    const auto heard = beat_heard_us_.load();
    // One that is still under way has taken this long already.
    const auto waits = sent > heard ? clock_.now().us - sent : 0;
    return static_cast<double>(std::max(beat_took_us_.load(), waits)) / 1e6;
}

void NodeHub::stop() {
    bus_.stop();
    timers_.stop();
    if (attendance_ != nullptr) run_logged("lease", [this] { attendance_->withdraw(); });
}

bool NodeHub::has_members(const Room& room) const { return namespace_->has_members(room.name()); }

void NodeHub::visit(const realtime::Audience& audience, std::function<void(LiveSocket&)> f) {
    struct Gathering {
        explicit Gathering(unsigned count) : left(count) {}
        std::atomic<unsigned> left;
        runtime::Signal done;
        void arrive() {
            if (--left == 0) done.notify();
        }
    };
    const auto gathering = std::make_shared<Gathering>(loops_.size());
    namespace_->for_each(audience, [f = std::move(f)](realtime::Socket& socket) {
        if (auto* const live = LiveSocket::of(socket)) f(*live);
    });
    // Behind what for_each posted to each loop.
    for (unsigned i = 0; i < loops_.size(); ++i) {
        if (static_cast<int>(i) == runtime::this_loop()) {
            gathering->arrive();
        } else {
            loops_.post(i, [gathering] { gathering->arrive(); });
        }
    }
    gathering->done.wait();
}

std::vector<UserId> NodeHub::members(const Room& room) {
    std::mutex mutex;
    std::set<UserId> found;
    visit(realtime::Audience::room(room.name()), [&](LiveSocket& socket) {
        const std::lock_guard lock(mutex);
        if (!socket.is_guest()) found.insert(socket.user_id());
    });
    return {found.begin(), found.end()};
}

std::vector<Room> NodeHub::rooms_of(const UserId& user) {
    std::mutex mutex;
    std::set<Room> found;
    visit(realtime::Audience::room(Room::user(user).name()), [&](LiveSocket& socket) {
        const std::lock_guard lock(mutex);
        for (const auto& name : socket.transport().rooms()) {
            auto room = Room::named(name);
            if (room.kind() != RoomKind::user) found.insert(std::move(room));
        }
    });
    return {found.begin(), found.end()};
}

std::vector<Room> NodeHub::rooms(std::string_view prefix) {
    std::mutex mutex;
    std::set<Room> found;
    visit({}, [&](LiveSocket& socket) {
        const std::lock_guard lock(mutex);
        for (const auto& name : socket.transport().rooms()) {
            if (name.starts_with(prefix)) found.insert(Room::named(name));
        }
    });
    return {found.begin(), found.end()};
}

void NodeHub::deliver(const Room& room, std::string_view name, std::string_view payload,
                      const Delivery& delivery, realtime::Delivery how) {
    const bool anybody = has_members(room);
    if (!anybody && delivery.also_socket.empty()) return;
    const auto packet = namespace_->encode({.name = name, .arguments = payload});
    count_event(name, Direction::out);
    if (anybody) {
        auto audience = realtime::Audience::room(room.name());
        if (!delivery.except_socket.empty()) audience.except_sockets.push_back(delivery.except_socket);
        if (!delivery.also_socket.empty()) audience.except_sockets.push_back(delivery.also_socket);
        if (!delivery.except_users.empty()) {
            // Sorted, for many sockets are compared with what may be many users.
            auto except = delivery.except_users;
            if (!delivery.except_user.empty()) except.push_back(delivery.except_user);
            std::ranges::sort(except);
            audience.filter = [only = delivery.only_user,
                               except = std::move(except)](const realtime::Socket& socket) {
                const auto* const live = LiveSocket::of(socket);
                if (live == nullptr) return only.empty();
                return (only.empty() || live->user_id() == only) &&
                       !std::ranges::binary_search(except, live->user_id());
            };
        } else if (!delivery.only_user.empty()) {
            audience.filter = [user = delivery.only_user](const realtime::Socket& socket) {
                const auto* const live = LiveSocket::of(socket);
                return live != nullptr && live->user_id() == user;
            };
        } else if (!delivery.except_user.empty()) {
            audience.filter = [user = delivery.except_user](const realtime::Socket& socket) {
                const auto* const live = LiveSocket::of(socket);
                return live == nullptr || live->user_id() != user;
            };
        }
        namespace_->send(audience, packet, how);
    }
    if (!delivery.also_socket.empty())
        namespace_->with(delivery.also_socket,
                         [packet, how](realtime::Socket& socket) { socket.send(packet, how); });
}

void NodeHub::emit_json(const Room& room, std::string_view name, std::string payload,
                        const Delivery& delivery) {
    deliver(room, name, payload, delivery,
            delivery.may_be_lost ? realtime::Delivery::may_be_lost : realtime::Delivery::durable);
}

void NodeHub::broadcast_json(const Room& room, std::string_view name, std::string payload,
                             const Delivery& delivery) {
    bus_.publish(
        encode({.node = node_, .room = room.name(), .name = name, .delivery = delivery, .payload = payload}));
    deliver(room, name, payload, delivery, realtime::Delivery::may_be_lost);
}

void NodeHub::tell_nodes_json(std::string_view name, std::string payload) {
    bus_.publish(encode({.node = node_, .room = {}, .name = name, .delivery = {}, .payload = payload}));
    hear(name, payload);
}

void NodeHub::on_told_json(std::string_view name, std::function<void(std::string_view)> f) {
    told_.emplace(name, std::move(f));
}

void NodeHub::hear(std::string_view name, std::string_view payload) const {
    // A newer node may tell what this one does not know.
    if (const auto found = told_.find(name); found != told_.end())
        run_logged(name, [&] { found->second(payload); });
}

void NodeHub::receive(std::string_view text) {
    if (text.starts_with(kBeat)) {
        text.remove_prefix(kBeat.size());
        if (!text.starts_with(node_ + ' ')) return;
        text.remove_prefix(node_.size() + 1);
        std::int64_t sent = 0;
        if (std::from_chars(text.data(), text.data() + text.size(), sent).ec != std::errc{}) return;
        beat_took_us_ = clock_.now().us - sent;
        beat_heard_us_ = sent;
        return;
    }
    const auto message = decode(text);
    if (!message || message->node == node_) return;
    if (message->room.empty()) return hear(message->name, message->payload);
    deliver(Room::named(message->room), message->name, message->payload, message->delivery,
            realtime::Delivery::may_be_lost);
}

void NodeHub::remove(const Room& room, const UserId& user) {
    namespace_->for_each(realtime::Audience::room(room.name()), [room, user](realtime::Socket& socket) {
        auto* const live = LiveSocket::of(socket);
        if (live != nullptr && live->user_id() == user) live->leave(room);
    });
}

void NodeHub::clear(const Room& room) {
    namespace_->for_each(realtime::Audience::room(room.name()), [room](realtime::Socket& socket) {
        if (auto* const live = LiveSocket::of(socket)) live->leave(room);
    });
}

void NodeHub::finish(const UserId& user, std::string_view key) {
    if (laters_.load(std::memory_order_relaxed) == 0) return;
    namespace_->for_each(realtime::Audience::room(Room::user(user).name()),
                         [key = std::string(key)](realtime::Socket& socket) {
                             const auto* const live = LiveSocket::of(socket);
                             if (live == nullptr || !live->waits(key)) return;
                             runtime::spawn([alive = realtime::SocketPtr(&socket), key] {
                                 run_logged("finish", [&] { LiveSocket::of(*alive)->finish(key); });
                             });
                         });
}

void NodeHub::after(std::chrono::milliseconds delay, std::function<void()> f) {
    timers_.after(delay, std::move(f));
}

std::vector<std::vector<UserId>> NodeHub::members_anywhere(const std::vector<Room>& rooms) {
    std::mutex mutex;
    std::vector<std::vector<UserId>> out(rooms.size());
    realtime::Audience audience;
    std::vector<std::string> attended;
    for (const auto& room : rooms) {
        if (has_members(room)) audience.rooms.emplace_back(room.name());
        if (is_attended(room)) attended.emplace_back(room.name());
    }
    if (!audience.rooms.empty()) {
        visit(audience, [&](LiveSocket& socket) {
            if (socket.is_guest()) return;
            const std::lock_guard lock(mutex);
            for (std::size_t i = 0; i < rooms.size(); ++i) {
                if (socket.is_in(rooms[i])) out[i].push_back(socket.user_id());
            }
        });
    }
    if (attendance_ != nullptr && !attended.empty()) {
        const auto elsewhere = attendance_->in_rooms(attended);
        for (std::size_t i = 0; i < rooms.size(); ++i) {
            const auto found = elsewhere.find(rooms[i].name());
            if (found != elsewhere.end())
                out[i].insert(out[i].end(), found->second.begin(), found->second.end());
        }
    }
    for (auto& users : out) {
        std::ranges::sort(users);
        users.erase(std::unique(users.begin(), users.end()), users.end());
    }
    return out;
}

std::vector<UserId> NodeHub::connected_anywhere(const std::vector<UserId>& users) {
    return connected_of(users,
                        [&](const std::vector<UserId>& unknown) { return attendance_->connected(unknown); });
}

std::vector<UserId> NodeHub::connected(db::Read& tx, const std::vector<UserId>& users) const {
    return connected_of(
        users, [&](const std::vector<UserId>& unknown) { return attendance_->connected(tx, unknown); });
}

std::vector<UserId> NodeHub::connected_of(
    const std::vector<UserId>& users,
    FunctionRef<std::vector<UserId>(const std::vector<UserId>&)> ask_store) const {
    std::vector<UserId> out;
    std::vector<UserId> unknown;
    for (const auto& user : users) (crowd_.is_connected(user) ? out : unknown).push_back(user);
    if (attendance_ != nullptr && !unknown.empty()) {
        const auto elsewhere = ask_store(unknown);
        out.insert(out.end(), elsewhere.begin(), elsewhere.end());
    }
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

void NodeHub::cut(LiveSocket& socket) {
    const realtime::SocketPtr alive(&socket.transport());
    socket.emit(SessionRevoked{});
    alive->disconnect();
}

void NodeHub::close_session(const UserId& user, const SessionId& session) {
    namespace_->for_each(realtime::Audience::room(Room::user(user).name()),
                         [session](realtime::Socket& socket) {
                             auto* const live = LiveSocket::of(socket);
                             if (live != nullptr && live->session_id() == session) cut(*live);
                         });
}

void NodeHub::close_user(const UserId& user) {
    namespace_->for_each(realtime::Audience::room(Room::user(user).name()), [](realtime::Socket& socket) {
        if (auto* const live = LiveSocket::of(socket)) cut(*live);
    });
}

void NodeHub::note_connected(LiveSocket& socket) {
    if (attendance_ != nullptr) socket.attend("", *attendance_);
}

void NodeHub::note_join(LiveSocket& socket, const Room& room) {
    if (attendance_ != nullptr && is_attended(room) && !socket.is_guest())
        socket.attend(room.name(), *attendance_);
}

void NodeHub::note_leave(LiveSocket& socket, const Room& room) {
    if (attendance_ != nullptr && is_attended(room)) socket.unattend(room.name(), *attendance_);
}

void NodeHub::note_gone(LiveSocket& socket) {
    if (attendance_ != nullptr) socket.unattend_all(*attendance_);
}

}  // namespace grover::sockets
