// Presence: who is online, and who may know (contract/realtime.md §8).
//
// Online: a live socket on some node, or one that closed less than 30 s ago. Known to people who share a direct
// conversation and to followers, never across a block, and to nobody when either side hides it (show_online).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "domains/presence/presence_api.hpp"
#include "domains/users/users.hpp"
#include "platform/jobs/events.hpp"
#include "platform/sockets/coalescer.hpp"
#include "platform/sockets/hub.hpp"
#include "platform/sockets/sockets.hpp"

namespace grover::presence {

// A node has ended that these users were connected to. Published in batches.
struct NodeStopped {
    std::vector<UserId> user_ids;
    static constexpr std::string_view name = "presence.node_stopped";
    static constexpr auto fields = Pack{wire::field("user_ids", &NodeStopped::user_ids)};
};

// Who writes to whom; messages implements it.
class Acquaintances {
public:
    virtual ~Acquaintances() = default;
    // Those of `users` that have a direct conversation with the viewer.
    virtual std::vector<UserId> with_direct_conversation(db::Read& tx, const UserId& viewer,
                                                         std::span<const UserId> users) = 0;
};

class PresenceService {
public:
    // References outlive it.
    PresenceService(db::Database& db, users::UsersService& users, sockets::Hub& hub);
    // Before the first request; without it only follows count.
    void plug(Acquaintances& acquaintances) { acquaintances_ = &acquaintances; }

    // presence:subscribe and presence:unsubscribe, and the coming and going of sockets.
    void add(sockets::Sockets& table);
    // On every node, as "presence.sockets".
    void listen(jobs::Events& events);

    // One for each id, in that order. In a fiber.
    std::vector<PresenceState> states(const UserId& viewer, const std::vector<UserId>& users);

    void came(const UserId& user);
    void went(const UserId& user);
    // The node that held their sockets died.
    void node_died(const std::vector<UserId>& users);
    // This node ends, which held the sockets of these users: the others, which outlive it, tell of them, and of those who
    // left a moment ago, when the time has come. In a fiber or on a plain thread.
    void node_stops(const std::vector<UserId>& connected);
    void on_node_stopped(const NodeStopped& event);

    void on_blocked(const users::UserBlocked& event);
    void on_hidden(const UserId& user);
    // Subscriptions of one viewer end where knowing does.
    void recheck(const UserId& viewer);

private:
    std::vector<UserId> visible_to(db::Read& tx, const UserId& viewer, const std::vector<UserId>& users);
    // Who has left, and is offline when the grace is over: then the subscribers are told, by the node that held the last
    // socket those on all nodes; by one that knows it from another, which is no more, its own.
    enum class Subscribers : std::uint8_t { everywhere, here };
    struct Left {
        Subscribers tell = Subscribers::here;
        Time at;   // when the socket closed; here: when that was heard of
        Time due;  // to be looked at
        bool is_written = false;
    };

    void write_last_seen(const std::vector<UserId>& users, Time at);
    void note_gone(const std::vector<UserId>& users);
    void tell(const std::vector<UserId>& users);
    void tell_here(const std::vector<PresenceState>& states);
    void watch(const std::vector<UserId>& users, const Left& left);
    // Those whom a process before this one held, which cannot tell any more.
    void watch_left_behind(const std::vector<UserId>& users);
    void look_by(Time due);
    void look();
    void look_at(const std::map<UserId, Left>& left);
    std::map<UserId, Time> last_seen(const std::vector<UserId>& users);
    std::vector<PresenceState> states_of(const std::vector<UserId>& users);
    std::vector<UserId> without_hidden(std::vector<UserId> users);

    db::Database& db_;
    users::UsersService& users_;
    sockets::Hub& hub_;
    const Time started_at_;
    Acquaintances* acquaintances_ = nullptr;
    std::mutex mutex_;
    std::map<UserId, Left> left_;
    std::set<std::pair<Time, UserId>> dues_;  // of left_
    Time looks_at_{INT64_MAX};                // the next time
    sockets::Coalescer<UserId> changed_;
    sockets::Coalescer<UserId> gone_;
};

// `presence` is there when requests come; what only describes the API has none.
void add_presence_api(api::Api& api, const std::unique_ptr<PresenceService>& presence);

}  // namespace grover::presence
