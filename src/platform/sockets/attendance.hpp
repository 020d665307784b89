// Who is connected, and who has which chat open, on all nodes: rows of the shared store, written behind the sockets in
// batches (contract/realtime.md §9). A node's rows count while it renews its lease. Any thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"

namespace grover::sockets {

inline constexpr std::chrono::seconds kLeaseRenewal{30};
inline constexpr std::chrono::seconds kLease{90};

class Attendance {
public:
    // `address`: where the other nodes reach this one (Forwarder::address_for).
    Attendance(db::Database& db, const Clock& clock, std::string node, std::string address);

    // The room's name, or "" for being connected at all. Counted: as many left as joined makes it none.
    void enter(std::string_view room, const UserId& user);
    void leave(std::string_view room, const UserId& user);
    // Called, on the caller's thread, when something waits to be written: whoever plugs it calls flush() soon.
    void set_waker(std::function<void()> waker) { waker_ = std::move(waker); }
    // Writes what changed. In a fiber or on a plain thread.
    void flush();

    // Takes or renews this node's lease; writes everything again if the others had given it up.
    void renew();
    // This node is gone, as far as the others know.
    void withdraw();

    // Those of them that somebody is in on another node. (Its own sockets a node knows itself.)
    std::map<std::string, std::vector<UserId>, std::less<>> in_rooms(const std::vector<std::string>& rooms);
    // Those of them that have a socket on another node.
    std::vector<UserId> connected(const std::vector<UserId>& users);
    std::vector<UserId> connected(db::Read& tx, const std::vector<UserId>& users) const;
    // Where another live node is reached; empty: no such node. Asked of the store when it is not known, or was long ago.
    std::string address_of(std::string_view node);

    // Forgets nodes that died. `gone` gets the users of each, in batches, before they are forgotten.
    void sweep(const std::function<void(const std::vector<UserId>&)>& gone);

private:
    using Member = std::pair<std::string, std::string>;  // room, user
    struct Entry {
        int count = 0;
        bool stored = false;  // or about to be
        bool waits = false;   // in changed_
    };
    void change(std::string_view room, const UserId& user, int by);
    void flush_once();
    void write(const std::vector<Member>& joined, const std::vector<Member>& left);

    db::Database& db_;
    const Clock& clock_;
    const std::string node_;
    const std::string address_;
    std::function<void()> waker_;
    std::mutex mutex_;
    std::map<Member, Entry> members_;
    std::vector<Member> changed_;
    // One writer at a time keeps the order; who comes meanwhile leaves it more to do. No lock is held while it waits.
    bool flushing_ = false;
    bool flush_again_ = false;
    bool rewrite_ = false;  // something could not be written: all is written again with the next renewal
    std::map<std::string, std::string, std::less<>> addresses_;
    Time addresses_read_at_;
};

}  // namespace grover::sockets
