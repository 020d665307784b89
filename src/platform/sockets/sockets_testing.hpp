// What tests of domains put in the place of sockets: a hub that records, and a socket that remembers.
//
//     RecordingHub hub(clock);   TestSocket socket(hub, "s1", ada.id);
//     CHECK(send(sockets, socket, ada, "join_conversation", R"({"conversation_id": "conv_1"})") == R"({"ok":true,…})");
//     CHECK(hub.sent() == Lines{"conversation_conv_1 new_message {…}"});
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/sockets/hub.hpp"
#include "platform/sockets/sockets.hpp"

namespace grover::sockets {

class RecordingHub final : public Hub {
public:
    explicit RecordingHub(const Clock& clock) : clock_(clock) {}

    // What was sent since the last call, one line each: "<room> <event> <payload>", behind it what Delivery said:
    // " only <user>", " except <user>", " except-socket <id>", " also <id>"; broadcasts begin with "* ". To one socket:
    // "socket <id> <event> <payload>".
    std::vector<std::string> sent() { return std::exchange(sent_, {}); }
    void record(std::string line) { sent_.push_back(std::move(line)); }

    // Puts a user into a room, as a socket on this node or elsewhere; takes them out there.
    void put(const Room& room, const UserId& user) { members_[room].insert(user); }
    void put_elsewhere(const Room& room, const UserId& user) { elsewhere_[room].insert(user); }
    void take_elsewhere(const Room& room, const UserId& user) { elsewhere_[room].erase(user); }
    // Another node: hears what this one tells all nodes.
    void reach(RecordingHub& other) { others_.push_back(&other); }

    // Runs what after() was given and is due by the clock, in order; again for what that gave.
    void run_due() {
        for (bool any = true; any;) {
            any = false;
            for (std::size_t i = 0; i < waiting_.size(); ++i) {
                if (waiting_[i].first > clock_.now()) continue;
                const auto f = std::move(waiting_[i].second);
                waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
                f();
                any = true;
                break;
            }
        }
    }

    bool has_members(const Room& room) const override {
        const auto found = members_.find(room);
        return found != members_.end() && !found->second.empty();
    }
    bool is_empty() const override {
        return std::ranges::all_of(members_, [](const auto& entry) { return entry.second.empty(); });
    }
    std::vector<UserId> members(const Room& room) override {
        const auto& users = members_[room];
        return {users.begin(), users.end()};
    }
    std::vector<Room> rooms_of(const UserId& user) override {
        return rooms_if([&](const Room& room, const auto& users) {
            return room.kind() != RoomKind::user && users.contains(user);
        });
    }
    std::vector<Room> rooms(std::string_view prefix) override {
        return rooms_if([&](const Room& room, const auto&) { return room.has_prefix(prefix); });
    }
    void emit_json(const Room& room, std::string_view name, std::string payload,
                   const Delivery& delivery) override {
        if (has_members(room) || !delivery.also_socket.empty())
            record(line("", room, name, payload, delivery));
    }
    void broadcast_json(const Room& room, std::string_view name, std::string payload,
                        const Delivery& delivery) override {
        record(line("* ", room, name, payload, delivery));
    }
    void tell_nodes_json(std::string_view name, std::string payload) override {
        hear(name, payload);
        for (auto* other : others_) other->hear(name, payload);
    }
    void on_told_json(std::string_view name, std::function<void(std::string_view)> f) override {
        told_.emplace(name, std::move(f));
    }
    void remove(const Room& room, const UserId& user) override { members_[room].erase(user); }
    void clear(const Room& room) override { members_.erase(room); }
    void finish(const UserId& user, std::string_view key) override {
        for (auto* socket : sockets_[user]) socket->finish(key);
    }
    void add(Socket& socket, const UserId& user) { sockets_[user].insert(&socket); }
    void forget(Socket& socket, const UserId& user) { sockets_[user].erase(&socket); }
    void after(std::chrono::milliseconds delay, std::function<void()> f) override {
        waiting_.emplace_back(clock_.now() + delay, std::move(f));
    }
    const Clock& clock() const override { return clock_; }
    using Hub::members_anywhere;
    std::vector<std::vector<UserId>> members_anywhere(const std::vector<Room>& rooms) override {
        std::vector<std::vector<UserId>> out;
        for (const auto& room : rooms) {
            auto users = elsewhere_[room];
            users.insert(members_[room].begin(), members_[room].end());
            out.emplace_back(users.begin(), users.end());
        }
        return out;
    }
    std::vector<UserId> connected(db::Read&, const std::vector<UserId>& users) const override {
        const auto has = [](const auto& rooms, const UserId& user) {
            const auto found = rooms.find(Room::user(user));
            return found != rooms.end() && !found->second.empty();
        };
        std::vector<UserId> out;
        for (const auto& user : users) {
            if (has(members_, user) || has(elsewhere_, user)) out.push_back(user);
        }
        return out;
    }
    std::vector<UserId> connected_anywhere(const std::vector<UserId>& users) override {
        std::vector<UserId> out;
        for (const auto& user : users) {
            if (!members_anywhere(Room::user(user)).empty()) out.push_back(user);
        }
        std::ranges::sort(out);
        return out;
    }

private:
    static std::string line(std::string begin, const Room& room, std::string_view name,
                            const std::string& payload, const Delivery& delivery) {
        std::string out = std::move(begin);
        out.append(room.name()).append(" ").append(name).append(" ").append(payload);
        if (!delivery.only_user.empty()) out.append(" only ").append(delivery.only_user.view());
        if (!delivery.except_user.empty()) out.append(" except ").append(delivery.except_user.view());
        for (const auto& user : delivery.except_users) out.append(" except ").append(user.view());
        if (!delivery.except_socket.empty()) out.append(" except-socket ").append(delivery.except_socket);
        if (!delivery.also_socket.empty()) out.append(" also ").append(delivery.also_socket);
        return out;
    }
    template <class F>
    std::vector<Room> rooms_if(F&& f) {
        std::vector<Room> out;
        for (const auto& [room, users] : members_) {
            if (!users.empty() && f(room, users)) out.push_back(room);
        }
        return out;
    }

