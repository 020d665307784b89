#include "platform/sockets/attendance.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sql/attendance.hpp"

namespace grover::sockets {
namespace {

// Nodes come and go rarely; an unknown one is asked for, at most this often.
constexpr std::chrono::seconds kAddressesGood{1};
constexpr int kUsersAtOnce = 1'000;
constexpr std::size_t kWrittenAtOnce = 5'000;

}  // namespace

Attendance::Attendance(db::Database& db, const Clock& clock, std::string node, std::string address)
    : db_(db), clock_(clock), node_(std::move(node)), address_(std::move(address)) {}

void Attendance::enter(std::string_view room, const UserId& user) { change(room, user, 1); }
void Attendance::leave(std::string_view room, const UserId& user) { change(room, user, -1); }

void Attendance::change(std::string_view room, const UserId& user, int by) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        Member member{std::string(room), user.str()};
        auto& entry = members_[member];
        entry.count += by;
        if ((entry.count > 0) == entry.stored || entry.waits) return;
        entry.waits = true;
        changed_.push_back(std::move(member));
        wake = changed_.size() == 1;
    }
    if (wake && waker_) waker_();
}

void Attendance::flush() {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(flushing_, true)) {
            flush_again_ = true;
            return;
        }
    }
    const auto more = [&] {
        const std::lock_guard lock(mutex_);
        flushing_ = std::exchange(flush_again_, false);
        return flushing_;
    };
    do {
        try {
            flush_once();
        } catch (...) {
            more();
            const std::lock_guard lock(mutex_);
            flushing_ = false;
            rewrite_ = true;
            throw;
        }
    } while (more());
}

void Attendance::flush_once() {
    std::vector<Member> joined;
    std::vector<Member> left;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& member : changed_) {
            const auto found = members_.find(member);
            auto& entry = found->second;
            entry.waits = false;
            const bool present = entry.count > 0;
            if (present != entry.stored) {
                (present ? joined : left).push_back(member);
                entry.stored = present;
            }
            if (!present) members_.erase(found);
        }
        changed_.clear();
    }
    write(joined, left);
}

void Attendance::write(const std::vector<Member>& joined, const std::vector<Member>& left) {
    struct Columns {
        std::vector<std::string_view> rooms;
        std::vector<std::string_view> users;
        explicit Columns(std::span<const Member> members) {
            for (const auto& [room, user] : members) {
                rooms.push_back(room);
                users.push_back(user);
            }
        }
    };
    const auto batches = [](const std::vector<Member>& members, const auto& f) {
        for (std::size_t at = 0; at < members.size(); at += kWrittenAtOnce)
            f(Columns(std::span(members).subspan(at, std::min(kWrittenAtOnce, members.size() - at))));
    };
    batches(joined, [&](const Columns& columns) {
        db_.write([&](db::Write& tx) {
            tx.exec(sql::attendance::put_members{
                .node_id = node_, .rooms = columns.rooms, .users = columns.users});
        });
    });
    batches(left, [&](const Columns& columns) {
        db_.write([&](db::Write& tx) {
            tx.exec(sql::attendance::delete_members{
                .node_id = node_, .rooms = columns.rooms, .users = columns.users});
        });
    });
}

void Attendance::renew() {
    const Time until = clock_.now() + kLease;
    bool rewrite = false;
    {
        const std::lock_guard lock(mutex_);
        rewrite = std::exchange(rewrite_, false);
    }
    if (rewrite) withdraw();
    const bool known = db_.write([&](db::Write& tx) {
        if (tx.exec(sql::attendance::renew_node{.lease_until = until, .node_id = node_}) > 0) return true;
        tx.exec(sql::attendance::put_node{.node_id = node_, .address = address_, .lease_until = until});
        return false;
    });
    if (known) return;
    std::vector<Member> all;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [member, entry] : members_) {
            if (entry.stored) all.push_back(member);
        }
    }
    write(all, {});
}

void Attendance::withdraw() {
    db_.write([&](db::Write& tx) { tx.exec(sql::attendance::delete_node{.node_id = node_}); });
}

std::map<std::string, std::vector<UserId>, std::less<>> Attendance::in_rooms(
    const std::vector<std::string>& rooms) {
    const std::vector<std::string_view> names(rooms.begin(), rooms.end());
    std::map<std::string, std::vector<UserId>, std::less<>> out;
    db_.read([&](db::Read& tx) {
        tx.each(sql::attendance::in_rooms{.rooms = names, .node_id = node_, .now = clock_.now()},
                [&](const db::Row& row) { out[row.get<std::string>(0)].push_back(row.get<UserId>(1)); });
    });
    return out;
}

std::vector<UserId> Attendance::connected(const std::vector<UserId>& users) {
    return db_.read([&](db::Read& tx) { return connected(tx, users); });
}

std::vector<UserId> Attendance::connected(db::Read& tx, const std::vector<UserId>& users) const {
    return tx.list<UserId>(
        sql::attendance::connected{.users = db::ids_of(users), .node_id = node_, .now = clock_.now()});
}

std::string Attendance::address_of(std::string_view node) {
    const Time now = clock_.now();
    {
        const std::lock_guard lock(mutex_);
        const auto found = addresses_.find(node);
        if (found != addresses_.end()) return found->second;
        if (now < addresses_read_at_ + kAddressesGood) return {};
    }
    std::map<std::string, std::string, std::less<>> known;
    db_.read([&](db::Read& tx) {
        tx.each(sql::attendance::live_nodes{.now = now},
                [&](const db::Row& row) { known.emplace(row.get<std::string>(0), row.get<std::string>(1)); });
    });
    const std::lock_guard lock(mutex_);
    addresses_ = std::move(known);
    // Only now: who asks while this is being read, reads too.
    addresses_read_at_ = now;
    const auto found = addresses_.find(node);
    return found == addresses_.end() ? std::string{} : found->second;
}

void Attendance::sweep(const std::function<void(const std::vector<UserId>&)>& gone) {
    const auto dead = db_.read(
        [&](db::Read& tx) { return tx.list<std::string>(sql::attendance::dead_nodes{.now = clock_.now()}); });
    for (const auto& node : dead) {
        std::vector<UserId> users;
        do {
            const UserId last = users.empty() ? UserId{} : users.back();
            users = db_.read([&](db::Read& tx) {
                return tx.list<UserId>(
                    sql::attendance::users_of_node{.node_id = node, .after = last, .limit = kUsersAtOnce});
            });
            if (!users.empty()) gone(users);
        } while (users.size() == kUsersAtOnce);
        db_.write([&](db::Write& tx) { tx.exec(sql::attendance::delete_node{.node_id = node}); });
    }
    const std::lock_guard lock(mutex_);
    for (const auto& node : dead) addresses_.erase(node);
}

}  // namespace grover::sockets
