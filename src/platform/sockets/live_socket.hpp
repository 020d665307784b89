// What this server keeps with each connected socket. Private to this folder.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/api/caller.hpp"
#include "platform/base/clock.hpp"
#include "platform/realtime/socket.hpp"
#include "platform/sockets/identity.hpp"
#include "platform/sockets/socket.hpp"
#include "platform/sockets/timers.hpp"

namespace grover::sockets {

// A bucket as one number: when it is full again (GCRA, as api/rate_limit.hpp).
class Bucket {
public:
    // False: empty.
    bool take(Time now, std::int64_t interval_us, std::int64_t burst) {
        const auto from = std::max(full_at_, now.us);
        if (from + interval_us - now.us > interval_us * burst) return false;
        full_at_ = from + interval_us;
        return true;
    }

private:
    std::int64_t full_at_ = 0;
};

class Attendance;
class NodeHub;

class LiveSocket final : public realtime::SocketData, public Socket {
public:
    LiveSocket(realtime::Socket& socket, NodeHub& hub, std::string address);
    ~LiveSocket() override;

    // Its data, or null before the client was let in.
    static LiveSocket* of(const realtime::Socket& socket) {
        return static_cast<LiveSocket*>(socket.data.get());
    }

    void become(const Identity& identity);
    bool is_guest() const { return user_id_.empty(); }
    const UserId& user_id() const { return user_id_; }
    const SessionId& session_id() const { return session_id_; }
    const std::string& address() const { return address_; }
    // Views into this object.
    Caller caller() const;
    realtime::Socket& transport() const { return socket_; }

    // What its client has used up of the limits, as an earlier socket of the same connection, is used up.
    void go_on_from(const LiveSocket& earlier);

    // Runs everything that waits, in this fiber: the client is gone.
    void finish_all();

    // --- Socket ---
    std::string_view id() const override { return socket_.id(); }
    void join(const Room& room) override;
    void leave(const Room& room) override;
    bool is_in(const Room& room) const override { return socket_.is_in(room.name()); }
    void emit_json(std::string_view name, std::string payload) override;
    bool first_in(std::string_view key, std::chrono::milliseconds interval) override;
    void later(std::string_view key, std::chrono::milliseconds delay, std::function<void()> f) override;
    void finish(std::string_view key) override;
    void cancel(std::string_view key) override;
    bool waits(std::string_view key) const override;

    // Which of its events came too fast (by Handler::index), made when first needed.
    Bucket& bucket_of(std::size_t handler_index);

    // Counts it among the sockets of its user and address; false: there are too many. A guest may have to go for it.
    bool enter_crowd();
    void leave_crowd();

    // What other nodes are told of it: rooms, "" for being connected.
    void attend(std::string_view room, Attendance& attendance);
    void unattend(std::string_view room, Attendance& attendance);
    void unattend_all(Attendance& attendance);

    Bucket all_events;
    Time ends_at;  // of its session; of a guest's half hour
    Time connected_at;
    realtime::TransportKind counted_transport{};
    Credential::Kind proof = Credential::Kind::none;  // of who it was at CONNECT
    std::shared_ptr<const std::string> base_url;
    std::shared_ptr<const std::string> user_agent;

private:
    struct Later {
        std::uint64_t number;
        std::function<void()> f;
    };
    // What most sockets never need.
    struct More {
        std::map<std::string, Time, std::less<>> quiet_until;
        std::map<std::string, Later, std::less<>> laters;
        std::vector<std::pair<std::size_t, Bucket>> buckets;
        std::vector<std::string> attended;
        std::uint64_t last_number = 0;
    };
    More& more();

    realtime::Socket& socket_;
    NodeHub& hub_;
    UserId user_id_;
    SessionId session_id_;
    bool is_admin_ = false;
    bool email_verified_ = true;
    bool in_crowd_ = false;
    std::string address_;
    std::unique_ptr<More> more_;
};

}  // namespace grover::sockets