    void hear(std::string_view name, std::string_view payload) const {
        if (const auto found = told_.find(name); found != told_.end()) found->second(payload);
    }

    const Clock& clock_;
    std::vector<RecordingHub*> others_;
    std::map<std::string, std::function<void(std::string_view)>, std::less<>> told_;
    std::map<Room, std::set<UserId>> members_;
    std::map<Room, std::set<UserId>> elsewhere_;
    std::map<UserId, std::set<Socket*>> sockets_;
    std::vector<std::pair<Time, std::function<void()>>> waiting_;
    std::vector<std::string> sent_;
};

class TestSocket final : public Socket {
public:
    TestSocket(RecordingHub& hub, std::string id, const UserId& user)
        : hub_(hub), id_(std::move(id)), user_(user) {
        if (!user.empty()) hub_.put(Room::user(user), user);
        hub_.add(*this, user_);
    }
    ~TestSocket() override { hub_.forget(*this, user_); }
    TestSocket(const TestSocket&) = delete;
    TestSocket& operator=(const TestSocket&) = delete;

    std::string_view id() const override { return id_; }
    void join(const Room& room) override {
        rooms_.insert(room);
        hub_.put(room, user_);
    }
    void leave(const Room& room) override {
        rooms_.erase(room);
        hub_.remove(room, user_);
    }
    bool is_in(const Room& room) const override { return rooms_.contains(room); }
    void emit_json(std::string_view name, std::string payload) override {
        hub_.record("socket " + id_ + ' ' + std::string(name) + ' ' + payload);
    }
    bool first_in(std::string_view key, std::chrono::milliseconds interval) override {
        auto& until = until_[std::string(key)];
        if (hub_.clock().now() < until) return false;
        until = hub_.clock().now() + interval;
        return true;
    }
    // Due ones run by run_due().
    void later(std::string_view key, std::chrono::milliseconds delay, std::function<void()> f) override {
        later_[std::string(key)] = {hub_.clock().now() + delay, std::move(f)};
    }
    void finish(std::string_view key) override {
        auto node = later_.extract(std::string(key));
        if (node) node.mapped().second();
    }
    void cancel(std::string_view key) override { later_.erase(std::string(key)); }
    bool waits(std::string_view key) const override { return later_.contains(std::string(key)); }

    void run_due() {
        std::vector<std::string> due;
        for (const auto& [key, order] : later_) {
            if (order.first <= hub_.clock().now()) due.push_back(key);
        }
        for (const auto& key : due) finish(key);
    }
    // As a client that goes away: what waits runs, all rooms are left.
    void close() {
        while (!later_.empty()) finish(std::string(later_.begin()->first));
        for (const auto& room : rooms_) hub_.remove(room, user_);
        rooms_.clear();
        if (!user_.empty()) hub_.remove(Room::user(user_), user_);
    }

private:
    RecordingHub& hub_;
    std::string id_;
    UserId user_;
    std::set<Room> rooms_;
    std::map<std::string, Time, std::less<>> until_;
    std::map<std::string, std::pair<Time, std::function<void()>>, std::less<>> later_;
};

// The ack that a client would get for this event.
inline std::string send(const Sockets& sockets, Socket& socket, const Caller& me, std::string_view name,
                        std::string_view payload = "{}") {
    const auto* handler = sockets.find(name);
    if (handler == nullptr) return R"({"ok":false,"error":"unknown_event"})";
    const auto document = wire::JsonDocument::parse(payload);
    try {
        if (me.is_anonymous() && !handler->event.guests) throw not_authenticated();
        return handler->run(me, socket, document ? document->root() : wire::JsonView{});
    } catch (const Error& error) {
        return failed_ack(error);
    }
}

}  // namespace grover::sockets
