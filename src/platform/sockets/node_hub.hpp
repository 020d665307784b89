// The hub of a running server: rooms of this node in platform/realtime, the bus to the other nodes, and who is where.
// Made before the namespace is (attach), and outlives what it carries.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "platform/base/function_ref.hpp"
#include "platform/bus/bus.hpp"
#include "platform/realtime/namespace.hpp"
#include "platform/runtime/runtime.hpp"
#include "platform/sockets/attendance.hpp"
#include "platform/sockets/crowd.hpp"
#include "platform/sockets/hub.hpp"
#include "platform/sockets/timers.hpp"

namespace grover::sockets {

class LiveSocket;

class NodeHub final : public Hub {
public:
    // `attendance` null: there are no other nodes.
    NodeHub(runtime::Loops& loops, const Clock& clock, bus::Bus& bus, std::string node,
            Attendance* attendance);

    // Before the loops run.
    void attach(realtime::Namespace& nsp) { namespace_ = &nsp; }
    // Joins the bus and begins to renew the node's lease. When the loops run, or are about to.
    void start();
    // Before the loops stop.
    void stop();

    // --- Hub ---
    bool has_members(const Room& room) const override;
    bool is_empty() const override { return crowd_.is_empty(); }
    std::vector<UserId> members(const Room& room) override;
    std::vector<Room> rooms_of(const UserId& user) override;
    std::vector<Room> rooms(std::string_view prefix) override;
    void emit_json(const Room& room, std::string_view name, std::string payload,
                   const Delivery& delivery) override;
    void remove(const Room& room, const UserId& user) override;
    void clear(const Room& room) override;
    void finish(const UserId& user, std::string_view key) override;
    void after(std::chrono::milliseconds delay, std::function<void()> f) override;
    const Clock& clock() const override { return clock_; }
    void broadcast_json(const Room& room, std::string_view name, std::string payload,
                        const Delivery& delivery) override;
    void tell_nodes_json(std::string_view name, std::string payload) override;
    void on_told_json(std::string_view name, std::function<void(std::string_view)> f) override;
    std::vector<std::vector<UserId>> members_anywhere(const std::vector<Room>& rooms) override;
    std::vector<UserId> connected_anywhere(const std::vector<UserId>& users) override;
    std::vector<UserId> connected(db::Read& tx, const std::vector<UserId>& users) const override;

    // --- Sessions ---
    // The session has ended: its sockets on this node are told and leave the namespace. Any thread.
    void close_session(const UserId& user, const SessionId& session);
    void close_user(const UserId& user);
    // Tells one socket so and disconnects it. On its thread.
    static void cut(LiveSocket& socket);

    // How long a message to all nodes takes at the moment, in seconds, as this node's own come back to it.
    double bus_lag() const;

    // --- The gateway's ---
    Crowd& crowd() { return crowd_; }
    realtime::Namespace& nsp() { return *namespace_; }
    void note_connected(LiveSocket& socket);
    void note_join(LiveSocket& socket, const Room& room);
    void note_leave(LiveSocket& socket, const Room& room);
    void note_gone(LiveSocket& socket);
    // So many more (or less) wait for their time on sockets of this node.
    void note_laters(int count) { laters_ += count; }

private:
    // `f` on each socket's thread, all done when this returns. In a fiber.
    void visit(const realtime::Audience& audience, std::function<void(LiveSocket&)> f);
    void deliver(const Room& room, std::string_view name, std::string_view payload, const Delivery& delivery,
                 realtime::Delivery how);
    std::vector<UserId> connected_of(
        const std::vector<UserId>& users,
        FunctionRef<std::vector<UserId>(const std::vector<UserId>&)> ask_store) const;
    void receive(std::string_view message);
    void hear(std::string_view name, std::string_view payload) const;
    void renew();
    void beat();

    runtime::Loops& loops_;
    const Clock& clock_;
    bus::Bus& bus_;
    const std::string node_;
    Attendance* const attendance_;
    realtime::Namespace* namespace_ = nullptr;
    Timers timers_;
    Crowd crowd_;
    std::map<std::string, std::function<void(std::string_view)>, std::less<>> told_;
    std::atomic<std::int64_t> laters_{0};
    std::atomic<std::int64_t> beat_sent_us_{0};
    std::atomic<std::int64_t> beat_heard_us_{0};  // when the last one that came back was sent
    std::atomic<std::int64_t> beat_took_us_{0};
};

}  // namespace grover::sockets
